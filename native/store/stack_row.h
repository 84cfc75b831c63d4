/*
 * One row of a lane: calls sorted by start, with a mipmap that sums up 16, 256, 4,096 ... of them, so that a question about any
 * range costs the logarithm of its length. Rows 0 to 3 hold calls that don't overlap.
 * Must not live here: which call goes to which row (lanes.c), pixels (boxes.c).
 */
#ifndef SYSCOPE_STORE_STACK_ROW_H
#define SYSCOPE_STORE_STACK_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_ROW_LEVELS 7 /* 16^7 = 268 million, then a few more at the top */
#define STACK_ROW_FAN    16u

struct stack_entry {
	uint64_t start, end; /* end: TIME_OPEN while in progress */
	uint32_t event;
	bool error, helper;
};

/* The sum of a range; of the program's calls only, or of the helpers' too (STYLE: two sums, so that no look depends on a filter). */
struct stack_sum {
	uint64_t first_start, last_end; /* last_end: the latest end */
	uint64_t longest_ns;
	uint32_t count, errors;
	uint32_t first_error, longest; /* event ids; NONE32 */
	uint32_t helpers;              /* how many of count are helpers' */
};

enum stack_what { STACK_PROGRAM, STACK_ALL };

struct stack_node {
	struct stack_sum sum[2]; /* by enum stack_what */
};

struct stack_row {
	struct stack_entry *entries;
	size_t count, capacity;
	struct {
		struct stack_node *nodes; /* nodes[i]: entries [i * 16^(level+1), ...), whole ones only */
		size_t count, capacity;
	} levels[STACK_ROW_LEVELS];
};

int stack_row_append(struct stack_row *row, const struct stack_entry *entry);
/* Forgets the entries from `count` on. */
void stack_row_truncate(struct stack_row *row, size_t count);
/* Makes the mipmap cover the entries. Returns 0 or -errno. */
int stack_row_build(struct stack_row *row);
void stack_row_free(struct stack_row *row);

/* The first entry that does not come before (start, event). */
size_t stack_row_find(const struct stack_row *row, uint64_t start, uint32_t event);
/* The first entry at or after `from` that starts at `start` or later; costs the logarithm of how far that is. */
size_t stack_row_skip(const struct stack_row *row, size_t from, uint64_t start);
/* Rows whose calls don't overlap: the first entry that ends at `time` or later. */
size_t stack_row_first_ending(const struct stack_row *row, uint64_t time);

void stack_sum_clear(struct stack_sum *sum);
/* Adds the entries [from, to) to a sum. The mipmap is built. */
void stack_row_sum(const struct stack_row *row, size_t from, size_t to, enum stack_what what, struct stack_sum *sum);
/* The same, but only entries that end at `time` or later; skips nodes in which none does. */
void stack_row_sum_reaching(const struct stack_row *row, size_t to, uint64_t time, enum stack_what what, struct stack_sum *sum);

#endif
