/*
 * Which rows of a kind (exit, copy_in, ...) belong to a call, for one who goes through the calls in order, in memory that does
 * not grow with the trace. A row that names its call lies near the place where that call's time comes, but for calls that others
 * overtake for long: those rows are found beforehand, and there are few, since each holds up a thread meanwhile.
 * Must not live here: what is in the rows.
 *
 *   calls   ... e ............ e + AHEAD ........ e + SLOTS
 *   rows    read ahead of e until one names a call at or behind e + AHEAD; a ring of slots has the rows of each call so far
 */
#ifndef SYSCOPE_STORE_JOIN_H
#define SYSCOPE_STORE_JOIN_H

#include "index.h"

/* In calls. A power of two; a call that is overtaken by more than so many others is late. */
#define JOIN_AHEAD 8192u
#define JOIN_SLOTS (2 * JOIN_AHEAD)
#define JOIN_CHUNK 4096u

struct join_slot {
	uint64_t call; /* one more than the call's id; 0: free */
	uint32_t first, count;
};
/* A late row, or one that does not lie beside its call's others. */
struct join_stray {
	uint32_t row, next;
	uint32_t last; /* in the first of a call's: its last */
};

struct join {
	struct reader *reader;
	enum record_kind kind;
	uint32_t column; /* the one that names the call */
	uint64_t newest; /* the highest call that a row has named so far */
	uint64_t row;    /* the next one to read, and what of them is in memory */
	uint64_t chunk_first;
	uint32_t chunk_count, chunk_at;
	uint64_t *chunk;
	struct join_slot *slots;
	struct map64 stray_of; /* by call */
	struct join_stray *strays;
	size_t stray_count, stray_capacity;
};

/* Costs nothing before the first join_begin, which finds the late rows. */
void join_open(struct join *j, struct reader *reader, enum record_kind kind, uint32_t column);
void join_close(struct join *j);

/* The rows of one call, one after another: begin with the call, in ascending order of calls; next until it returns false. */
struct join_walk {
	uint32_t row, count, stray;
};
/* Returns 0 or -ENOMEM. */
int join_begin(struct join *j, uint64_t call, struct join_walk *walk);
bool join_next(const struct join *j, struct join_walk *walk, uint64_t *row);

#endif
