/*
 * The index as a whole: opening, refreshing, walking over new rows.
 * Must not live here: what is done with a row (entities.c, spans.c, events.c).
 */
#include "index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_filter.h"
#include "pass_page.h"
#include "summary.h"
#include "totals.h"

/* Segments that a pass has in use at once: some ten, of at most a megabyte but for very long strings. */
#define ROWS_CACHE_BYTES (8u << 20)

uint64_t index_time(const struct index *x, uint64_t monotonic_ns)
{
	uint64_t base = x->reader.header.base_time_ns;
	uint64_t time = monotonic_ns > base ? monotonic_ns - base : 0;

	return time < INT64_MAX ? time : INT64_MAX;
}

void index_saw_time(struct index *x, uint64_t time)
{
	if (time > x->duration)
		x->duration = time;
}

static int walk_segment(struct index *x, uint32_t index, uint64_t from, index_row_fn each)
{
	const uint8_t *bytes = reader_load(&x->reader, index);
	/* By value: adding problems or loading others must not move what is looked at. */
	const struct reader_segment segment = x->reader.segments[index];
	int err = 0;

	if (!bytes)
		return 0; /* a problem was noted */
	for (uint64_t row = from; row < segment.first_row + segment.rows && !err; row++) {
		err = each(x, row, &segment, bytes, row - segment.first_row);
		if (err == WALK_LATER)
			x->taken[segment.kind] = row;
	}
	/* Of a long trace only what is asked for later stays in memory. */
	if (segment.sealed)
		reader_unload(&x->reader, index);
	return err;
}

int index_walk(struct index *x, enum record_kind kind, index_row_fn each)
{
	const struct reader_kind *rows = &x->reader.kinds[kind];
	size_t first = rows->count;
	int err = 0;

	if (rows->rows <= x->taken[kind])
		return 0;
	while (first > 0 && x->reader.segments[rows->segments[first - 1]].first_row > x->taken[kind])
		first--;
	if (first > 0)
		first--;
	for (size_t i = first; i < rows->count && !err; i++) {
		const struct reader_segment *segment = &x->reader.segments[rows->segments[i]];
		uint64_t from = segment->first_row > x->taken[kind] ? segment->first_row : x->taken[kind];

		if (!segment->bad && from < segment->first_row + segment->rows)
			err = walk_segment(x, rows->segments[i], from, each);
	}
	if (err != WALK_LATER)
		x->taken[kind] = rows->rows;
	return err == WALK_LATER ? 0 : err;
}

static int take_lost(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t count = reader_cell(segment, bytes, COLUMN_LOST_COUNT, at);

	(void)row;
	x->lost = x->lost + count < count ? UINT64_MAX : x->lost + count;
	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_LOST_TIME, at)));
	return 0;
}

static int take_end(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	(void)row;
	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_END_TIME, at)));
	return 0;
}

/* What a refresh may change, in one number: rows of all kinds, segments, problems, state. */
static uint64_t fingerprint(const struct reader *r)
{
	/* State and liveness apart from the counts: "recording and alive" and "complete and gone" have the same sum. */
	uint64_t sum = r->segment_count + r->problem_count + (((uint64_t)r->state * 2 + reader_is_live(r)) << 56);

	for (int kind = 0; kind < RECORD_KIND_LIMIT; kind++)
		sum += r->kinds[kind].rows;
	return sum;
}

static int take_rows(struct index *x)
{
	int err = index_take_entities(x);

	if (!err)
		err = index_take_fd_rows(x);
	if (!err)
		err = index_take_events(x);
	if (!err)
		err = index_take_ties(x);
	if (!err)
		err = index_take_endings(x);
	if (!err)
		err = event_filter_refresh(x);
	if (!err)
		err = index_walk(x, RECORD_LOST, take_lost);
	if (!err)
		err = index_walk(x, RECORD_END, take_end);
	return err;
}

int index_refresh(struct index *x)
{
	uint64_t now;
	int err;

	if (x->rows_only)
		return 0;
	err = reader_refresh(&x->reader);

	if (!err)
		err = take_rows(x);
	now = fingerprint(&x->reader);
	if (now != x->fingerprint)
		x->revision++;
	x->fingerprint = now;
	return err;
}

int index_open(struct index *x, const char *path, enum syscope_group group, char *message, size_t message_bytes)
{
	int err;

	memset(x, 0, sizeof(*x));
	err = reader_open(&x->reader, path, message, message_bytes);
	if (err)
		return err;
	x->revision = 1;
	x->group = group;
	x->first_root = x->last_root = NONE32;
	err = take_rows(x);
	x->fingerprint = fingerprint(&x->reader);
	if (err) {
		snprintf(message, message_bytes, "%s can't be opened: %s.", path, strerror(-err));
		index_close(x);
	}
	return err;
}

/* Each kind's rows are in order of time: its newest row has the latest. */
static void see_newest(struct index *x)
{
	static const struct {
		uint8_t kind, column;
	} timed[] = { { RECORD_ENTER, COLUMN_ENTER_RESUMED }, { RECORD_EXIT, COLUMN_EXIT_TIME },
		{ RECORD_THREAD, COLUMN_THREAD_TIME }, { RECORD_EXITED, COLUMN_EXITED_TIME } };
	uint64_t cells[READER_MAX_COLUMNS];

	for (size_t i = 0; i < sizeof(timed) / sizeof(*timed); i++) {
		uint64_t rows = reader_rows(&x->reader, timed[i].kind);

		if (rows && !reader_row(&x->reader, timed[i].kind, rows - 1, cells))
			index_saw_time(x, index_time(x, cells[timed[i].column]));
	}
}

int index_open_rows(struct index *x, const char *path, char *message, size_t message_bytes)
{
	int err;

	memset(x, 0, sizeof(*x));
	err = reader_open(&x->reader, path, message, message_bytes);
	if (err)
		return err;
	x->reader.cache_limit = ROWS_CACHE_BYTES;
	x->rows_only = true;
	x->revision = 1;
	err = index_walk(x, RECORD_LOST, take_lost);
	if (!err)
		err = index_walk(x, RECORD_END, take_end);
	see_newest(x);
	if (err) {
		snprintf(message, message_bytes, "%s can't be opened: %s.", path, strerror(-err));
		index_close(x);
	}
	return err;
}

static void close_reports(struct index *x)
{
	if (x->pages)
		pass_close(&x->pages->pass);
	free(x->pages);
	if (x->summary)
		summary_free(x->summary);
	free(x->summary);
}

void index_close(struct index *x)
{
	close_reports(x);
	reader_close(&x->reader);
	for (size_t i = 0; i < x->lane_count; i++)
		lane_free(&x->lanes[i]);
	free(x->events);
	free(x->copies_in.older);
	free(x->copies_out.older);
	free(x->threads);
	free(x->processes);
	free(x->descriptions);
	free(x->spans);
	free(x->uses);
	free(x->span_by_fd.slots);
	free(x->own_tables.slots);
	free(x->tie_by_event.slots);
	free(x->ties.older);
	free(x->lane_by_key.slots);
	free(x->lanes);
	free(x->blocks);
	totals_free(x);
	event_filter_free(x);
	memset(x, 0, sizeof(*x));
	x->reader.fd = -1;
}
