/*
 * The mipmap of one row.
 * Must not live here: lanes, pixels.
 */
#include "stack_row.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"

#define NONE32 UINT32_MAX

int stack_row_append(struct stack_row *row, const struct stack_entry *entry)
{
	if (ARRAY_RESERVE(row->entries, row->capacity, row->count + 1))
		return -ENOMEM;
	row->entries[row->count++] = *entry;
	return 0;
}

void stack_row_truncate(struct stack_row *row, size_t count)
{
	size_t covers = STACK_ROW_FAN;

	row->count = count;
	for (int level = 0; level < STACK_ROW_LEVELS; level++, covers *= STACK_ROW_FAN)
		if (row->levels[level].count > count / covers)
			row->levels[level].count = count / covers;
}

void stack_row_free(struct stack_row *row)
{
	free(row->entries);
	for (int level = 0; level < STACK_ROW_LEVELS; level++)
		free(row->levels[level].nodes);
	*row = (struct stack_row){ 0 };
}

void stack_sum_clear(struct stack_sum *sum)
{
	*sum = (struct stack_sum){ .first_start = UINT64_MAX, .first_error = NONE32, .longest = NONE32 };
}

static void add_entry(struct stack_sum *sum, const struct stack_entry *entry)
{
	uint64_t duration = entry->end - entry->start; /* in progress: longer than any other */

	if (entry->start < sum->first_start)
		sum->first_start = entry->start;
	if (entry->end > sum->last_end)
		sum->last_end = entry->end;
	if (sum->longest == NONE32 || duration > sum->longest_ns) {
		sum->longest = entry->event;
		sum->longest_ns = duration;
	}
	if (entry->error && sum->first_error == NONE32)
		sum->first_error = entry->event;
	sum->count++;
	sum->errors += entry->error;
	sum->helpers += entry->helper;
}

static void add_sum(struct stack_sum *sum, const struct stack_sum *more)
{
	if (!more->count)
		return;
	if (more->first_start < sum->first_start)
		sum->first_start = more->first_start;
	if (more->last_end > sum->last_end)
		sum->last_end = more->last_end;
	if (sum->longest == NONE32 || more->longest_ns > sum->longest_ns) {
		sum->longest = more->longest;
		sum->longest_ns = more->longest_ns;
	}
	if (sum->first_error == NONE32)
		sum->first_error = more->first_error;
	sum->count += more->count;
	sum->errors += more->errors;
	sum->helpers += more->helpers;
}

static void sum_block(const struct stack_row *row, int level, size_t index, struct stack_node *node)
{
	stack_sum_clear(&node->sum[STACK_PROGRAM]);
	stack_sum_clear(&node->sum[STACK_ALL]);
	for (size_t i = index * STACK_ROW_FAN; i < (index + 1) * STACK_ROW_FAN; i++) {
		if (level > 0) {
			add_sum(&node->sum[STACK_PROGRAM], &row->levels[level - 1].nodes[i].sum[STACK_PROGRAM]);
			add_sum(&node->sum[STACK_ALL], &row->levels[level - 1].nodes[i].sum[STACK_ALL]);
			continue;
		}
		if (!row->entries[i].helper)
			add_entry(&node->sum[STACK_PROGRAM], &row->entries[i]);
		add_entry(&node->sum[STACK_ALL], &row->entries[i]);
	}
}

int stack_row_build(struct stack_row *row)
{
	size_t below = row->count;

	for (int level = 0; level < STACK_ROW_LEVELS; level++) {
		size_t wanted = below / STACK_ROW_FAN, from = row->levels[level].count;

		if (ARRAY_RESERVE(row->levels[level].nodes, row->levels[level].capacity, wanted))
			return -ENOMEM;
		for (size_t i = from; i < wanted; i++)
			sum_block(row, level, i, &row->levels[level].nodes[i]);
		row->levels[level].count = wanted;
		below = wanted;
	}
	return 0;
}

static bool comes_before(const struct stack_entry *entry, uint64_t start, uint32_t event)
{
	return entry->start < start || (entry->start == start && entry->event < event);
}

size_t stack_row_find(const struct stack_row *row, uint64_t start, uint32_t event)
{
	size_t low = 0, high = row->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (comes_before(&row->entries[middle], start, event))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t stack_row_skip(const struct stack_row *row, size_t from, uint64_t start)
{
	size_t step = 1, low = from, high;

	while (low + step < row->count && row->entries[low + step].start < start) {
		low += step;
		step *= 2;
	}
	high = low + step < row->count ? low + step : row->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row->entries[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t stack_row_first_ending(const struct stack_row *row, uint64_t time)
{
	size_t low = 0, high = row->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row->entries[middle].end < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The highest level with a whole node that begins at `at` and ends at `to` or before; -1: none. *covers: its entries. */
static int widest_node(const struct stack_row *row, size_t at, size_t to, size_t *covers)
{
	size_t width = STACK_ROW_FAN;
	int best = -1;

	*covers = 1;
	for (int level = 0; level < STACK_ROW_LEVELS && at % width == 0 && at + width <= to; level++, width *= STACK_ROW_FAN) {
		if (at / width >= row->levels[level].count)
			break;
		best = level;
		*covers = width;
	}
	return best;
}

void stack_row_sum(const struct stack_row *row, size_t from, size_t to, enum stack_what what, struct stack_sum *sum)
{
	size_t covers;

	for (size_t at = from; at < to; at += covers) {
		int level = widest_node(row, at, to, &covers);

		if (level >= 0)
			add_sum(sum, &row->levels[level].nodes[at / covers].sum[what]);
		else if (what == STACK_ALL || !row->entries[at].helper)
			add_entry(sum, &row->entries[at]);
	}
}

void stack_row_sum_reaching(const struct stack_row *row, size_t to, uint64_t time, enum stack_what what, struct stack_sum *sum)
{
	size_t at = 0, covers;

	while (at < to) {
		int level = widest_node(row, at, to, &covers);

		/* Down to the widest node that can be skipped as a whole. */
		while (level >= 0 && row->levels[level].nodes[at / covers].sum[STACK_ALL].last_end >= time) {
			level--;
			covers /= STACK_ROW_FAN;
		}
		if (level < 0) {
			const struct stack_entry *entry = &row->entries[at];

			covers = 1;
			if (entry->end >= time && (what == STACK_ALL || !entry->helper))
				add_entry(sum, entry);
		}
		at += covers;
	}
}
