/* See join.h. */
#include "join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static int add_stray(struct join *j, uint64_t call, uint64_t row)
{
	uint32_t *first = map64_at(&j->stray_of, call, 0), added = (uint32_t)j->stray_count;

	if (!first || j->stray_count >= INDEX_MAX_ROWS || ARRAY_RESERVE(j->strays, j->stray_capacity, j->stray_count + 1))
		return -ENOMEM;
	j->strays[j->stray_count++] = (struct join_stray){ .row = (uint32_t)row, .next = NONE32, .last = added };
	if (*first == NONE32) {
		*first = added;
	} else {
		j->strays[j->strays[*first].last].next = added;
		j->strays[*first].last = added;
	}
	return 0;
}

/* Makes sure that there is a next row, whose call is chunk[chunk_at]; false at the end. */
static bool fill(struct join *j)
{
	if (j->chunk_at < j->chunk_count)
		return true;
	j->chunk_first = j->row;
	j->chunk_count = reader_column(j->reader, j->kind, j->column, &j->chunk_first, JOIN_CHUNK, j->chunk);
	j->chunk_at = 0;
	j->row = j->chunk_first + j->chunk_count;
	return j->chunk_count && j->row <= INDEX_MAX_ROWS;
}

static uint64_t row_number(const struct join *j)
{
	return j->chunk_first + j->chunk_at;
}

static bool is_late(const struct join *j, uint64_t call)
{
	return j->newest >= JOIN_AHEAD && call <= j->newest - JOIN_AHEAD;
}

static void saw(struct join *j, uint64_t call)
{
	if (call > j->newest)
		j->newest = call;
}

static void rewind_rows(struct join *j)
{
	j->newest = 0;
	j->row = 0;
	j->chunk_at = j->chunk_count = 0;
}

static int find_late(struct join *j)
{
	int err = 0;

	for (; !err && fill(j); j->chunk_at++) {
		uint64_t call = j->chunk[j->chunk_at];

		/* The newest of a damaged file may be anything: no trace has so many calls. */
		if (call > INDEX_MAX_ROWS)
			continue;
		if (is_late(j, call))
			err = add_stray(j, call, row_number(j));
		saw(j, call);
	}
	rewind_rows(j);
	return err;
}

void join_open(struct join *j, struct reader *reader, enum record_kind kind, uint32_t column)
{
	*j = (struct join){ .reader = reader, .kind = kind, .column = column };
}

static int start(struct join *j)
{
	if (!j->chunk)
		j->chunk = malloc(JOIN_CHUNK * sizeof(*j->chunk));
	j->slots = calloc(JOIN_SLOTS, sizeof(*j->slots));
	return j->chunk && j->slots ? find_late(j) : -ENOMEM;
}

void join_close(struct join *j)
{
	free(j->chunk);
	free(j->slots);
	free(j->strays);
	free(j->stray_of.slots);
	*j = (struct join){ 0 };
}

static int take(struct join *j, uint64_t call, uint64_t row)
{
	struct join_slot *slot = &j->slots[call % JOIN_SLOTS];

	if (slot->call != call + 1)
		*slot = (struct join_slot){ .call = call + 1, .first = (uint32_t)row };
	if (row != slot->first + (uint64_t)slot->count)
		return add_stray(j, call, row);
	slot->count++;
	return 0;
}

/* Rows that come before one that names a call far behind this one: its slot may still be in use. */
static int read_ahead(struct join *j, uint64_t call)
{
	int err = 0;

	for (; !err && j->newest < call + JOIN_AHEAD && fill(j); j->chunk_at++) {
		uint64_t named = j->chunk[j->chunk_at];

		if (named > INDEX_MAX_ROWS)
			continue;
		if (named >= call + JOIN_SLOTS)
			return 0;
		if (!is_late(j, named))
			err = take(j, named, row_number(j));
		saw(j, named);
	}
	return err;
}

int join_begin(struct join *j, uint64_t call, struct join_walk *walk)
{
	const struct join_slot *slot;
	int err = j->slots ? 0 : start(j);

	*walk = (struct join_walk){ .stray = NONE32 };
	if (!err)
		err = read_ahead(j, call);
	if (err)
		return err;
	walk->stray = j->stray_count ? map64_get(&j->stray_of, call, 0) : NONE32;
	slot = &j->slots[call % JOIN_SLOTS];
	if (slot->call == call + 1) {
		walk->row = slot->first;
		walk->count = slot->count;
	}
	return err;
}

bool join_next(const struct join *j, struct join_walk *walk, uint64_t *row)
{
	if (walk->count) {
		walk->count--;
		*row = walk->row++;
		return true;
	}
	if (walk->stray == NONE32)
		return false;
	*row = j->strays[walk->stray].row;
	walk->stray = j->strays[walk->stray].next;
	return true;
}
