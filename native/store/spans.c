/*
 * What each number of each files table referred to, over time, and which process used which table.
 * Must not live here: descriptions' names (entities.c), lanes.
 */
#include <errno.h>

#include "array.h"
#include "index.h"

static int use_table(struct index *x, uint32_t *uses, uint32_t files, uint64_t time)
{
	if (x->use_count >= INDEX_MAX_ROWS || ARRAY_RESERVE(x->uses, x->use_capacity, x->use_count + 1))
		return -ENOMEM;
	x->uses[x->use_count] = (struct table_use){ .start = time, .files = files, .older = *uses };
	*uses = (uint32_t)x->use_count++;
	return 0;
}

int spans_use_table(struct index *x, uint32_t process, uint32_t files, uint64_t time)
{
	int err = use_table(x, &x->processes[process].uses, files, time);

	if (!err)
		x->processes[process].files = files;
	return err;
}

int spans_use_own_table(struct index *x, uint32_t thread, uint32_t files, uint64_t time)
{
	uint32_t *known = map64_at(&x->own_tables, files, 0);

	if (!known)
		return -ENOMEM;
	*known = thread;
	return use_table(x, &x->threads[thread].uses, files, time);
}

static int take_fd(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t files = reader_cell(segment, bytes, COLUMN_FD_FILES, at);
	uint64_t process = reader_cell(segment, bytes, COLUMN_FD_PROCESS, at);
	uint64_t time = index_time(x, reader_cell(segment, bytes, COLUMN_FD_TIME, at));
	uint64_t op = reader_cell(segment, bytes, COLUMN_FD_OP, at);
	uint64_t event = reader_cell(segment, bytes, COLUMN_FD_EVENT, at);
	uint32_t *newest = map64_at(&x->span_by_fd, files, (uint32_t)reader_cell(segment, bytes, COLUMN_FD_FD, at));

	(void)row;
	if (!newest)
		return -ENOMEM;
	/* A process changes its own table only: a row of another one says that it unshared, unless it is known to be a thread's. */
	if (process < x->process_count && x->processes[process].files != files && map64_get(&x->own_tables, files, 0) == NONE32 &&
		spans_use_table(x, (uint32_t)process, (uint32_t)files, time))
		return -ENOMEM;
	if (*newest != NONE32 && x->spans[*newest].end == TIME_OPEN)
		x->spans[*newest].end = time;
	if (op == FD_OP_CLOSE || op == FD_OP_EXEC_CLOSE)
		return 0;
	if (x->span_count >= INDEX_MAX_ROWS || ARRAY_RESERVE(x->spans, x->span_capacity, x->span_count + 1))
		return -ENOMEM;
	x->spans[x->span_count] = (struct span){ .start = time,
		.end = TIME_OPEN,
		.description = reader_cell(segment, bytes, COLUMN_FD_DESCRIPTION, at),
		.older = *newest,
		.process = process < x->process_count ? (uint32_t)process : NONE32,
		.fd = (int32_t)reader_cell(segment, bytes, COLUMN_FD_FD, at),
		.event = event && event <= INDEX_MAX_ROWS ? (uint32_t)(event - 1) : NONE32,
		.op = (uint8_t)op };
	*newest = (uint32_t)x->span_count++;
	return 0;
}

int index_take_fd_rows(struct index *x)
{
	return index_walk(x, RECORD_FD, take_fd);
}

/* Returns false if `each` did, or enough was looked at. */
static bool walk_uses(const struct index *x, uint32_t uses, uint64_t use_end, int32_t fd, index_span_fn each, void *context)
{
	uint32_t looks = 0;

	for (uint32_t use = uses; use != NONE32; use = x->uses[use].older) {
		uint64_t use_start = x->uses[use].start;
		uint32_t at = map64_get(&x->span_by_fd, x->uses[use].files, (uint32_t)fd);

		for (; at != NONE32 && looks < SPANS_MAX_LOOKS; at = x->spans[at].older, looks++) {
			const struct span *span = &x->spans[at];
			uint64_t start = span->start > use_start ? span->start : use_start;
			uint64_t end = span->end < use_end ? span->end : use_end;

			if (start <= end && !each(context, start, end, span->description))
				return false;
		}
		use_end = use_start;
	}
	return looks < SPANS_MAX_LOOKS;
}

void index_spans_of(const struct index *x, uint32_t process, int32_t fd, index_span_fn each, void *context)
{
	walk_uses(x, x->processes[process].uses, x->processes[process].ended, fd, each, context);
}

struct moment {
	uint64_t time;
	uint64_t description;
};

static bool holds(void *context, uint64_t start, uint64_t end, uint64_t description)
{
	struct moment *moment = context;

	if (moment->time < start || moment->time > end)
		return start > moment->time; /* newest first: older ones may hold it */
	moment->description = description;
	return false;
}

static bool had_own_table(const struct index *x, uint32_t thread, uint64_t time)
{
	for (uint32_t use = x->threads[thread].uses; use != NONE32; use = x->uses[use].older) {
		if (x->uses[use].start <= time)
			return true;
	}
	return false;
}

uint32_t index_description_at(const struct index *x, uint32_t event, int32_t fd)
{
	const struct event *e = &x->events[event];
	struct moment moment = { .time = e->start };
	uint32_t process = e->thread == NONE32 ? NONE32 : x->threads[e->thread].process;

	if (process == NONE32 || process >= x->process_count)
		return 0;
	if (walk_uses(x, x->threads[e->thread].uses, TIME_OPEN, fd, holds, &moment) && !moment.description &&
		!had_own_table(x, e->thread, e->start))
		index_spans_of(x, process, fd, holds, &moment);
	return moment.description < x->description_count ? (uint32_t)moment.description : 0;
}
