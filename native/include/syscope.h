/*
 * The ABI of libsyscope.so: what a trace file says, for the engine (extension/engine/native.ts binds it by koffi).
 * Each function fills memory of the caller's; nothing is handed out that would have to be freed or could go away.
 * Tables of numbers are doubles, row by row, in the order of the enums below, so that one typed array takes them all.
 * Must not live here: structs (JavaScript would have to decode them), callbacks.
 *
 * Results: -errno on failure. Times: nanoseconds since the trace's begin. Ids that do not exist are refused, never followed.
 * For one thread at a time. x86-64 Linux; no dependency but libc and libm.
 */
#ifndef SYSCOPE_H
#define SYSCOPE_H

#include <stdint.h>

#define SYSCOPE_ABI    5
#define SYSCOPE_EXPORT __attribute__((visibility("default")))

/* SYSCOPE_ABI of the library, so that a stale one is noticed. */
SYSCOPE_EXPORT int32_t syscope_abi(void);

/* What a lane of a class is; a call without a descriptor belongs to its thread in any case. */
enum syscope_group {
	SYSCOPE_GROUP_FD, /* a number of a process, or its calls by path */
	SYSCOPE_GROUP_THREAD,
	SYSCOPE_GROUP_RESOURCE, /* what descriptors are of, by name, in whichever process; as GROUP_FD where none is known */
	SYSCOPE_GROUPS
};

/*
 * Opens a trace file that anyone may have written, with its lanes as `group` (enum syscope_group) says. Returns a handle above 0,
 * or -errno with a whole sentence in message (NUL-terminated, cut to message_bytes): a foreign, empty, cut off, newer or
 * unreadable file, a directory, too many traces.
 */
SYSCOPE_EXPORT int32_t syscope_open(const char *path, uint32_t group, char *message, uint32_t message_bytes);
SYSCOPE_EXPORT int32_t syscope_close(int32_t trace);

enum syscope_info {
	SYSCOPE_INFO_STATE, /* 1 recording, 2 complete, 3 interrupted */
	SYSCOPE_INFO_START_REALTIME_MS,
	SYSCOPE_INFO_DURATION,
	SYSCOPE_INFO_EVENTS,
	SYSCOPE_INFO_ERRORS,
	SYSCOPE_INFO_PENDING,
	SYSCOPE_INFO_LOST,
	SYSCOPE_INFO_PROCESSES,
	SYSCOPE_INFO_THREADS,
	SYSCOPE_INFO_TRACER_PID,
	SYSCOPE_INFO_REVISION, /* grows with every change that a refresh saw */
	SYSCOPE_INFO_PROBLEMS,
	SYSCOPE_INFO_LANES,
	SYSCOPE_INFO_CALLS, /* enter rows: one more than the highest event id */
	SYSCOPE_INFO_COUNT
};

/* Takes in what was written since and fills info[SYSCOPE_INFO_COUNT]. Returns 0 or -errno. */
SYSCOPE_EXPORT int32_t syscope_refresh(int32_t trace, double *info);
/* The trace's time 0 as CLOCK_MONOTONIC ns, which rows' times are in: not a double, which would be coarse after long uptimes. */
SYSCOPE_EXPORT int32_t syscope_base_time(int32_t trace, uint64_t *base);
/* The Nth problem with the file, a whole sentence. Returns its length, 0 if there is none (only the first 32 are kept). */
SYSCOPE_EXPORT int32_t syscope_problem(int32_t trace, uint32_t index, char *text, uint32_t text_bytes);

/* How many rows of a kind (schema.json) there are. */
SYSCOPE_EXPORT double syscope_row_count(int32_t trace, uint32_t kind);
/*
 * Rows [first, first + count) of a kind: the given columns of each into cells[count * column_count], signed ones sign-extended;
 * present[i] is 0 (and its cells are) for a row that is damaged or not there. Returns 0 or -errno.
 */
SYSCOPE_EXPORT int32_t syscope_rows(int32_t trace, uint32_t kind, double first, uint32_t count, const uint8_t *columns,
	uint32_t column_count, uint64_t *cells, uint8_t *present);
/*
 * Strings by id, one after another in bytes; lengths[i] of each (0: empty, or not there). Returns how many bytes they take:
 * if that is more than capacity, call again with more room (bytes is filled as far as whole strings fit).
 */
SYSCOPE_EXPORT double syscope_strings(
	int32_t trace, const uint32_t *ids, uint32_t count, uint32_t *lengths, uint8_t *bytes, double capacity);
/* Bytes of the heap. Returns 0, or -ENOENT if they are not all there. */
SYSCOPE_EXPORT int32_t syscope_heap(int32_t trace, double pos, uint32_t length, uint8_t *bytes);

enum syscope_lane {
	SYSCOPE_LANE_CLASS,
	SYSCOPE_LANE_PROCESS, /* -1: unknown, or any: a resource's */
	SYSCOPE_LANE_PID,
	SYSCOPE_LANE_PROCESS_NAME, /* string id */
	SYSCOPE_LANE_FD,           /* -1: by path, or of a thread or a resource */
	SYSCOPE_LANE_THREAD,       /* -1 but for calls without a descriptor, and where lanes are threads */
	SYSCOPE_LANE_TID,
	SYSCOPE_LANE_RESOURCE, /* string id of the newest generation's name */
	SYSCOPE_LANE_EVENTS,   /* 0: no call belongs to it any more */
	SYSCOPE_LANE_ERRORS,
	SYSCOPE_LANE_HELPER_EVENTS, /* of the loader and the agent, counted in events and errors too */
	SYSCOPE_LANE_HELPER_ERRORS,
	SYSCOPE_LANE_BUSY,
	SYSCOPE_LANE_FIRST,
	SYSCOPE_LANE_LAST,
	SYSCOPE_LANE_GENERATIONS, /* at most SYSCOPE_MAX_GENERATIONS are counted */
	SYSCOPE_LANE_COLUMNS
};
#define SYSCOPE_MAX_GENERATIONS 256

/* Lanes [first, first + count) into lanes[count * SYSCOPE_LANE_COLUMNS]; lane ids are 0, 1, ... and stay. Returns how many. */
SYSCOPE_EXPORT int32_t syscope_lanes(int32_t trace, uint32_t first, uint32_t count, double *lanes);
/* What a lane's descriptor referred to, oldest first: the newest `capacity` of them. end: infinite while open. Returns how many. */
SYSCOPE_EXPORT int32_t syscope_generations(
	int32_t trace, uint32_t lane, double *start, double *end, uint32_t *name, uint32_t capacity);

/*
 * Boxes of a lane between t0 and t1 in `pixels` pixels (boxes.h says what is merged), with helpers' calls (loader, agent) or
 * without, into arrays of syscope_box_capacity(pixels) elements each. Returns how many.
 */
SYSCOPE_EXPORT int32_t syscope_box_capacity(uint32_t pixels);
SYSCOPE_EXPORT int32_t syscope_boxes(int32_t trace, uint32_t lane, double t0, double t1, uint32_t pixels, int32_t helpers,
	double *x0, double *x1, uint32_t *count, uint32_t *errors, double *event, uint32_t *nr, uint32_t *arch, uint8_t *row,
	uint8_t *flags);

/* How many calls there are without those of hidden classes (bit set) and, unless helpers, of the loader and the agent. */
SYSCOPE_EXPORT double syscope_page_total(int32_t trace, uint32_t hidden, int32_t helpers);
/* The ids of `count` of them from the Nth on, in order. Returns how many. */
SYSCOPE_EXPORT int32_t syscope_page(int32_t trace, double first, uint32_t count, uint32_t hidden, int32_t helpers, double *ids);

enum syscope_call {
	SYSCOPE_CALL_PRESENT, /* 0: no such call; the rest is 0 */
	SYSCOPE_CALL_SEQ,
	SYSCOPE_CALL_END_SEQ, /* -1: no exit */
	SYSCOPE_CALL_PROCESS, /* -1: unknown */
	SYSCOPE_CALL_PID,
	SYSCOPE_CALL_THREAD,
	SYSCOPE_CALL_TID,
	SYSCOPE_CALL_NR,
	SYSCOPE_CALL_ARCH,
	SYSCOPE_CALL_START,
	SYSCOPE_CALL_END, /* infinite while in progress */
	SYSCOPE_CALL_FD,
	SYSCOPE_CALL_CLASS,
	SYSCOPE_CALL_DESCRIPTION,
	SYSCOPE_CALL_NAME, /* string id of the description's name */
	SYSCOPE_CALL_ORIGIN,
	SYSCOPE_CALL_STACK,
	SYSCOPE_CALL_ENTER_FLAGS,
	SYSCOPE_CALL_EXIT_FLAGS, /* -1: no exit */
	SYSCOPE_CALL_LANE,
	SYSCOPE_CALL_COLUMNS
};
enum syscope_call_word {
	SYSCOPE_WORD_ARG0, /* to arg5 */
	SYSCOPE_WORD_IP = 6,
	SYSCOPE_WORD_RET,
	SYSCOPE_WORD_COLUMNS
};

/* Calls by id into numbers[count * SYSCOPE_CALL_COLUMNS] and words[count * SYSCOPE_WORD_COLUMNS]. Returns 0 or -errno. */
SYSCOPE_EXPORT int32_t syscope_calls(int32_t trace, const double *ids, uint32_t count, double *numbers, uint64_t *words);

enum syscope_copy {
	SYSCOPE_COPY_CALL, /* index in ids */
	SYSCOPE_COPY_OUT,  /* 0: read at entry, 1: at exit */
	SYSCOPE_COPY_ARG,
	SYSCOPE_COPY_FULL,
	SYSCOPE_COPY_ERROR,
	SYSCOPE_COPY_AT, /* in bytes */
	SYSCOPE_COPY_LENGTH,
	SYSCOPE_COPY_COLUMNS
};

/*
 * The copied bytes of calls, in order: numbers[capacity * SYSCOPE_COPY_COLUMNS], addresses[capacity], and the bytes. used[0]: how
 * many calls of ids are done, used[1]: copies, used[2]: bytes. If not even the first call fits, used[0] is 0 and the others say
 * what room it needs. Returns 0 or -errno.
 */
SYSCOPE_EXPORT int32_t syscope_copies(int32_t trace, const double *ids, uint32_t count, double *numbers, uint64_t *addresses,
	uint32_t capacity, uint8_t *bytes, uint32_t bytes_capacity, uint32_t *used);

enum syscope_tie {
	SYSCOPE_TIE_CALL, /* index in ids */
	SYSCOPE_TIE_FD,   /* -1: role more */
	SYSCOPE_TIE_CLASS,
	SYSCOPE_TIE_DESCRIPTION,
	SYSCOPE_TIE_NAME, /* string id of the description's name */
	SYSCOPE_TIE_ROLE, /* schema.json, tie_role */
	SYSCOPE_TIE_COUNT,
	SYSCOPE_TIE_COLUMNS
};

/*
 * The further descriptors of calls (schema.json, tie), in order, into numbers[capacity * SYSCOPE_TIE_COLUMNS]. used[0]: how many
 * calls of ids are done, used[1]: ties. If not even the first call's fit, used[0] is 0 and used[1] says how many it has. Returns 0 or
 * -errno.
 */
SYSCOPE_EXPORT int32_t syscope_ties(
	int32_t trace, const double *ids, uint32_t count, double *numbers, uint32_t capacity, uint32_t *used);

/*
 * Processes, descriptors and filters, for the views. Totals are the program's own calls; those of the loader and the agent are
 * counted apart (helper calls). The first question about totals counts the whole trace, the next ones what was written since.
 */
enum syscope_process {
	SYSCOPE_PROCESS_PRESENT, /* 0: no such process; the rest is 0 */
	SYSCOPE_PROCESS_PARENT,  /* -1: none, or not traced */
	SYSCOPE_PROCESS_PID,
	SYSCOPE_PROCESS_NS_PID, /* in its own pid namespace */
	SYSCOPE_PROCESS_PPID,
	SYSCOPE_PROCESS_NAME, /* string id, as of the newest exec */
	SYSCOPE_PROCESS_FLAGS,
	SYSCOPE_PROCESS_START,
	SYSCOPE_PROCESS_END,       /* infinite while it runs */
	SYSCOPE_PROCESS_STATUS,    /* wait status (waitpid(2)); -1: has not ended */
	SYSCOPE_PROCESS_CAUSE,     /* enum exit_cause */
	SYSCOPE_PROCESS_SENDER,    /* of the signal that ended it; 0: not known */
	SYSCOPE_PROCESS_END_EVENT, /* the call that ended it; -1: none */
	SYSCOPE_PROCESS_USER_US,   /* with those of the children that it waited for */
	SYSCOPE_PROCESS_SYSTEM_US,
	SYSCOPE_PROCESS_MAX_RSS_KB,
	SYSCOPE_PROCESS_PATH,        /* string id, of the newest exec; 0: none seen */
	SYSCOPE_PROCESS_ARGV_POS,    /* in the heap: NUL-terminated words */
	SYSCOPE_PROCESS_ARGV_LENGTH, /* 0: not known */
	SYSCOPE_PROCESS_CWD,         /* string id, when it began to run the program; 0: not known */
	SYSCOPE_PROCESS_THREADS,
	SYSCOPE_PROCESS_CHILDREN,
	SYSCOPE_PROCESS_DESCRIPTORS,
	SYSCOPE_PROCESS_CALLS,
	SYSCOPE_PROCESS_ERRORS,
	SYSCOPE_PROCESS_HELPER_CALLS,
	SYSCOPE_PROCESS_RECEIVED,
	SYSCOPE_PROCESS_SENT,
	SYSCOPE_PROCESS_COLUMNS
};

/* Processes by number into numbers[count * SYSCOPE_PROCESS_COLUMNS]. Returns 0 or -errno. */
SYSCOPE_EXPORT int32_t syscope_processes(int32_t trace, const double *ids, uint32_t count, double *numbers);
/* How many processes have this parent; -1: none. -errno for a parent that is not there. */
SYSCOPE_EXPORT int32_t syscope_process_child_count(int32_t trace, double parent);
/* The numbers of `count` of them from the Nth on, in the order in which they began. Returns how many. */
SYSCOPE_EXPORT int32_t syscope_process_children(int32_t trace, double parent, uint32_t first, uint32_t count, double *ids);

/* What a descriptor number of a process referred to: one row for each (process, number, open file description). */
enum syscope_descriptor_row {
	SYSCOPE_DESCRIPTOR_PROCESS,
	SYSCOPE_DESCRIPTOR_PID,
	SYSCOPE_DESCRIPTOR_PROCESS_NAME, /* string id */
	SYSCOPE_DESCRIPTOR_FD,
	SYSCOPE_DESCRIPTOR_DESCRIPTION, /* 0: not known, or the number was not open */
	SYSCOPE_DESCRIPTOR_CLASS,
	SYSCOPE_DESCRIPTOR_NAME,        /* string id */
	SYSCOPE_DESCRIPTOR_START,       /* -1: not known when it came to be */
	SYSCOPE_DESCRIPTOR_END,         /* infinite while open */
	SYSCOPE_DESCRIPTOR_GENERATIONS, /* how often the number came to refer to it */
	SYSCOPE_DESCRIPTOR_ORIGIN,      /* enum fd_op of the first time; 0: not known */
	SYSCOPE_DESCRIPTOR_EVENT,       /* the call that made it; -1: none, or not known */
	SYSCOPE_DESCRIPTOR_EVENT_NR,
	SYSCOPE_DESCRIPTOR_EVENT_ARCH,
	SYSCOPE_DESCRIPTOR_FIRST_EVENT, /* the first call on it; -1: none */
	SYSCOPE_DESCRIPTOR_CALLS,
	SYSCOPE_DESCRIPTOR_ERRORS,
	SYSCOPE_DESCRIPTOR_HELPER_CALLS,
	SYSCOPE_DESCRIPTOR_RECEIVED,
	SYSCOPE_DESCRIPTOR_SENT,
	SYSCOPE_DESCRIPTOR_HOLDERS, /* rows with the same description, this one too */
	SYSCOPE_DESCRIPTOR_PEER,    /* the other end's description; 0: not known */
	SYSCOPE_DESCRIPTOR_PEER_NAME,
	SYSCOPE_DESCRIPTOR_PEER_PROCESS, /* which has it, or had it last; -1: none that is traced */
	SYSCOPE_DESCRIPTOR_PEER_PID,
	SYSCOPE_DESCRIPTOR_PEER_PROCESS_NAME,
	SYSCOPE_DESCRIPTOR_PEER_FD,
	SYSCOPE_DESCRIPTOR_COLUMNS
};
enum syscope_descriptor_class {
	SYSCOPE_DESCRIPTOR_CLASS_ROWS,
	SYSCOPE_DESCRIPTOR_CLASS_OPEN, /* how many of them are open now */
	SYSCOPE_DESCRIPTOR_CLASS_CALLS,
	SYSCOPE_DESCRIPTOR_CLASS_ERRORS,
	SYSCOPE_DESCRIPTOR_CLASS_RECEIVED,
	SYSCOPE_DESCRIPTOR_CLASS_SENT,
	SYSCOPE_DESCRIPTOR_CLASS_COLUMNS
};

/*
 * Sums by class (row: the class's value) into numbers[rows * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS]; of the processes named, or of all
 * (process_count 0). Returns how many classes there are: at most `rows` are filled.
 */
SYSCOPE_EXPORT int32_t syscope_descriptors_by_class(
	int32_t trace, const double *processes, uint32_t process_count, uint32_t rows, double *numbers);
/*
 * `count` descriptors from the Nth on, in the order in which they appeared, into numbers[count * SYSCOPE_DESCRIPTOR_COLUMNS]: of the
 * processes named, or of all; of a class, or of any (-1). Returns how many.
 */
SYSCOPE_EXPORT int32_t syscope_descriptors(int32_t trace, const double *processes, uint32_t process_count, int32_t class_id,
	uint32_t first, uint32_t count, double *numbers);

/* What a filter names; numbers in the columns of enum syscope_term_column. */
enum syscope_term {
	SYSCOPE_TERM_PROCESS = 1,
	SYSCOPE_TERM_FAMILY,      /* a process and its descendants */
	SYSCOPE_TERM_DESCRIPTOR,  /* a number of a process while it referred to the description */
	SYSCOPE_TERM_DESCRIPTION, /* in whichever process */
	SYSCOPE_TERM_BLIND        /* the calls at which blind spots of a reason were noted; in a process, or in any (-1) */
};
enum syscope_term_column {
	SYSCOPE_TERM_OF_KIND,
	SYSCOPE_TERM_OF_PROCESS,
	SYSCOPE_TERM_OF_FD,
	SYSCOPE_TERM_OF_DESCRIPTION,
	SYSCOPE_TERM_OF_REASON,
	SYSCOPE_TERM_OF_COLUMNS
};
#define SYSCOPE_MAX_TERMS 1000

/*
 * From now on only calls that fit one of terms[count * SYSCOPE_TERM_OF_COLUMNS] belong to this opened trace's lanes, pages and
 * neighbours; with none, every call. Lane ids begin anew. Returns 0 or -errno; after -ENOMEM the trace is to be closed.
 */
SYSCOPE_EXPORT int32_t syscope_process_filter(int32_t trace, const double *terms, uint32_t count);

/*
 * Opens a trace for reports: its rows, strings and heap as they are now, problems, and what follows here; no lanes, boxes or calls
 * by id, for which everything would have to be read first. Otherwise as syscope_open. SYSCOPE_INFO_ERRORS and _PENDING are 0.
 */
SYSCOPE_EXPORT int32_t syscope_rows_open(const char *path, char *message, uint32_t message_bytes);

enum syscope_row {
	SYSCOPE_ROW_ID,
	SYSCOPE_ROW_SEQ,
	SYSCOPE_ROW_END_SEQ, /* -1: no exit */
	SYSCOPE_ROW_PROCESS, /* -1: unknown */
	SYSCOPE_ROW_PID,
	SYSCOPE_ROW_THREAD,
	SYSCOPE_ROW_TID,
	SYSCOPE_ROW_NR,
	SYSCOPE_ROW_ARCH,
	SYSCOPE_ROW_START,
	SYSCOPE_ROW_END, /* infinite without an exit */
	SYSCOPE_ROW_FD,
	SYSCOPE_ROW_CLASS,
	SYSCOPE_ROW_DESCRIPTION,
	SYSCOPE_ROW_NAME, /* string id of the description's newest name */
	SYSCOPE_ROW_ORIGIN,
	SYSCOPE_ROW_STACK,
	SYSCOPE_ROW_ENTER_FLAGS,
	SYSCOPE_ROW_EXIT_FLAGS, /* -1: no exit */
	SYSCOPE_ROW_TRANSFERS,  /* 0: it moved no bytes; 1: at its descriptor; 2: at the other one too, the other way */
	SYSCOPE_ROW_RECEIVED,   /* at its descriptor */
	SYSCOPE_ROW_SENT,
	SYSCOPE_ROW_OTHER_FD,
	SYSCOPE_ROW_OTHER_CLASS,
	SYSCOPE_ROW_OTHER_DESCRIPTION,
	SYSCOPE_ROW_OTHER_NAME,
	SYSCOPE_ROW_COLUMNS
};

/* Begins to go through a trace's calls, all of them in order; what was begun before is given up. Returns 0 or -errno. */
SYSCOPE_EXPORT int32_t syscope_rows_begin(int32_t trace);
/*
 * The next calls, at most `capacity` of them: numbers[capacity * SYSCOPE_ROW_COLUMNS] and words[capacity * SYSCOPE_WORD_COLUMNS], and
 * unless copies is NULL what was copied, as by syscope_copies, and ties as by syscope_ties (their calls count from the first one of
 * this page). used[0]: how many calls, used[1]: copies, used[2]: bytes, used[3]: ties. No calls: the end, or if one of the others is
 * not 0 the next call alone needs that much room. Returns 0 or -errno.
 */
SYSCOPE_EXPORT int32_t syscope_rows_next(int32_t trace, uint32_t capacity, double *numbers, uint64_t *words, double *copies,
	uint64_t *addresses, uint32_t copy_capacity, uint8_t *bytes, uint32_t bytes_capacity, double *ties, uint32_t tie_capacity,
	uint32_t *used);

/* By what calls are grouped; a row of a summary is one combination of several. */
enum syscope_by { SYSCOPE_BY_CLASS, SYSCOPE_BY_SYSCALL, SYSCOPE_BY_FD, SYSCOPE_BY_PATH, SYSCOPE_BY_PROCESS, SYSCOPE_BY_COUNT };
enum syscope_summary {
	SYSCOPE_SUMMARY_CALLS,
	SYSCOPE_SUMMARY_PENDING,
	SYSCOPE_SUMMARY_ERRORS,
	SYSCOPE_SUMMARY_RECEIVED, /* bytes */
	SYSCOPE_SUMMARY_SENT,
	SYSCOPE_SUMMARY_RETURNED, /* how many have a duration */
	SYSCOPE_SUMMARY_TOTAL,
	SYSCOPE_SUMMARY_P50, /* of more than 16,384 durations at most 0.1 % above the exact one (durations.h) */
	SYSCOPE_SUMMARY_P95,
	SYSCOPE_SUMMARY_MAX,
	SYSCOPE_SUMMARY_KEY_BYTES,
	SYSCOPE_SUMMARY_ERROR_KINDS,
	SYSCOPE_SUMMARY_COLUMNS
};

/*
 * Goes through all calls and sums them up by these groups (enum syscope_by, each once, or none). Row 0 is all of the program's
 * calls, row 1 the loader's, then one row a group, in no order. Returns how many rows, and the recording's length; or -errno.
 */
SYSCOPE_EXPORT double syscope_summary(int32_t trace, const uint8_t *by, uint32_t by_count, double *duration);
/* Rows [first, first + count) of the newest summary into numbers[count * SYSCOPE_SUMMARY_COLUMNS]. Returns how many. */
SYSCOPE_EXPORT int32_t syscope_summary_rows(int32_t trace, uint32_t first, uint32_t count, double *numbers);
/*
 * Of one row: its key in key[KEY_BYTES], a part a group, each with a NUL behind it; and which errors its calls had how often in
 * errors[2 * ERROR_KINDS]: number, count. Returns 0 or -errno.
 */
SYSCOPE_EXPORT int32_t syscope_summary_texts(int32_t trace, uint32_t row, uint8_t *key, uint32_t *errors);

/* The call before (-1) or after (1) this one on its lane; -1: none. */
SYSCOPE_EXPORT double syscope_neighbour(int32_t trace, double event, int32_t direction);
/* The call in which the newest thread with this tid is now; -1: none. */
SYSCOPE_EXPORT double syscope_pending(int32_t trace, int32_t tid);

#endif
