/*
 * Ties: the further descriptors that calls concern, found by call.
 * Must not live here: the first descriptor of a call (events.c).
 */
#include <errno.h>

#include "array.h"
#include "calls.h"
#include "include/syscope.h"

static int take_tie(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	struct copy_chain *chain = &x->ties;
	uint32_t *newest;

	if (row > INDEX_MAX_ROWS)
		return 0;
	newest = map64_at(&x->tie_by_event, reader_cell(segment, bytes, COLUMN_TIE_EVENT, at), 0);
	if (!newest || ARRAY_RESERVE(chain->older, chain->capacity, row + 1))
		return -ENOMEM;
	while (chain->count <= row)
		chain->older[chain->count++] = NONE32;
	chain->older[row] = *newest;
	*newest = (uint32_t)row;
	return 0;
}

int index_take_ties(struct index *x)
{
	return index_walk(x, RECORD_TIE, take_tie);
}

void index_ties_of(struct index *x, uint64_t event, index_tie_fn each, void *context)
{
	uint64_t cells[READER_MAX_COLUMNS];

	for (uint32_t row = map64_get(&x->tie_by_event, event, 0); row != NONE32; row = x->ties.older[row]) {
		if (!reader_row(&x->reader, RECORD_TIE, row, cells) && !each(context, cells))
			return;
	}
}

static void fill(struct index *x, uint32_t call, uint32_t row, double *numbers)
{
	uint64_t cells[READER_MAX_COLUMNS];
	uint64_t description;

	for (int i = 0; i < SYSCOPE_TIE_COLUMNS; i++)
		numbers[i] = 0;
	numbers[SYSCOPE_TIE_CALL] = call;
	numbers[SYSCOPE_TIE_FD] = -1;
	if (reader_row(&x->reader, RECORD_TIE, row, cells))
		return;
	description = cells[COLUMN_TIE_DESCRIPTION];
	numbers[SYSCOPE_TIE_FD] = (double)(int64_t)cells[COLUMN_TIE_FD];
	numbers[SYSCOPE_TIE_CLASS] = cells[COLUMN_TIE_CLASS] < FD_CLASS_COUNT ? (double)cells[COLUMN_TIE_CLASS] : FD_CLASS_OTHER;
	numbers[SYSCOPE_TIE_DESCRIPTION] = (double)description;
	numbers[SYSCOPE_TIE_NAME] = description < x->description_count ? x->descriptions[description].name : 0;
	numbers[SYSCOPE_TIE_ROLE] = (double)cells[COLUMN_TIE_ROLE];
	numbers[SYSCOPE_TIE_COUNT] = (double)cells[COLUMN_TIE_COUNT];
}

bool calls_ties(struct index *x, double id, uint32_t call, double *numbers, uint32_t capacity, uint32_t *used, uint32_t *needed)
{
	uint32_t newest = id >= 0 && id < (double)x->event_count ? map64_get(&x->tie_by_event, (uint64_t)id, 0) : NONE32;
	uint32_t count = 0;

	for (uint32_t row = newest; row != NONE32; row = x->ties.older[row])
		count++;
	*needed = count;
	if (count > capacity - *used)
		return false;
	*used += count;
	/* From the newest to the oldest, each placed before the ones that were placed. */
	for (uint32_t row = newest, at = *used; row != NONE32; row = x->ties.older[row])
		fill(x, call, row, numbers + (size_t)--at * SYSCOPE_TIE_COLUMNS);
	return true;
}
