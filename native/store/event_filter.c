/*
 * The terms of a filter, and placing calls by them.
 * Must not live here: lanes (lanes.c).
 */
#include "event_filter.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* How many calls before a blind spot's time are looked at for the one that its thread was in. */
#define BLIND_LOOKS 100000u

enum { PASSES = 1, FAMILY = 2 };

static bool has_kind(const struct event_filter *filter, enum syscope_term kind)
{
	for (uint32_t i = 0; i < filter->count; i++)
		if (filter->terms[i].kind == kind)
			return true;
	return false;
}

/* Parents have lower numbers: what is said of them is known by then. */
static uint8_t process_marks(const struct index *x, const struct event_filter *filter, uint32_t process)
{
	uint32_t parent = x->processes[process].parent;
	uint8_t marks = parent != NONE32 && filter->by_process[parent] & FAMILY ? FAMILY | PASSES : 0;

	for (uint32_t i = 0; i < filter->count; i++) {
		const struct filter_term *term = &filter->terms[i];

		if (term->process == process && term->kind == SYSCOPE_TERM_PROCESS)
			marks |= PASSES;
		if (term->process == process && term->kind == SYSCOPE_TERM_FAMILY)
			marks |= PASSES | FAMILY;
	}
	return marks;
}

static bool know_processes(const struct index *x, struct event_filter *filter)
{
	if (ARRAY_RESERVE(filter->by_process, filter->process_capacity, x->process_count))
		return false;
	for (; filter->process_count < x->process_count; filter->process_count++)
		filter->by_process[filter->process_count] = process_marks(x, filter, (uint32_t)filter->process_count);
	return true;
}

static bool is_marked(const struct event_filter *filter, uint32_t id)
{
	return id / 8 < filter->event_bytes && filter->by_event[id / 8] & 1u << id % 8;
}

bool event_filter_passes(struct index *x, uint32_t id)
{
	struct event_filter *filter = x->filter;
	const struct event *event = &x->events[id];
	uint32_t process;

	if (!filter || is_marked(filter, id))
		return true;
	process = event->thread == NONE32 ? NONE32 : x->threads[event->thread].process;
	if (process < x->process_count && know_processes(x, filter) && filter->by_process[process] & PASSES)
		return true;
	for (uint32_t i = 0; i < filter->count; i++) {
		const struct filter_term *term = &filter->terms[i];

		if (term->kind == SYSCOPE_TERM_DESCRIPTOR && term->process == process && term->fd == event->fd &&
			term->description == event->description)
			return true;
		if (term->kind == SYSCOPE_TERM_DESCRIPTION && term->description == event->description)
			return true;
	}
	return false;
}

/* The call that the thread had begun last at that time; NONE32: none. Calls are in order of their entries. */
static uint32_t call_of(const struct index *x, uint32_t thread, uint64_t time)
{
	size_t low = 0, high = x->placed_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->events[middle].start <= time)
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t looks = 0; low-- > 0 && looks < BLIND_LOOKS; looks++)
		if (x->events[low].flags & EVENT_PRESENT && x->events[low].thread == thread && x->events[low].start <= time)
			return (uint32_t)low;
	return NONE32;
}

static int mark(struct index *x, uint32_t id)
{
	struct event_filter *filter = x->filter;

	if (ARRAY_RESERVE(filter->by_event, filter->event_capacity, (size_t)id / 8 + 1))
		return -ENOMEM;
	while (filter->event_bytes <= id / 8)
		filter->by_event[filter->event_bytes++] = 0;
	if (is_marked(filter, id))
		return 0;
	lane_remove(x, id);
	filter->by_event[id / 8] |= (uint8_t)(1u << id % 8);
	return lane_place(x, id);
}

static bool is_wanted(const struct index *x, uint64_t thread, uint64_t reason)
{
	for (uint32_t i = 0; i < x->filter->count; i++) {
		const struct filter_term *term = &x->filter->terms[i];

		if (term->kind == SYSCOPE_TERM_BLIND && term->reason == reason &&
			(term->process == NONE32 || term->process == x->threads[thread].process))
			return true;
	}
	return false;
}

static int take_blind(struct index *x, uint64_t row)
{
	uint64_t cells[READER_MAX_COLUMNS], event;

	if (reader_row(&x->reader, RECORD_BLIND, row, cells))
		return 0;
	if (cells[COLUMN_BLIND_THREAD] >= x->thread_count ||
		!is_wanted(x, cells[COLUMN_BLIND_THREAD], cells[COLUMN_BLIND_REASON]))
		return 0;
	event = cells[COLUMN_BLIND_EVENT];
	/* Older traces don't say it. */
	event = event ? event - 1 : call_of(x, (uint32_t)cells[COLUMN_BLIND_THREAD], index_time(x, cells[COLUMN_BLIND_TIME]));
	return event < x->placed_count && x->events[event].flags & EVENT_PRESENT ? mark(x, (uint32_t)event) : 0;
}

int event_filter_refresh(struct index *x)
{
	struct event_filter *filter = x->filter;
	int err = 0;

	if (!filter || !has_kind(filter, SYSCOPE_TERM_BLIND))
		return 0;
	for (; filter->blind_seen < reader_rows(&x->reader, RECORD_BLIND) && !err; filter->blind_seen++)
		err = take_blind(x, filter->blind_seen);
	return err;
}

static void empty_lanes(struct index *x)
{
	for (size_t i = 0; i < x->lane_count; i++)
		lane_free(&x->lanes[i]);
	free(x->lane_by_key.slots);
	x->lane_by_key = (struct map64){ 0 };
	x->lane_count = 0;
	if (x->block_count)
		memset(x->blocks, 0, x->block_count * sizeof(*x->blocks));
	x->events_errors = 0;
	x->pending = 0;
}

static int place_all(struct index *x)
{
	int err = 0;

	for (size_t id = 0; id < x->placed_count && !err; id++)
		if (x->events[id].flags & EVENT_PRESENT)
			err = lane_place(x, (uint32_t)id);
	return err ? err : event_filter_refresh(x);
}

int event_filter_set(struct index *x, const struct filter_term *terms, uint32_t count)
{
	event_filter_free(x);
	empty_lanes(x);
	x->revision++;
	if (count) {
		x->filter = calloc(1, sizeof(*x->filter));
		if (!x->filter)
			return -ENOMEM;
		x->filter->terms = malloc(count * sizeof(*terms));
		if (!x->filter->terms)
			return -ENOMEM;
		memcpy(x->filter->terms, terms, count * sizeof(*terms));
		x->filter->count = count;
	}
	return place_all(x);
}

void event_filter_free(struct index *x)
{
	if (!x->filter)
		return;
	free(x->filter->terms);
	free(x->filter->by_process);
	free(x->filter->by_event);
	free(x->filter);
	x->filter = NULL;
}
