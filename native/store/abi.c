/*
 * The exported functions: checks of what the caller gives, handles, and nothing else.
 * Must not live here: anything that a test would want to reach without a handle.
 */
#include "include/syscope.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi_internal.h"
#include "boxes.h"
#include "calls.h"
#include "lane_info.h"

#define MAX_TRACES 256

static struct index *traces[MAX_TRACES];

struct index *abi_trace(int32_t handle)
{
	return handle > 0 && handle <= MAX_TRACES ? traces[handle - 1] : NULL;
}

/* A row number given as a double. */
static bool row_of(double value, uint64_t *row)
{
	if (!(value >= 0 && value < 9007199254740992.0) || floor(value) != value)
		return false;
	*row = (uint64_t)value;
	return true;
}

int32_t syscope_abi(void)
{
	return SYSCOPE_ABI;
}

/* group: enum syscope_group, or SYSCOPE_GROUPS for rows only. */
static int32_t open_trace(const char *path, uint32_t group, char *message, uint32_t message_bytes)
{
	int32_t handle = 1;
	struct index *x;
	int err;

	while (handle <= MAX_TRACES && traces[handle - 1])
		handle++;
	if (handle > MAX_TRACES) {
		snprintf(message, message_bytes, "%d traces are open already: close some.", MAX_TRACES);
		return -EMFILE;
	}
	x = malloc(sizeof(*x));
	if (!x) {
		snprintf(message, message_bytes, "There is no memory to open %s.", path);
		return -ENOMEM;
	}
	err = group == SYSCOPE_GROUPS ? index_open_rows(x, path, message, message_bytes)
				      : index_open(x, path, (enum syscope_group)group, message, message_bytes);
	if (err) {
		free(x);
		return err;
	}
	traces[handle - 1] = x;
	return handle;
}

int32_t syscope_open(const char *path, uint32_t group, char *message, uint32_t message_bytes)
{
	if (group >= SYSCOPE_GROUPS) {
		snprintf(message, message_bytes, "Lanes can't be grouped by %u.", group);
		return -EINVAL;
	}
	return open_trace(path, group, message, message_bytes);
}

int32_t syscope_rows_open(const char *path, char *message, uint32_t message_bytes)
{
	return open_trace(path, SYSCOPE_GROUPS, message, message_bytes);
}

int32_t syscope_close(int32_t trace)
{
	struct index *x = abi_trace(trace);

	if (!x)
		return -EBADF;
	traces[trace - 1] = NULL;
	index_close(x);
	free(x);
	return 0;
}

static void fill_info(const struct index *x, double *info)
{
	const struct reader *r = &x->reader;

	info[SYSCOPE_INFO_STATE] = r->state == TRACE_STATE_COMPLETE ? 2 : reader_is_live(r) ? 1 : 3;
	info[SYSCOPE_INFO_START_REALTIME_MS] = (double)r->header.base_realtime_ns / 1e6;
	info[SYSCOPE_INFO_DURATION] = (double)x->duration;
	info[SYSCOPE_INFO_EVENTS] = (double)page_total(x, 0, true);
	info[SYSCOPE_INFO_ERRORS] = (double)x->events_errors;
	info[SYSCOPE_INFO_PENDING] = x->pending;
	info[SYSCOPE_INFO_LOST] = (double)x->lost;
	info[SYSCOPE_INFO_PROCESSES] = (double)x->process_count;
	info[SYSCOPE_INFO_THREADS] = (double)x->thread_count;
	info[SYSCOPE_INFO_TRACER_PID] = r->header.tracer_pid;
	info[SYSCOPE_INFO_REVISION] = (double)x->revision;
	info[SYSCOPE_INFO_PROBLEMS] = r->problem_count;
	info[SYSCOPE_INFO_LANES] = (double)x->lane_count;
	info[SYSCOPE_INFO_CALLS] = (double)x->placed_count;
	if (!x->rows_only)
		return;
	info[SYSCOPE_INFO_EVENTS] = info[SYSCOPE_INFO_CALLS] = (double)reader_rows(r, RECORD_ENTER);
	info[SYSCOPE_INFO_PROCESSES] = (double)reader_rows(r, RECORD_PROCESS);
	info[SYSCOPE_INFO_THREADS] = (double)reader_rows(r, RECORD_THREAD);
}

int32_t syscope_refresh(int32_t trace, double *info)
{
	struct index *x = abi_trace(trace);
	int err;

	if (!x)
		return -EBADF;
	err = index_refresh(x);
	fill_info(x, info);
	return err;
}

int32_t syscope_base_time(int32_t trace, uint64_t *base)
{
	const struct index *x = abi_trace(trace);

	if (!x)
		return -EBADF;
	*base = x->reader.header.base_time_ns;
	return 0;
}

int32_t syscope_problem(int32_t trace, uint32_t index, char *text, uint32_t text_bytes)
{
	const struct index *x = abi_trace(trace);

	if (!x)
		return -EBADF;
	if (!text_bytes)
		return -EINVAL;
	text[0] = '\0';
	if (index < x->reader.problem_count && index < READER_MAX_PROBLEMS)
		snprintf(text, text_bytes, "%s", x->reader.problems[index]);
	return (int32_t)strlen(text);
}

double syscope_row_count(int32_t trace, uint32_t kind)
{
	const struct index *x = abi_trace(trace);

	return x && kind && kind < RECORD_KIND_LIMIT ? (double)reader_rows(&x->reader, kind) : 0;
}

int32_t syscope_rows(int32_t trace, uint32_t kind, double first, uint32_t count, const uint8_t *columns, uint32_t column_count,
	uint64_t *cells, uint8_t *present)
{
	struct index *x = abi_trace(trace);
	uint64_t row;

	if (!x)
		return -EBADF;
	if (!kind || kind >= RECORD_KIND_LIMIT || !row_of(first, &row))
		return -EINVAL;
	for (uint32_t i = 0; i < column_count; i++)
		if (columns[i] >= schema_kinds[kind].column_count)
			return -EINVAL;
	for (uint32_t i = 0; i < count; i++, cells += column_count) {
		uint32_t index;
		const struct reader_segment *segment = reader_find(&x->reader, kind, row + i, &index);
		const uint8_t *bytes = segment ? reader_load(&x->reader, index) : NULL;

		present[i] = bytes != NULL;
		for (uint32_t j = 0; j < column_count; j++)
			cells[j] = bytes ? reader_cell(segment, bytes, columns[j], row + i - segment->first_row) : 0;
	}
	return 0;
}

double syscope_strings(int32_t trace, const uint32_t *ids, uint32_t count, uint32_t *lengths, uint8_t *bytes, double capacity)
{
	struct index *x = abi_trace(trace);
	uint64_t needed = 0;

	if (!x)
		return -EBADF;
	for (uint32_t i = 0; i < count; i++) {
		const char *string = reader_string(&x->reader, ids[i], &lengths[i]);

		if (string && (double)(needed + lengths[i]) <= capacity)
			memcpy(bytes + needed, string, lengths[i]);
		needed += lengths[i];
	}
	return (double)needed;
}

int32_t syscope_heap(int32_t trace, double pos, uint32_t length, uint8_t *bytes)
{
	struct index *x = abi_trace(trace);
	const uint8_t *found;
	uint64_t at;

	if (!x)
		return -EBADF;
	if (!row_of(pos, &at))
		return -EINVAL;
	found = length ? reader_heap(&x->reader, at, length) : bytes;
	if (!found)
		return -ENOENT;
	if (length)
		memcpy(bytes, found, length);
	return 0;
}

int32_t syscope_lanes(int32_t trace, uint32_t first, uint32_t count, double *lanes)
{
	const struct index *x = abi_trace(trace);
	uint32_t filled = 0;

	if (!x)
		return -EBADF;
	for (; filled < count && filled < INT32_MAX && first < x->lane_count; filled++, first++)
		lane_info_fill(x, first, lanes + (size_t)filled * SYSCOPE_LANE_COLUMNS);
	return (int32_t)filled;
}

int32_t syscope_generations(int32_t trace, uint32_t lane, double *start, double *end, uint32_t *name, uint32_t capacity)
{
	const struct index *x = abi_trace(trace);

	if (!x)
		return -EBADF;
	if (lane >= x->lane_count)
		return -EINVAL;
	return (int32_t)lane_generations(
		x, lane, start, end, name, capacity < SYSCOPE_MAX_GENERATIONS ? capacity : SYSCOPE_MAX_GENERATIONS);
}

int32_t syscope_box_capacity(uint32_t pixels)
{
	size_t capacity = box_capacity(pixels);

	return capacity < INT32_MAX ? (int32_t)capacity : -EINVAL;
}

int32_t syscope_boxes(int32_t trace, uint32_t lane, double t0, double t1, uint32_t pixels, int32_t helpers, double *x0,
	double *x1, uint32_t *count, uint32_t *errors, double *event, uint32_t *nr, uint32_t *arch, uint8_t *row, uint8_t *flags)
{
	const struct box_arrays out = {
		.x0 = x0,
		.x1 = x1,
		.event = event,
		.count = count,
		.errors = errors,
		.nr = nr,
		.arch = arch,
		.row = row,
		.flags = flags,
	};
	struct index *x = abi_trace(trace);

	return x ? boxes_of_lane(x, lane, t0, t1, pixels, helpers != 0, &out) : -EBADF;
}

double syscope_page_total(int32_t trace, uint32_t hidden, int32_t helpers)
{
	const struct index *x = abi_trace(trace);

	return x ? (double)page_total(x, hidden, helpers != 0) : 0;
}

int32_t syscope_page(int32_t trace, double first, uint32_t count, uint32_t hidden, int32_t helpers, double *ids)
{
	const struct index *x = abi_trace(trace);
	uint64_t from;

	if (!x)
		return -EBADF;
	if (!row_of(first, &from) || count > INT32_MAX)
		return -EINVAL;
	return (int32_t)page_events(x, from, count, hidden, helpers != 0, ids);
}

int32_t syscope_calls(int32_t trace, const double *ids, uint32_t count, double *numbers, uint64_t *words)
{
	struct index *x = abi_trace(trace);

	if (!x)
		return -EBADF;
	for (uint32_t i = 0; i < count; i++, numbers += SYSCOPE_CALL_COLUMNS, words += SYSCOPE_WORD_COLUMNS)
		calls_fill(x, ids[i], numbers, words);
	return 0;
}

int32_t syscope_copies(int32_t trace, const double *ids, uint32_t count, double *numbers, uint64_t *addresses, uint32_t capacity,
	uint8_t *bytes, uint32_t bytes_capacity, uint32_t *used)
{
	struct copy_room room = {
		.numbers = numbers, .addresses = addresses, .bytes = bytes, .capacity = capacity, .bytes_capacity = bytes_capacity
	};
	struct index *x = abi_trace(trace);
	uint32_t done = 0, needed[2] = { 0 };

	if (!x)
		return -EBADF;
	while (done < count && calls_copies(x, ids[done], done, &room, needed))
		done++;
	used[0] = done;
	used[1] = done || !count ? room.count : needed[0];
	used[2] = done || !count ? room.bytes_used : needed[1];
	return 0;
}

int32_t syscope_ties(int32_t trace, const double *ids, uint32_t count, double *numbers, uint32_t capacity, uint32_t *used)
{
	struct index *x = abi_trace(trace);
	uint32_t needed = 0;

	if (!x)
		return -EBADF;
	used[0] = used[1] = 0;
	while (used[0] < count && calls_ties(x, ids[used[0]], used[0], numbers, capacity, &used[1], &needed))
		used[0]++;
	if (used[0] == 0 && count > 0)
		used[1] = needed;
	return 0;
}

double syscope_neighbour(int32_t trace, double event, int32_t direction)
{
	struct index *x = abi_trace(trace);
	uint32_t found;
	uint64_t id;

	if (!x || !row_of(event, &id) || id >= x->placed_count || !direction)
		return -1;
	found = lane_neighbour(x, (uint32_t)id, direction);
	return found == NONE32 ? -1.0 : found;
}

double syscope_pending(int32_t trace, int32_t tid)
{
	const struct index *x = abi_trace(trace);

	for (size_t i = x ? x->thread_count : 0; i-- > 0;)
		if (x->threads[i].tid == tid && !x->threads[i].ended)
			return x->threads[i].open_event == NONE32 ? -1.0 : x->threads[i].open_event;
	return -1;
}
