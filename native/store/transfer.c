/*
 * Transfers from the system call table's rows and the calls' results.
 * Must not live here: any system call's name or number.
 */
#include "transfer.h"

#include "moves.h"

/* The result, if it is one: not of a call that will be restarted or was killed in it. */
static bool result_of(struct index *x, const struct event *event, uint64_t *size)
{
	uint32_t index;
	const struct reader_segment *segment = reader_find(&x->reader, RECORD_EXIT, event->exit_row, &index);
	const uint8_t *bytes = segment ? reader_load(&x->reader, index) : NULL;
	uint64_t at, ret;

	if (!bytes)
		return false;
	at = event->exit_row - segment->first_row;
	ret = reader_cell(segment, bytes, COLUMN_EXIT_RET, at);
	*size = ret;
	return (int64_t)ret >= 0 && !(reader_cell(segment, bytes, COLUMN_EXIT_FLAGS, at) & EXIT_FLAG_KILLED);
}

/* The other descriptor of a call between two, by its argument. */
static bool other_end(struct index *x, uint32_t id, uint32_t arg, struct transfer *out)
{
	uint32_t index;
	const struct reader_segment *segment = reader_find(&x->reader, RECORD_ENTER, id, &index);
	const uint8_t *bytes = segment ? reader_load(&x->reader, index) : NULL;

	if (!bytes)
		return false;
	out->fd = (int32_t)reader_cell(segment, bytes, COLUMN_ENTER_ARG0 + arg, id - segment->first_row);
	out->description = index_description_at(x, id, out->fd);
	return out->description != 0;
}

static void move(struct transfer *transfer, bool from, uint64_t size)
{
	transfer->received = from ? size : 0;
	transfer->sent = from ? 0 : size;
}

struct told {
	const struct index *x;
	struct transfer *out;
	size_t count;
};

static bool take_told(void *context, const uint64_t *cells)
{
	struct told *told = context;
	uint64_t role = cells[COLUMN_TIE_ROLE], description = cells[COLUMN_TIE_DESCRIPTION];
	struct transfer *one = &told->out[told->count];

	if (role != TIE_ROLE_READ && role != TIE_ROLE_WRITTEN)
		return true;
	*one = (struct transfer){ .fd = (int32_t)cells[COLUMN_TIE_FD] };
	one->description = description < told->x->description_count ? (uint32_t)description : 0;
	move(one, role == TIE_ROLE_READ, cells[COLUMN_TIE_COUNT]);
	return ++told->count < TRANSFERS_MOST;
}

size_t transfers_of(struct index *x, uint32_t id, struct transfer out[TRANSFERS_MOST])
{
	const struct event *event = &x->events[id];
	struct moves moves = moves_of(syscall_row_of(event->arch, event->nr));
	struct told told = { .x = x, .out = out };
	uint64_t size;

	if (event->flags & EVENT_EXITED &&
		x->ties.count) /* what the recording itself says: the result doesn't, or not which way */
		index_ties_of(x, id, take_told, &told);
	if (told.count)
		return told.count;
	if (moves.kind == MOVES_NONE || event->fd < 0 || !(event->flags & EVENT_EXITED) || !result_of(x, event, &size))
		return 0;
	out[0] = (struct transfer){ .fd = event->fd, .description = event->description };
	move(&out[0], moves.kind == MOVES_RECEIVED || moves.kind == MOVES_FROM, size);
	if (moves.arg < 0 || !other_end(x, id, (uint32_t)moves.arg, &out[1]))
		return 1;
	move(&out[1], moves.kind == MOVES_TO, size);
	return 2;
}
