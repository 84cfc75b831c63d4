/*
 * Lanes: which call belongs to which, and its row there. A call's row is the first of four in which no call is still running
 * when it starts; else the fifth. That depends on the calls before it only, so rows stay as they are while a trace grows; a
 * call that ends late, or changes its lane at its end, makes what comes after it stale, and lane_settle does that part anew.
 * Must not live here: pixels (boxes.c), sums (stack_row.c).
 */
#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "event_filter.h"
#include "index.h"

/* Apart from the keys of processes. */
#define NAME_KEY   (1ull << 56)
#define SOCKET_KEY (2ull << 56)

static uint32_t process_of(const struct index *x, const struct event *event)
{
	return event->thread == NONE32 ? NONE32 : x->threads[event->thread].process;
}

/* Of what the call's descriptor is of: a name, or a socket, whose name may come later than its calls. 0: not known. */
static uint64_t resource_key(const struct index *x, const struct event *event)
{
	uint32_t name;

	if (!event->description || event->description >= x->description_count || event->class == FD_CLASS_NONE)
		return 0;
	if (event->class == FD_CLASS_NETWORK || event->class == FD_CLASS_LOCAL_SOCKET)
		return SOCKET_KEY | event->description;
	name = x->descriptions[event->description].name;
	return name ? NAME_KEY | name : 0;
}

static int find_lane(struct index *x, const struct event *event, uint32_t *out)
{
	struct lane lane = { .class = event->class,
		.process = process_of(x, event),
		.fd = event->fd,
		.thread = NONE32,
		.first = TIME_OPEN,
		.stale_start = TIME_OPEN };
	uint64_t resource = x->group == SYSCOPE_GROUP_RESOURCE ? resource_key(x, event) : 0;
	uint64_t high = (uint64_t)event->class << 32;
	uint32_t *value;

	if (event->class == FD_CLASS_NONE || x->group == SYSCOPE_GROUP_THREAD) {
		lane.thread = event->thread;
		lane.fd = -1;
		high |= event->thread;
	} else if (resource) {
		lane.process = NONE32;
		lane.fd = -1;
		high |= resource;
	} else {
		high |= lane.process;
	}
	value = map64_at(&x->lane_by_key, high, (uint32_t)lane.fd);
	if (!value)
		return -ENOMEM;
	if (*value == NONE32) {
		if (x->lane_count >= INDEX_MAX_ROWS || ARRAY_RESERVE(x->lanes, x->lane_capacity, x->lane_count + 1))
			return -ENOMEM;
		x->lanes[x->lane_count] = lane;
		*value = (uint32_t)x->lane_count++;
	}
	*out = *value;
	return 0;
}

static void make_stale(struct lane *lane, uint64_t start, uint32_t event)
{
	if (start < lane->stale_start || (start == lane->stale_start && event < lane->stale_event)) {
		lane->stale_start = start;
		lane->stale_event = event;
	}
}

static void count_event(struct index *x, struct lane *lane, const struct event *event, int by)
{
	lane->events += (uint32_t)by;
	lane->errors += event->flags & EVENT_ERROR ? (uint32_t)by : 0;
	lane->helper_events += event->flags & EVENT_HELPER ? (uint32_t)by : 0;
	lane->helper_errors += event->flags & EVENT_HELPER && event->flags & EVENT_ERROR ? (uint32_t)by : 0;
	x->events_errors += event->flags & EVENT_ERROR ? (uint64_t)(int64_t)by : 0;
	if (event_in_progress(event))
		x->pending += (uint32_t)by;
	else
		lane->busy += by > 0 ? event->end - event->start : event->start - event->end;
}

int lane_place(struct index *x, uint32_t id)
{
	struct event *event = &x->events[id];
	struct lane *lane;
	int err;

	if (!event_filter_passes(x, id)) {
		event->lane = NONE32;
		return 0;
	}
	err = find_lane(x, event, &event->lane);
	if (err)
		return err;
	lane = &x->lanes[event->lane];
	if (ARRAY_RESERVE(lane->added, lane->added_capacity, lane->added_count + 1))
		return -ENOMEM;
	lane->added[lane->added_count++] = id;
	make_stale(lane, event->start, id);
	count_event(x, lane, event, 1);
	if (event->start < lane->first)
		lane->first = event->start;
	if (!event_in_progress(event) && event->end > lane->last)
		lane->last = event->end;
	if (event->start > lane->last)
		lane->last = event->start;
	if (event->description)
		lane->description = event->description;
	return page_count(x, id, 1);
}

void lane_remove(struct index *x, uint32_t id)
{
	struct event *event = &x->events[id];
	struct lane *lane;

	if (event->lane == NONE32)
		return;
	lane = &x->lanes[event->lane];
	make_stale(lane, event->start, id);
	count_event(x, lane, event, -1);
	event->lane = NONE32;
	(void)page_count(x, id, -1); /* its block is there */
}

struct order {
	uint64_t start;
	uint32_t event;
};

static int compare(const void *a, const void *b)
{
	const struct order *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->event < right->event ? -1 : left->event > right->event;
}

static void add_order(const struct index *x, uint32_t lane, uint32_t event, struct order *tail, size_t *count)
{
	if (x->events[event].lane == lane)
		tail[(*count)++] = (struct order){ x->events[event].start, event };
}

/* What the stale part of the rows and the added calls come to, in order and each once. *tail: caller frees. */
static int collect(struct index *x, uint32_t index, struct order **tail, size_t *count)
{
	struct lane *lane = &x->lanes[index];
	size_t most = lane->added_count, from[LANE_ROWS], kept = 0;

	for (int i = 0; i < LANE_ROWS; i++) {
		from[i] = stack_row_find(&lane->rows[i], lane->stale_start, lane->stale_event);
		most += lane->rows[i].count - from[i];
	}
	*count = 0;
	*tail = malloc((most ? most : 1) * sizeof(**tail));
	if (!*tail)
		return -ENOMEM;
	for (int i = 0; i < LANE_ROWS; i++) {
		for (size_t at = from[i]; at < lane->rows[i].count; at++)
			add_order(x, index, lane->rows[i].entries[at].event, *tail, count);
		stack_row_truncate(&lane->rows[i], from[i]);
	}
	for (size_t i = 0; i < lane->added_count; i++)
		add_order(x, index, lane->added[i], *tail, count);
	lane->added_count = lane->added_capacity = 0;
	free(lane->added);
	lane->added = NULL;
	for (size_t i = 1; i < *count; i++)
		if (compare(&(*tail)[i - 1], &(*tail)[i]) > 0) {
			qsort(*tail, *count, sizeof(**tail), compare);
			break;
		}
	/* A call that was placed twice since the last look is there twice. */
	for (size_t i = 0; i < *count; i++)
		if (!kept || (*tail)[kept - 1].event != (*tail)[i].event)
			(*tail)[kept++] = (*tail)[i];
	*count = kept;
	return 0;
}

static int append(struct index *x, struct lane *lane, uint32_t id)
{
	const struct event *event = &x->events[id];
	struct stack_entry entry = { .start = event->start,
		.end = event->end,
		.event = id,
		.error = event->flags & EVENT_ERROR,
		.helper = event->flags & EVENT_HELPER };
	int to = 0;

	while (to < LANE_ROWS - 1 && lane->rows[to].count && lane->rows[to].entries[lane->rows[to].count - 1].end > entry.start)
		to++;
	return stack_row_append(&lane->rows[to], &entry);
}

int lane_settle(struct index *x, uint32_t index)
{
	struct lane *lane = &x->lanes[index];
	struct order *tail = NULL;
	size_t count;
	int err;

	if (lane->stale_start == TIME_OPEN)
		return 0;
	err = collect(x, index, &tail, &count);
	for (size_t i = 0; i < count && !err; i++)
		err = append(x, lane, tail[i].event);
	for (int i = 0; i < LANE_ROWS && !err; i++)
		err = stack_row_build(&lane->rows[i]);
	if (!err)
		lane->stale_start = TIME_OPEN;
	free(tail);
	return err;
}

void lane_free(struct lane *lane)
{
	for (int i = 0; i < LANE_ROWS; i++)
		stack_row_free(&lane->rows[i]);
	free(lane->added);
}

uint32_t lane_neighbour(struct index *x, uint32_t id, int direction)
{
	const struct event *event = &x->events[id];
	bool helpers = event->flags & EVENT_HELPER;
	const struct stack_entry *best = NULL;

	if (event->lane == NONE32 || lane_settle(x, event->lane))
		return NONE32;
	for (int i = 0; i < LANE_ROWS; i++) {
		const struct stack_row *row = &x->lanes[event->lane].rows[i];
		size_t at = stack_row_find(row, event->start, direction > 0 ? id + 1 : id);
		const struct stack_entry *entry;

		/* From a call of the program's to the next of the program's: helpers' calls may be hidden. */
		if (direction > 0)
			while (at < row->count && row->entries[at].helper && !helpers)
				at++;
		else
			while (at-- > 0 && row->entries[at].helper && !helpers)
				;
		if (at >= row->count)
			continue;
		entry = &row->entries[at];
		if (!best || (direction > 0) ==
				     (entry->start < best->start || (entry->start == best->start && entry->event < best->event)))
			best = entry;
	}
	return best ? best->event : NONE32;
}
