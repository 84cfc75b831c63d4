/*
 * What a trace's rows mean, kept in memory so that questions cost little: each system call with its begin, end and lane,
 * processes and threads, what descriptors referred to, and the lanes of the timeline.
 * Filled by index_refresh from the reader; owned by one thread. Times are trace-relative nanoseconds (0 = the header's base).
 * Must not live here: the file (reader.h), the ABI (abi.c).
 *
 *   enter rows --+                         +-- lanes: (class, process, fd) or others ----+-- rows 0-3: calls that don't overlap
 *   exit rows  --+-> struct event (by id) -+                                             +-- row 4: what doesn't fit
 *   exited rows -+                         +-- filter blocks (pages.c)                        each with a mipmap (stack_row.h)
 */
#ifndef SYSCOPE_STORE_INDEX_H
#define SYSCOPE_STORE_INDEX_H

#include "include/syscope.h"
#include "reader.h"
#include "stack_row.h"

#define NONE32    UINT32_MAX
#define TIME_OPEN UINT64_MAX /* not ended */
/* Event numbers and row numbers of exits and copies are kept in 32 bits. */
#define INDEX_MAX_ROWS (UINT32_MAX - 16u)
#define LANE_ROWS      5 /* four of calls that don't overlap, one for the rest */
#define FILTER_BLOCK   1024u

enum event_flag {
	EVENT_PRESENT = 1, /* its enter row could be read */
	EVENT_EXITED = 2,  /* it has an exit row */
	EVENT_ERROR = 4,
	EVENT_HELPER = 8,        /* the loader's or the agent's, not the program's */
	EVENT_THREAD_ENDED = 16, /* no exit row will come: the thread ended in it */
};

struct event {
	uint64_t start, end;
	uint32_t lane;
	uint32_t thread, nr;
	uint32_t exit_row;          /* NONE32: none */
	uint32_t copy_in, copy_out; /* the newest of its copies, NONE32: none; older ones by struct copy_chain */
	int32_t fd;
	uint32_t description;
	uint32_t arch; /* AUDIT_ARCH_* */
	uint8_t class;
	uint8_t flags;
};

struct copy_chain {
	uint32_t *older; /* by row number: the same event's copy before this one */
	size_t count, capacity;
};

struct thread_state {
	uint32_t process;
	uint32_t uses; /* as a process's, of tables of its own; NONE32: it has none */
	int32_t tid;
	uint32_t open_event; /* NONE32: not in a call */
	uint32_t sibling;    /* the process's thread before this one, NONE32: none */
	bool ended;
};

struct process_state {
	int32_t pid;
	uint32_t name;    /* string id, as of the newest exec */
	uint32_t files;   /* the table it uses now */
	uint32_t uses;    /* the newest of its table uses, NONE32: none */
	uint32_t threads; /* its newest thread, NONE32: none */
	uint32_t parent;  /* a row before its own, NONE32: none */
	uint32_t thread_count, child_count;
	uint32_t first_child, last_child, next_sibling; /* in order of their rows, NONE32: none */
	uint32_t exec_row, exited_row;                  /* the newest exec, the end; NONE32: none */
	uint64_t started, ended;                        /* ended: TIME_OPEN: runs */
};

struct description_state {
	uint8_t class;
	uint32_t name;
	uint32_t peer; /* the other end's description, 0: not known */
};

/* A descriptor number of a files table referred to a description for a while. */
struct span {
	uint64_t start, end;
	uint64_t description;
	uint32_t older;   /* the same (table, fd)'s span before this one */
	uint32_t process; /* who made it so */
	int32_t fd;
	uint32_t event; /* the call that did, NONE32: none */
	uint8_t op;     /* enum fd_op */
};
/* A process used a files table from a time on. */
struct table_use {
	uint64_t start;
	uint32_t files, older;
};

struct map64 { /* (high, low) -> index; open addressing */
	struct map64_slot {
		uint64_t high, low;
		uint32_t value; /* NONE32: free */
	} *slots;
	size_t mask, used;
};

struct lane {
	uint8_t class;
	uint32_t process;
	int32_t fd;
	uint32_t thread; /* NONE32 but for class none and GROUP_THREAD */
	uint32_t events, errors, helper_events, helper_errors;
	uint64_t busy, first, last;
	uint32_t description; /* of its newest call */
	struct stack_row rows[LANE_ROWS];
	/* Calls that are not in the rows yet, and the place from which rows are stale: at the next look (lane_settle). */
	uint32_t *added;
	size_t added_count, added_capacity;
	uint64_t stale_start; /* TIME_OPEN: nothing is stale */
	uint32_t stale_event;
};

struct filter_block {
	uint16_t count[FD_CLASS_COUNT][2]; /* by class, and whether a helper's */
};

struct index {
	struct reader reader;
	bool rows_only;           /* opened for reports: nothing below is filled but duration and lost */
	struct pass_pages *pages; /* NULL: no pass was begun */
	struct summary *summary;  /* NULL: none was made */
	enum syscope_group group;
	uint64_t revision, fingerprint; /* of what the revision was counted for */
	uint64_t duration;
	uint64_t events_errors, lost;
	uint32_t pending;
	struct event *events;
	size_t event_count, event_capacity;
	size_t placed_count; /* events below have a lane */
	struct copy_chain copies_in, copies_out;
	struct thread_state *threads;
	size_t thread_count, thread_capacity;
	struct process_state *processes;
	size_t process_count, process_capacity;
	uint32_t first_root, last_root, root_count; /* processes without a parent, by next_sibling */
	struct description_state *descriptions;
	size_t description_count, description_capacity;
	struct span *spans;
	size_t span_count, span_capacity;
	struct table_use *uses;
	size_t use_count, use_capacity;
	struct map64 span_by_fd, lane_by_key;
	struct map64 own_tables;   /* files tables of single threads: their rows don't change their process's */
	struct map64 tie_by_event; /* the newest tie of each call that has any */
	struct copy_chain ties;
	struct lane *lanes;
	size_t lane_count, lane_capacity;
	struct filter_block *blocks;
	size_t block_count, block_capacity;
	uint64_t taken[RECORD_KIND_LIMIT];   /* rows that the index has seen */
	uint64_t waiting[RECORD_KIND_LIMIT]; /* one more than the row that waits for its call since the last refresh */
	struct totals *totals;               /* totals.h; NULL until somebody asks for totals */
	struct event_filter *filter;         /* event_filter.h; NULL: every call belongs to the lanes */
};

/* Opens a trace; on failure message says why, and nothing is left. Returns 0 or -errno. */
int index_open(struct index *x, const char *path, enum syscope_group group, char *message, size_t message_bytes);
/* The same for reports only: what is there now, without calls and lanes, and with little memory for segments. */
int index_open_rows(struct index *x, const char *path, char *message, size_t message_bytes);
void index_close(struct index *x);
/* Takes in what was written since. revision grows if anything changed. Returns 0 or -errno. */
int index_refresh(struct index *x);

/* Row walking (index.c): calls `each` with each new row of a kind. each returns 0, -errno, or WALK_LATER: this row and what comes
   after it is for the next refresh. */
#define WALK_LATER 1
typedef int (*index_row_fn)(
	struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at);
int index_walk(struct index *x, enum record_kind kind, index_row_fn each);
uint64_t index_time(const struct index *x, uint64_t monotonic_ns);
void index_saw_time(struct index *x, uint64_t time);

/* entities.c: processes, threads, descriptions; what ended. events.c: calls, their copies, and giving each its lane. */
int index_take_entities(struct index *x);
int index_take_endings(struct index *x);
int index_take_events(struct index *x);
/* A call that will have no exit row ends: its thread did, or went on to another call. */
int index_end_event(struct index *x, uint32_t event, uint64_t time);

/* Its thread is still in it. */
static inline bool event_in_progress(const struct event *event)
{
	return event->end == TIME_OPEN;
}

/* map64.c: the value's place, NONE32 in it if it is new; NULL: no memory. Valid until the next call. */
uint32_t *map64_at(struct map64 *map, uint64_t high, uint64_t low);
uint32_t map64_get(const struct map64 *map, uint64_t high, uint64_t low);

/*
 * spans.c: calls back for each thing that a descriptor number of a process referred to, newest first, until `each` returns false
 * or SPANS_MAX_LOOKS were looked at (a number that was used a million times is asked about ten times a second).
 */
#define SPANS_MAX_LOOKS 20000
typedef bool (*index_span_fn)(void *context, uint64_t start, uint64_t end, uint64_t description);
/* What a number of the call's process referred to when the call began; 0: not known. */
uint32_t index_description_at(const struct index *x, uint32_t event, int32_t fd);
void index_spans_of(const struct index *x, uint32_t process, int32_t fd, index_span_fn each, void *context);
int index_take_fd_rows(struct index *x);
int spans_use_table(struct index *x, uint32_t process, uint32_t files, uint64_t time);
int spans_use_own_table(struct index *x, uint32_t thread, uint32_t files, uint64_t time);

/* lanes.c */
int lane_place(struct index *x, uint32_t event); /* by its class, fd and thread; counts it */
/* Before and after a call's end, error, class or fd change: it is taken out of its lane, and placed anew. */
void lane_remove(struct index *x, uint32_t event);
int lane_settle(struct index *x, uint32_t lane); /* rows are up to date afterwards */
void lane_free(struct lane *lane);
/* The event before or after this one on its lane (direction -1, 1); NONE32 at the end. */
uint32_t lane_neighbour(struct index *x, uint32_t event, int direction);

/* ties.c: what calls concern beside their first descriptor. */
int index_take_ties(struct index *x);
/* Calls back for each, newest first, until `each` returns false. cells: by the columns of tie. */
typedef bool (*index_tie_fn)(void *context, const uint64_t *cells);
void index_ties_of(struct index *x, uint64_t event, index_tie_fn each, void *context);

/* pages.c */
int page_count(struct index *x, uint32_t event, int by); /* by: 1 added, -1 taken away; 0 or -ENOMEM */
uint64_t page_total(const struct index *x, uint32_t hidden_classes, bool helpers);
size_t page_events(const struct index *x, uint64_t first, size_t count, uint32_t hidden_classes, bool helpers, double *out);

#endif
