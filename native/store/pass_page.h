/* A pass's calls as the ABI's tables of numbers, as many at a time as there is room for. Must not live here: the pass itself. */
#ifndef SYSCOPE_STORE_PASS_PAGE_H
#define SYSCOPE_STORE_PASS_PAGE_H

#include "calls.h"
#include "pass.h"

struct pass_pages {
	struct pass pass;
	struct pass_call call; /* read and not given yet, if waiting */
	bool waiting;
};

/* Where a page goes: arrays as in syscope_rows_next. copies: NULL for calls without them. */
struct pass_page {
	uint32_t capacity, count;
	double *numbers;
	uint64_t *words;
	struct copy_room *copies;
	double *ties;
	uint32_t tie_capacity, tie_count;
};

/* Returns 0 or -errno; then, if nothing was filled and needed is not 0, that much room is needed: copies, bytes, ties. */
int pass_fill_page(struct pass_pages *pages, struct pass_page *page, uint32_t needed[3]);

#endif
