/* See pass_page.h. */
#include "pass_page.h"

#include <math.h>
#include <string.h>

#include "include/syscope.h"

static double number_of(uint32_t id)
{
	return id == NONE32 ? -1.0 : id;
}

static void fill_numbers(const struct pass_call *call, double *numbers)
{
	numbers[SYSCOPE_ROW_ID] = (double)call->id;
	numbers[SYSCOPE_ROW_SEQ] = (double)call->seq;
	numbers[SYSCOPE_ROW_END_SEQ] = call->exited ? (double)call->end_seq : -1;
	numbers[SYSCOPE_ROW_PROCESS] = number_of(call->process);
	numbers[SYSCOPE_ROW_PID] = call->pid;
	numbers[SYSCOPE_ROW_THREAD] = number_of(call->thread);
	numbers[SYSCOPE_ROW_TID] = call->tid;
	numbers[SYSCOPE_ROW_NR] = call->nr;
	numbers[SYSCOPE_ROW_ARCH] = call->arch;
	numbers[SYSCOPE_ROW_START] = (double)call->start;
	numbers[SYSCOPE_ROW_END] = call->exited ? (double)call->end : INFINITY;
	numbers[SYSCOPE_ROW_FD] = call->fd;
	numbers[SYSCOPE_ROW_CLASS] = call->class;
	numbers[SYSCOPE_ROW_DESCRIPTION] = (double)call->description;
	numbers[SYSCOPE_ROW_NAME] = call->name;
	numbers[SYSCOPE_ROW_ORIGIN] = call->origin;
	numbers[SYSCOPE_ROW_STACK] = call->stack;
	numbers[SYSCOPE_ROW_ENTER_FLAGS] = call->enter_flags;
	numbers[SYSCOPE_ROW_EXIT_FLAGS] = call->exited ? call->exit_flags : -1.0;
}

static void fill_words(struct pass *p, const struct pass_call *call, uint64_t *words)
{
	pass_words(p, call, words + SYSCOPE_WORD_ARG0, &words[SYSCOPE_WORD_IP]);
	words[SYSCOPE_WORD_RET] = (uint64_t)call->ret;
}

static int fill_transfers(struct pass *p, const struct pass_call *call, double *numbers)
{
	struct pass_transfer moved[2] = { 0 };
	int count = pass_transfers(p, call, moved);

	numbers[SYSCOPE_ROW_TRANSFERS] = count;
	numbers[SYSCOPE_ROW_RECEIVED] = (double)moved[0].received;
	numbers[SYSCOPE_ROW_SENT] = (double)moved[0].sent;
	numbers[SYSCOPE_ROW_OTHER_FD] = moved[1].fd;
	numbers[SYSCOPE_ROW_OTHER_CLASS] = moved[1].class;
	numbers[SYSCOPE_ROW_OTHER_DESCRIPTION] = (double)moved[1].description;
	numbers[SYSCOPE_ROW_OTHER_NAME] = moved[1].name;
	return count < 0 ? count : 0;
}

/* The columns of copy_in and copy_out are the same (calls.c). */
static uint64_t cell(const struct pass *p, int out, uint32_t column)
{
	return reader_here(&p->copy[out], column);
}

static void measure(struct pass *p, int out, const struct join *join, struct join_walk walk, uint64_t needed[2])
{
	uint64_t row;

	while (join_next(join, &walk, &row)) {
		uint64_t length, pos;

		if (!reader_go(p->reader, &p->copy[out], row))
			continue;
		length = cell(p, out, COLUMN_COPY_IN_LENGTH);
		pos = cell(p, out, COLUMN_COPY_IN_POS);
		needed[0]++;
		/* What a damaged row says is not room that anyone should make. */
		if (length && reader_go_heap(p->reader, &p->heap, pos, length))
			needed[1] += length;
	}
}

/* A copy whose bytes are damaged is shown without. */
static void fill_copies(
	struct pass *p, int out, const struct join *join, struct join_walk walk, uint32_t call, struct copy_room *room)
{
	uint64_t row;

	while (join_next(join, &walk, &row)) {
		double *numbers = room->numbers + (size_t)room->count * SYSCOPE_COPY_COLUMNS;
		const uint8_t *bytes = NULL;
		uint64_t length, pos;

		if (room->count >= room->capacity || !reader_go(p->reader, &p->copy[out], row))
			continue;
		length = cell(p, out, COLUMN_COPY_IN_LENGTH);
		pos = cell(p, out, COLUMN_COPY_IN_POS);
		numbers[SYSCOPE_COPY_CALL] = call;
		numbers[SYSCOPE_COPY_OUT] = out;
		numbers[SYSCOPE_COPY_ARG] = (double)cell(p, out, COLUMN_COPY_IN_ARG);
		numbers[SYSCOPE_COPY_FULL] = (double)cell(p, out, COLUMN_COPY_IN_FULL);
		numbers[SYSCOPE_COPY_ERROR] = (int32_t)cell(p, out, COLUMN_COPY_IN_ERROR);
		room->addresses[room->count++] = cell(p, out, COLUMN_COPY_IN_ADDRESS);
		if (length && length <= room->bytes_capacity - room->bytes_used)
			bytes = reader_go_heap(p->reader, &p->heap, pos, length);
		numbers[SYSCOPE_COPY_AT] = room->bytes_used;
		numbers[SYSCOPE_COPY_LENGTH] = bytes ? (double)length : 0;
		if (bytes) {
			memcpy(room->bytes + room->bytes_used, bytes, length);
			room->bytes_used += (uint32_t)length;
		}
	}
}

/* Returns 1, 0 if there is no room, or -errno. */
static int take_copies(struct pass *p, const struct pass_call *call, struct pass_page *page, uint32_t needed[3])
{
	struct copy_room *room = page->copies;
	struct join_walk in, out;
	uint64_t size[2] = { 0 };
	int err = join_begin(&p->copies_in, call->id, &in);

	if (!err)
		err = join_begin(&p->copies_out, call->id, &out);
	if (err)
		return err;
	measure(p, 0, &p->copies_in, in, size);
	measure(p, 1, &p->copies_out, out, size);
	if (size[0] > room->capacity - room->count || size[1] > room->bytes_capacity - room->bytes_used) {
		needed[0] = size[0] < UINT32_MAX ? (uint32_t)size[0] : UINT32_MAX;
		needed[1] = size[1] < UINT32_MAX ? (uint32_t)size[1] : UINT32_MAX;
		return 0;
	}
	fill_copies(p, 0, &p->copies_in, in, page->count, room);
	fill_copies(p, 1, &p->copies_out, out, page->count, room);
	return 1;
}

/* Adds the call's ties; false: there is no room for all of them. */
static int take_ties(struct pass *p, const struct pass_call *call, struct pass_page *page, uint32_t needed[3])
{
	uint64_t cells[PASS_TIE_CELLS];
	struct join_walk walk;
	uint32_t before = page->tie_count, count = 0;
	int err = pass_ties(p, call, &walk);

	for (; !err && pass_next_tie(p, &walk, cells); count++) {
		struct pass_transfer tie = pass_tie_transfer(p, cells);
		double *numbers = page->ties + (size_t)page->tie_count * SYSCOPE_TIE_COLUMNS;

		if (page->tie_count >= page->tie_capacity)
			continue;
		page->tie_count++;
		numbers[SYSCOPE_TIE_CALL] = page->count;
		numbers[SYSCOPE_TIE_FD] = tie.fd;
		numbers[SYSCOPE_TIE_CLASS] = tie.class;
		numbers[SYSCOPE_TIE_DESCRIPTION] = (double)tie.description;
		numbers[SYSCOPE_TIE_NAME] = tie.name;
		numbers[SYSCOPE_TIE_ROLE] = (double)cells[COLUMN_TIE_ROLE];
		numbers[SYSCOPE_TIE_COUNT] = (double)cells[COLUMN_TIE_COUNT];
	}
	if (err || count == page->tie_count - before)
		return err ? err : 1;
	page->tie_count = before;
	needed[2] = count;
	return 0;
}

int pass_fill_page(struct pass_pages *pages, struct pass_page *page, uint32_t needed[3])
{
	struct pass *p = &pages->pass;

	needed[0] = needed[1] = needed[2] = 0;
	while (page->count < page->capacity) {
		double *numbers = page->numbers + (size_t)page->count * SYSCOPE_ROW_COLUMNS;
		uint32_t ties_before = page->tie_count;
		int got = pages->waiting ? 1 : pass_next(p, &pages->call);

		if (got <= 0)
			return got;
		pages->waiting = true;
		got = page->ties ? take_ties(p, &pages->call, page, needed) : 1;
		if (got <= 0)
			return got;
		if (page->copies) {
			got = take_copies(p, &pages->call, page, needed);
			if (got <= 0)
				page->tie_count = ties_before;
			if (got <= 0)
				return got;
		}
		fill_numbers(&pages->call, numbers);
		fill_words(p, &pages->call, page->words + (size_t)page->count * SYSCOPE_WORD_COLUMNS);
		got = fill_transfers(p, &pages->call, numbers);
		if (got < 0)
			return got;
		pages->waiting = false;
		page->count++;
	}
	return 0;
}
