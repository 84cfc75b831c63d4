/*
 * System calls: an event for each enter row, joined with its exit and its copies, and given its lane.
 * Must not live here: lanes (lanes.c).
 */
#include <errno.h>

#include "array.h"
#include "index.h"
#include "totals.h"

#define ERRNO_MAX 4095

static const struct event no_event = {
	.lane = NONE32, .thread = NONE32, .exit_row = NONE32, .copy_in = NONE32, .copy_out = NONE32, .fd = -1
};

static uint8_t class_of(uint64_t cell)
{
	return cell < FD_CLASS_COUNT ? (uint8_t)cell : FD_CLASS_OTHER;
}

static uint32_t row32(uint64_t row)
{
	return row <= INDEX_MAX_ROWS ? (uint32_t)row : 0;
}

static int take_enter(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t seen = index_time(x, reader_cell(segment, bytes, COLUMN_ENTER_TIME, at));
	uint64_t resumed = index_time(x, reader_cell(segment, bytes, COLUMN_ENTER_RESUMED, at));
	uint64_t thread = reader_cell(segment, bytes, COLUMN_ENTER_THREAD, at);
	struct event *event;

	if (row > INDEX_MAX_ROWS)
		return 0;
	if (ARRAY_RESERVE(x->events, x->event_capacity, row + 1))
		return -ENOMEM;
	while (x->event_count <= row) /* more than one: rows before it were damaged */
		x->events[x->event_count++] = no_event;
	event = &x->events[row];
	event->start = resumed > seen ? resumed : seen;
	event->end = TIME_OPEN;
	event->thread = thread < x->thread_count ? (uint32_t)thread : NONE32;
	event->nr = (uint32_t)reader_cell(segment, bytes, COLUMN_ENTER_NR, at);
	event->arch = (uint32_t)reader_cell(segment, bytes, COLUMN_ENTER_ARCH, at);
	event->fd = (int32_t)reader_cell(segment, bytes, COLUMN_ENTER_FD, at);
	event->description = row32(reader_cell(segment, bytes, COLUMN_ENTER_DESCRIPTION, at));
	event->class = class_of(reader_cell(segment, bytes, COLUMN_ENTER_CLASS, at));
	event->flags = EVENT_PRESENT;
	if (reader_cell(segment, bytes, COLUMN_ENTER_ORIGIN, at) != ORIGIN_PROGRAM)
		event->flags |= EVENT_HELPER;
	index_saw_time(x, event->start);
	return 0;
}

/* A row of a call that is not there (yet): it waits for the next refresh once; then there is none. */
static int wait_for_call(struct index *x, enum record_kind kind, uint64_t row, uint64_t id)
{
	if (id < x->event_count || x->waiting[kind] == row + 1 || !reader_is_live(&x->reader))
		return 0;
	x->waiting[kind] = row + 1;
	return WALK_LATER;
}

static struct event *event_at(struct index *x, uint64_t id)
{
	return id < x->event_count && x->events[id].flags & EVENT_PRESENT ? &x->events[id] : NULL;
}

static void join_exit(
	struct index *x, struct event *event, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t time = index_time(x, reader_cell(segment, bytes, COLUMN_EXIT_TIME, at));
	uint64_t flags = reader_cell(segment, bytes, COLUMN_EXIT_FLAGS, at);
	int64_t ret = (int64_t)reader_cell(segment, bytes, COLUMN_EXIT_RET, at);

	event->end = time > event->start ? time : event->start;
	event->flags = (event->flags & ~EVENT_THREAD_ENDED) | EVENT_EXITED;
	/* A call that will be restarted has not failed, and a killed one has no result. */
	if (ret < 0 && ret >= -ERRNO_MAX && !(flags & (EXIT_FLAG_RESTART | EXIT_FLAG_KILLED)))
		event->flags |= EVENT_ERROR;
	event->fd = (int32_t)reader_cell(segment, bytes, COLUMN_EXIT_FD, at);
	event->description = row32(reader_cell(segment, bytes, COLUMN_EXIT_DESCRIPTION, at));
	event->class = class_of(reader_cell(segment, bytes, COLUMN_EXIT_CLASS, at));
	index_saw_time(x, event->end);
}

static int take_exit(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t id = reader_cell(segment, bytes, COLUMN_EXIT_EVENT, at);
	struct event *event = event_at(x, id);
	bool placed = id < x->placed_count;
	int err;

	if (!event)
		return wait_for_call(x, RECORD_EXIT, row, id);
	if (event->flags & EVENT_EXITED || row > INDEX_MAX_ROWS)
		return 0;
	if (placed) {
		err = totals_count(x, (uint32_t)id, -1);
		if (err)
			return err;
		lane_remove(x, (uint32_t)id);
	}
	join_exit(x, event, segment, bytes, at);
	event->exit_row = (uint32_t)row;
	if (!placed)
		return 0;
	if (event->thread != NONE32 && x->threads[event->thread].open_event == id)
		x->threads[event->thread].open_event = NONE32;
	err = lane_place(x, (uint32_t)id);
	return err ? err : totals_count(x, (uint32_t)id, 1);
}

/* The call was held until then: its time begins anew. */
static int take_let_go(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t id = reader_cell(segment, bytes, COLUMN_LET_GO_EVENT, at);
	uint64_t time = index_time(x, reader_cell(segment, bytes, COLUMN_LET_GO_TIME, at));
	struct event *event = event_at(x, id);
	bool placed = id < x->placed_count;

	if (!event)
		return wait_for_call(x, RECORD_LET_GO, row, id);
	if (time <= event->start || time > event->end)
		return 0;
	if (placed)
		lane_remove(x, (uint32_t)id);
	event->start = time;
	index_saw_time(x, time);
	return placed ? lane_place(x, (uint32_t)id) : 0;
}

static int take_copy(struct copy_chain *chain, uint32_t *newest, uint64_t row)
{
	if (row > INDEX_MAX_ROWS)
		return 0;
	if (ARRAY_RESERVE(chain->older, chain->capacity, row + 1))
		return -ENOMEM;
	while (chain->count <= row)
		chain->older[chain->count++] = NONE32;
	if (newest) {
		chain->older[row] = *newest;
		*newest = (uint32_t)row;
	}
	return 0;
}

static int take_copy_in(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t id = reader_cell(segment, bytes, COLUMN_COPY_IN_EVENT, at);
	struct event *event = event_at(x, id);

	if (!event && wait_for_call(x, RECORD_COPY_IN, row, id))
		return WALK_LATER;
	return take_copy(&x->copies_in, event ? &event->copy_in : NULL, row);
}

static int take_copy_out(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t id = reader_cell(segment, bytes, COLUMN_COPY_OUT_EVENT, at);
	struct event *event = event_at(x, id);

	if (!event && wait_for_call(x, RECORD_COPY_OUT, row, id))
		return WALK_LATER;
	return take_copy(&x->copies_out, event ? &event->copy_out : NULL, row);
}

int index_end_event(struct index *x, uint32_t id, uint64_t time)
{
	struct event *event = &x->events[id];

	if (event->flags & EVENT_EXITED)
		return 0;
	lane_remove(x, id);
	event->end = time > event->start ? time : event->start;
	event->flags |= EVENT_THREAD_ENDED;
	return lane_place(x, id);
}

/* In order of id, after the exits: a thread that makes another call is no longer in the one before, exit row or not. */
static int place_new(struct index *x)
{
	int err = 0;

	for (; x->placed_count < x->event_count && !err; x->placed_count++) {
		uint32_t id = (uint32_t)x->placed_count;
		const struct event *event = &x->events[id];
		struct thread_state *thread = event->thread == NONE32 ? NULL : &x->threads[event->thread];

		if (!(event->flags & EVENT_PRESENT))
			continue;
		if (thread && thread->open_event != NONE32)
			err = index_end_event(x, thread->open_event, event->start);
		if (thread)
			thread->open_event = event->flags & EVENT_EXITED ? NONE32 : id;
		if (!err)
			err = lane_place(x, id);
		if (!err)
			err = totals_count(x, id, 1);
	}
	return err;
}

int index_take_events(struct index *x)
{
	int err = index_walk(x, RECORD_ENTER, take_enter);

	if (!err)
		err = index_walk(x, RECORD_EXIT, take_exit);
	if (!err)
		err = index_walk(x, RECORD_LET_GO, take_let_go);
	if (!err)
		err = index_walk(x, RECORD_COPY_IN, take_copy_in);
	if (!err)
		err = index_walk(x, RECORD_COPY_OUT, take_copy_out);
	if (!err)
		err = place_new(x);
	return err;
}
