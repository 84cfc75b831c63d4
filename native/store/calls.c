/*
 * Whole calls: enter and exit rows joined, and what was copied for them.
 * Must not live here: which calls are asked for (pages.c, boxes.c).
 */
#include "calls.h"

#include <math.h>
#include <string.h>

#include "include/syscope.h"

/* An event id given as a double; NULL if there is no such call. */
static const struct event *call_at(const struct index *x, double id)
{
	if (!(id >= 0 && id < (double)x->placed_count) || floor(id) != id)
		return NULL;
	return x->events[(size_t)id].flags & EVENT_PRESENT ? &x->events[(size_t)id] : NULL;
}

static void fill_from_index(const struct index *x, const struct event *event, double *numbers)
{
	const struct thread_state *thread = event->thread == NONE32 ? NULL : &x->threads[event->thread];
	bool has_process = thread && thread->process < x->process_count;

	numbers[SYSCOPE_CALL_PRESENT] = 1;
	numbers[SYSCOPE_CALL_THREAD] = thread ? event->thread : -1.0;
	numbers[SYSCOPE_CALL_TID] = thread ? thread->tid : -1;
	numbers[SYSCOPE_CALL_PROCESS] = has_process ? thread->process : -1.0;
	numbers[SYSCOPE_CALL_PID] = has_process ? x->processes[thread->process].pid : -1;
	numbers[SYSCOPE_CALL_NR] = event->nr;
	numbers[SYSCOPE_CALL_START] = (double)event->start;
	numbers[SYSCOPE_CALL_END] = event_in_progress(event) ? INFINITY : (double)event->end;
	numbers[SYSCOPE_CALL_FD] = event->fd;
	numbers[SYSCOPE_CALL_CLASS] = event->class;
	numbers[SYSCOPE_CALL_DESCRIPTION] = event->description;
	numbers[SYSCOPE_CALL_NAME] = event->description < x->description_count ? x->descriptions[event->description].name : 0;
	numbers[SYSCOPE_CALL_END_SEQ] = -1;
	numbers[SYSCOPE_CALL_EXIT_FLAGS] = -1;
	numbers[SYSCOPE_CALL_LANE] = event->lane == NONE32 ? -1.0 : event->lane;
}

static void fill_from_enter(struct index *x, uint64_t id, double *numbers, uint64_t *words)
{
	uint32_t index;
	const struct reader_segment *segment = reader_find(&x->reader, RECORD_ENTER, id, &index);
	const uint8_t *bytes = segment ? reader_load(&x->reader, index) : NULL;
	uint64_t at;

	if (!bytes)
		return;
	at = id - segment->first_row;
	numbers[SYSCOPE_CALL_SEQ] = (double)reader_cell(segment, bytes, COLUMN_ENTER_SEQ, at);
	numbers[SYSCOPE_CALL_ARCH] = (double)reader_cell(segment, bytes, COLUMN_ENTER_ARCH, at);
	numbers[SYSCOPE_CALL_ORIGIN] = (double)reader_cell(segment, bytes, COLUMN_ENTER_ORIGIN, at);
	numbers[SYSCOPE_CALL_STACK] = (double)reader_cell(segment, bytes, COLUMN_ENTER_STACK, at);
	numbers[SYSCOPE_CALL_ENTER_FLAGS] = (double)reader_cell(segment, bytes, COLUMN_ENTER_FLAGS, at);
	for (uint32_t i = 0; i < 6; i++)
		words[SYSCOPE_WORD_ARG0 + i] = reader_cell(segment, bytes, COLUMN_ENTER_ARG0 + i, at);
	words[SYSCOPE_WORD_IP] = reader_cell(segment, bytes, COLUMN_ENTER_IP, at);
}

static void fill_from_exit(struct index *x, uint64_t row, double *numbers, uint64_t *words)
{
	uint32_t index;
	const struct reader_segment *segment = reader_find(&x->reader, RECORD_EXIT, row, &index);
	const uint8_t *bytes = segment ? reader_load(&x->reader, index) : NULL;

	if (!bytes)
		return;
	row -= segment->first_row;
	numbers[SYSCOPE_CALL_END_SEQ] = (double)reader_cell(segment, bytes, COLUMN_EXIT_SEQ, row);
	numbers[SYSCOPE_CALL_EXIT_FLAGS] = (double)reader_cell(segment, bytes, COLUMN_EXIT_FLAGS, row);
	words[SYSCOPE_WORD_RET] = reader_cell(segment, bytes, COLUMN_EXIT_RET, row);
}

void calls_fill(struct index *x, double id, double *numbers, uint64_t *words)
{
	const struct event *event = call_at(x, id);

	memset(numbers, 0, SYSCOPE_CALL_COLUMNS * sizeof(*numbers));
	memset(words, 0, SYSCOPE_WORD_COLUMNS * sizeof(*words));
	if (!event)
		return;
	fill_from_index(x, event, numbers);
	fill_from_enter(x, (uint64_t)id, numbers, words);
	if (event->exit_row != NONE32)
		fill_from_exit(x, event->exit_row, numbers, words);
}

/* The columns of copy_in and copy_out are the same. */
_Static_assert((int)COLUMN_COPY_IN_POS == (int)COLUMN_COPY_OUT_POS && (int)COLUMN_COPY_IN_ERROR == (int)COLUMN_COPY_OUT_ERROR,
	"copy_in and copy_out have the same columns");

struct copy_walk {
	struct index *x;
	uint32_t call;
	struct copy_room *room;
	uint32_t count;
	uint64_t bytes;
};

/* A copy's bytes and how many are there; a copy whose bytes are damaged is shown without. */
static const uint8_t *copied_bytes(struct index *x, const uint64_t *cells, uint32_t *length)
{
	const uint8_t *bytes = NULL;

	if (cells[COLUMN_COPY_IN_LENGTH])
		bytes = reader_heap(&x->reader, cells[COLUMN_COPY_IN_POS], cells[COLUMN_COPY_IN_LENGTH]);
	*length = bytes ? (uint32_t)cells[COLUMN_COPY_IN_LENGTH] : 0;
	return bytes;
}

static void measure(struct copy_walk *walk, enum record_kind kind, const struct copy_chain *chain, uint32_t newest)
{
	uint64_t cells[READER_MAX_COLUMNS];
	uint32_t length;

	for (uint32_t row = newest; row != NONE32; row = chain->older[row]) {
		if (reader_row(&walk->x->reader, kind, row, cells))
			continue;
		copied_bytes(walk->x, cells, &length);
		walk->count++;
		walk->bytes += length;
	}
}

/* From the newest to the oldest, each placed before the ones that were placed. */
static void fill(struct copy_walk *walk, enum record_kind kind, const struct copy_chain *chain, uint32_t newest)
{
	struct copy_room *room = walk->room;
	uint64_t cells[READER_MAX_COLUMNS];

	for (uint32_t row = newest; row != NONE32; row = chain->older[row]) {
		const uint8_t *bytes;
		uint32_t length;
		double *numbers;

		if (reader_row(&walk->x->reader, kind, row, cells))
			continue;
		bytes = copied_bytes(walk->x, cells, &length);
		walk->count--;
		walk->bytes -= length;
		numbers = room->numbers + (size_t)(room->count + walk->count) * SYSCOPE_COPY_COLUMNS;
		numbers[SYSCOPE_COPY_CALL] = walk->call;
		numbers[SYSCOPE_COPY_OUT] = kind == RECORD_COPY_OUT;
		numbers[SYSCOPE_COPY_ARG] = (double)cells[COLUMN_COPY_IN_ARG];
		numbers[SYSCOPE_COPY_FULL] = (double)cells[COLUMN_COPY_IN_FULL];
		numbers[SYSCOPE_COPY_ERROR] = (double)(int64_t)cells[COLUMN_COPY_IN_ERROR];
		numbers[SYSCOPE_COPY_AT] = room->bytes_used + (double)walk->bytes;
		numbers[SYSCOPE_COPY_LENGTH] = length;
		room->addresses[room->count + walk->count] = cells[COLUMN_COPY_IN_ADDRESS];
		if (length)
			memcpy(room->bytes + room->bytes_used + walk->bytes, bytes, length);
	}
}

bool calls_copies(struct index *x, double id, uint32_t call, struct copy_room *room, uint32_t needed[2])
{
	const struct event *event = call_at(x, id);
	struct copy_walk walk = { .x = x, .call = call, .room = room };

	if (!event)
		return true;
	measure(&walk, RECORD_COPY_IN, &x->copies_in, event->copy_in);
	measure(&walk, RECORD_COPY_OUT, &x->copies_out, event->copy_out);
	needed[0] = walk.count;
	needed[1] = walk.bytes < UINT32_MAX ? (uint32_t)walk.bytes : UINT32_MAX;
	if (walk.count > room->capacity - room->count || walk.bytes > room->bytes_capacity - room->bytes_used)
		return false;
	/* A file that is cut off just now may give less than was measured: what is left is zeros. */
	memset(room->numbers + (size_t)room->count * SYSCOPE_COPY_COLUMNS, 0, walk.count * SYSCOPE_COPY_COLUMNS * sizeof(double));
	memset(room->addresses + room->count, 0, walk.count * sizeof(*room->addresses));
	memset(room->bytes + room->bytes_used, 0, walk.bytes);
	fill(&walk, RECORD_COPY_OUT, &x->copies_out, event->copy_out);
	fill(&walk, RECORD_COPY_IN, &x->copies_in, event->copy_in);
	room->count += needed[0];
	room->bytes_used += needed[1];
	return true;
}
