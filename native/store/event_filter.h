/*
 * Which calls belong to the lanes: all, or those of some processes, of some descriptors, or those that are behind some blind spots.
 * Lanes, their counts and boxes, the pages of calls and the neighbours then know no others: nothing that is asked can disagree.
 * Must not live here: classes and origin, which a question names each time (pages.c, boxes.c).
 */
#ifndef SYSCOPE_STORE_EVENT_FILTER_H
#define SYSCOPE_STORE_EVENT_FILTER_H

#include "index.h"

struct filter_term {
	enum syscope_term kind;
	uint32_t process; /* NONE32: any, for a blind spot */
	int32_t fd;
	uint32_t description;
	uint32_t reason;
};

struct event_filter {
	struct filter_term *terms;
	uint32_t count;
	uint8_t *by_process; /* of the processes that are known: whether all its calls pass, and its descendants' */
	size_t process_count, process_capacity;
	uint8_t *by_event; /* a bit a call: a blind spot is about it */
	size_t event_bytes, event_capacity;
	uint64_t blind_seen; /* rows */
};

/* Places every call anew. No terms: every call passes again. Returns 0 or -errno; then the index is of no use but to be closed. */
int event_filter_set(struct index *x, const struct filter_term *terms, uint32_t count);
void event_filter_free(struct index *x);
/* Takes in blind spots that were found since. */
int event_filter_refresh(struct index *x);
bool event_filter_passes(struct index *x, uint32_t event);

#endif
