/*
 * A trace's calls, whole and in order, once: for summaries and exports, which need no index of it. What is kept does not grow
 * with the calls: tables of the processes, threads and renamed descriptions, what each number refers to now, calls that are late.
 * Owned by one thread; the reader must not be refreshed meanwhile. Times are trace-relative nanoseconds.
 * Must not live here: what is done with the calls (summary.c, pass_page.c).
 */
#ifndef SYSCOPE_STORE_PASS_H
#define SYSCOPE_STORE_PASS_H

#include "join.h"
#include "syscalls.h"

struct pass_process {
	int32_t pid;
	uint32_t files; /* the table that it uses now */
	uint32_t name;  /* string id, at the call that was read last */
};
struct pass_thread {
	uint32_t process; /* NONE32: unknown */
	int32_t tid;
};
struct pass_description {
	uint64_t id;
	uint32_t name; /* as of its newest name */
	uint8_t class;
};
#define PASS_DESCRIPTIONS 4096u

struct pass {
	struct reader *reader;
	bool names;           /* descriptions' names are wanted: true unless set */
	uint64_t next, total; /* enter rows */
	struct join exits, held, copies_in, copies_out, ties;
	struct reader_place enter, exit, let_go, copy[2], exec, fd, description, heap, tie;
	uint64_t exec_row, fd_row; /* the next of them, in order of seq */
	struct pass_process *processes;
	size_t process_count;
	struct pass_thread *threads;
	size_t thread_count;
	struct map64 renamed; /* by description: the newest of its rename rows */
	struct map64 refers;  /* (files, fd) to a description, 0: closed */
	struct pass_description known[PASS_DESCRIPTIONS];
	uint64_t duration; /* the latest time seen so far */
};

struct pass_call {
	uint64_t id, seq, end_seq;
	uint64_t start, end;      /* end: TIME_OPEN without an exit */
	uint32_t thread, process; /* NONE32: unknown */
	int32_t tid, pid;         /* -1 */
	uint32_t process_name;
	uint32_t nr, arch;
	const struct syscall_row *row; /* NULL: no such call */
	uint32_t stack;
	uint32_t enter_flags;
	uint8_t origin;
	bool exited; /* the rest is of its exit */
	int64_t ret;
	uint32_t exit_flags;
	int32_t fd; /* of the exit, if there is one */
	uint8_t class;
	uint64_t description;
	uint32_t name; /* the description's, a string id */
};

/* What a call moved at one of its descriptors. */
struct pass_transfer {
	int32_t fd;
	uint8_t class;
	uint64_t description;
	uint32_t name;
	uint64_t received, sent;
};

/* Returns 0 or -errno; pass_close frees in either case. */
int pass_open(struct pass *p, struct reader *reader);
void pass_close(struct pass *p);
/* The next call that is there. Returns 1, 0 at the end, or -errno. */
int pass_next(struct pass *p, struct pass_call *call);
/* It has returned: not in progress, not killed in it. */
static inline bool pass_returned(const struct pass_call *call)
{
	return call->exited && !(call->exit_flags & EXIT_FLAG_KILLED);
}

/* The newest call's arguments and instruction pointer; zeros if they can't be read any more. */
void pass_words(struct pass *p, const struct pass_call *call, uint64_t args[6], uint64_t *ip);
/* The further descriptors of the newest call, in order; cells by the columns of tie. pass_ties returns 0 or -errno. */
#define PASS_TIE_CELLS 6
int pass_ties(struct pass *p, const struct pass_call *call, struct join_walk *walk);
bool pass_next_tie(struct pass *p, struct join_walk *walk, uint64_t cells[PASS_TIE_CELLS]);
/* One of them, as a transfer of nothing. */
struct pass_transfer pass_tie_transfer(struct pass *p, const uint64_t cells[PASS_TIE_CELLS]);
/*
 * pass_transfers.c: what the newest call moved, by its ties and its row (moves.h): at its descriptor and, between two, at the other one. A
 * failed call, one that has not returned and one without a descriptor move nothing; the end of a file is a transfer of 0 bytes.
 * Returns how many, at most 2, or -errno.
 */
int pass_transfers(struct pass *p, const struct pass_call *call, struct pass_transfer out[2]);
/* What a number of the newest call's process refers to at that call: a description's id, 0: not known. Returns 0 or -errno. */
int pass_refers(struct pass *p, const struct pass_call *call, int32_t fd, uint64_t *description);
/* A description's class and newest name. */
const struct pass_description *pass_describe(struct pass *p, uint64_t description);

/* A time of a row. */
uint64_t pass_time(struct pass *p, uint64_t monotonic_ns);

#endif
