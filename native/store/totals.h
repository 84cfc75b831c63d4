/*
 * What the calls of each process, and of each of its descriptors, come to: calls, failed calls, bytes in and out. Kept up to date by
 * index_refresh once somebody has asked (totals_need): exports and summaries don't pay for it. The loader's and the agent's
 * calls are counted apart, as the summary does; a call that is in progress counts at the descriptor that it was made on.
 *
 *   struct descriptor_tally, one for each (process, fd, description): in the order in which they appeared
 *     next_of_process -->  the process's next one          (struct process_tally: first, last)
 *     older_of_description --> another holder of the same  (totals.holders: the newest)
 *
 * Must not live here: the ABI's rows (process_info.c, descriptor_info.c), how many bytes a call moved (transfer.h).
 */
#ifndef SYSCOPE_STORE_TOTALS_H
#define SYSCOPE_STORE_TOTALS_H

#include "index.h"

struct tally {
	uint64_t received, sent;
	uint32_t calls, errors, helper_calls; /* helper_calls are not among calls */
};

struct descriptor_tally {
	struct tally tally;
	uint32_t process;
	int32_t fd;
	uint32_t description;           /* 0: the number referred to nothing that is known */
	uint32_t first_span, last_span; /* of x->spans, NONE32: no row said when it came to be */
	uint32_t generations;           /* how often the number came to refer to it */
	uint32_t first_event;           /* the first call on it, NONE32: none yet */
	uint8_t class;                  /* of its first call, for one without a description */
	uint32_t next_of_process, older_of_description;
};

struct process_tally {
	struct tally tally;
	uint32_t first, last; /* descriptors, NONE32: none */
	uint32_t descriptors;
};

struct holders {
	uint32_t newest, count;
};

struct totals {
	struct descriptor_tally *descriptors;
	size_t descriptor_count, descriptor_capacity;
	struct process_tally *processes;
	size_t process_count, process_capacity;
	struct holders *holders; /* by description */
	size_t holder_count, holder_capacity;
	struct map64 by_key;
	size_t spans_seen;
};

/* The totals of all that the index knows; counted now if nobody had asked yet. Returns 0 or -errno. */
int totals_need(struct index *x);
void totals_free(struct index *x);

/* A call is there (by: 1), or will be another one (-1, before its descriptor or result change). Without totals nothing happens. */
int totals_count(struct index *x, uint32_t event, int by);

#endif
