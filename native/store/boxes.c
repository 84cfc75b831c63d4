/*
 * Boxes from the rows' mipmaps: one look per pixel that has calls, whatever their number.
 * Must not live here: which call is in which row (lanes.c).
 */
#include "boxes.h"

#include <errno.h>
#include <math.h>

#define MAX_PIXELS   65536u
#define OVERFLOW_ROW (LANE_ROWS - 1)

struct query {
	struct index *x;
	uint64_t t0, t1; /* whole nanoseconds around the range */
	double cut;      /* ns per pixel */
	enum stack_what what;
	const struct box_arrays *out;
	size_t count;
};

size_t box_capacity(uint32_t pixels)
{
	/* A range of n pixels touches at most n + 1 cuts, and calls that began before it are one more. */
	return LANE_ROWS * ((size_t)pixels + 3);
}

static void add_box(struct query *q, int row, const struct stack_sum *sum)
{
	const struct box_arrays *out = q->out;
	uint32_t event = sum->first_error != NONE32 ? sum->first_error : sum->longest;
	uint64_t begin = sum->first_start, end = sum->last_end;
	uint8_t flags = 0;

	if (end == TIME_OPEN) {
		flags |= BOX_IN_PROGRESS;
		end = q->x->duration > begin ? q->x->duration : begin;
	}
	if (sum->errors)
		flags |= BOX_ERROR;
	if (sum->helpers == sum->count)
		flags |= BOX_HELPER;
	out->x0[q->count] = (double)begin;
	out->x1[q->count] = (double)end;
	out->event[q->count] = event;
	out->count[q->count] = sum->count;
	out->errors[q->count] = sum->errors;
	out->nr[q->count] = q->x->events[event].nr;
	out->arch[q->count] = q->x->events[event].arch;
	out->row[q->count] = (uint8_t)row;
	out->flags[q->count] = flags;
	q->count++;
}

/* The first whole nanosecond at or after the cut that follows the one in which `time` lies. */
static uint64_t next_cut(const struct query *q, uint64_t time)
{
	double next = ceil((floor((double)time / q->cut) + 1) * q->cut);

	/* Rounding must not stand still, nor leave 64 bits. */
	if (!(next < 9.0e18))
		return UINT64_MAX;
	return (uint64_t)next > time ? (uint64_t)next : time + 1;
}

static void row_boxes(struct query *q, int index, const struct stack_row *row, size_t from)
{
	size_t end = stack_row_skip(row, from, q->t1);

	while (from < end) {
		uint64_t start = row->entries[from].start;
		size_t next = stack_row_skip(row, from, next_cut(q, start > q->t0 ? start : q->t0));
		struct stack_sum sum;

		if (next > end)
			next = end;
		stack_sum_clear(&sum);
		stack_row_sum(row, from, next, q->what, &sum);
		if (sum.count)
			add_box(q, index, &sum);
		from = next;
	}
}

/* Calls overlap here: what began before the range and reaches into it is one box, and each box gives way to the next. */
static void overflow_boxes(struct query *q, const struct stack_row *row)
{
	size_t first = stack_row_skip(row, 0, q->t0), before = q->count;
	struct stack_sum sum;

	stack_sum_clear(&sum);
	stack_row_sum_reaching(row, first, q->t0, q->what, &sum);
	if (sum.count)
		add_box(q, OVERFLOW_ROW, &sum);
	row_boxes(q, OVERFLOW_ROW, row, first);
	for (size_t i = before; i + 1 < q->count; i++)
		if (q->out->x1[i] > q->out->x0[i + 1]) {
			q->out->x1[i] = q->out->x0[i + 1];
			q->out->flags[i] &= (uint8_t)~BOX_IN_PROGRESS;
		}
}

int boxes_of_lane(
	struct index *x, uint32_t lane, double t0, double t1, uint32_t pixels, bool helpers, const struct box_arrays *out)
{
	struct query q = { .x = x, .what = helpers ? STACK_ALL : STACK_PROGRAM, .out = out };
	int err;

	if (lane >= x->lane_count || !pixels || pixels > MAX_PIXELS || !isfinite(t0) || !isfinite(t1) || t1 <= t0)
		return -EINVAL;
	q.cut = (t1 - t0) / pixels;
	q.t0 = t0 > 0 ? (t0 < 9.0e18 ? (uint64_t)t0 : INT64_MAX) : 0;
	q.t1 = t1 > 0 ? (t1 < 9.0e18 ? (uint64_t)ceil(t1) : INT64_MAX) : 0;
	err = lane_settle(x, lane);
	if (err)
		return err;
	for (int i = 0; i < OVERFLOW_ROW; i++)
		row_boxes(&q, i, &x->lanes[lane].rows[i], stack_row_first_ending(&x->lanes[lane].rows[i], q.t0));
	overflow_boxes(&q, &x->lanes[lane].rows[OVERFLOW_ROW]);
	return (int)q.count;
}
