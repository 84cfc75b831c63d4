/*
 * Boxes against a slow and simple way to find them, on random lanes: many threads that overlap, bursts, calls of no length, long
 * ones, the loader's, calls that change their lane at their end; written whole or in parts with looks in between.
 * SYSCOPE_SEED=n runs one seed. What must not live here: the mipmap's own rules (stack_row.h).
 */
#include <errno.h>
#include <math.h>

#include "include/syscope.h"
#include "store/boxes.h"
#include "store_check.h"

#define MAX_EVENTS 4000
#define THREADS    9
#define FDS        4
#define MAX_PIXELS 400

/* What was written, and what the simple way makes of it. */
struct call {
	uint64_t start, end; /* end: TIME_OPEN: no exit was written */
	int fd;
	int row;
	bool error, helper;
};

static struct call calls[MAX_EVENTS];
static int call_count;
static uint64_t last_time;
static uint64_t seed_now;

struct box {
	double x0, x1;
	uint32_t count, errors, event;
	int row, flags;
};

static struct box expected[LANE_ROWS * (MAX_PIXELS + 3)];
static int expected_count;

/* Any number that goes with a call. */
static uint32_t arch_of(uint32_t id)
{
	return id * 2654435761u;
}

static void write_enter(struct trace_writer *w, int id, uint32_t thread, int fd)
{
	uint64_t base = writer_base_time(w);
	struct row_enter row = { .time = base + calls[id].start,
		.resumed = base + calls[id].start,
		.thread = thread,
		.nr = (uint32_t)id,
		.arch = arch_of((uint32_t)id),
		.fd = fd,
		.class = FD_CLASS_FILE,
		.origin = calls[id].helper ? ORIGIN_LOADER : ORIGIN_PROGRAM };

	REQUIRE(writer_append(w, RECORD_ENTER, &row) == id, "enter");
}

static void write_exit(struct trace_writer *w, int id)
{
	uint64_t base = writer_base_time(w);
	struct row_exit row = { .event = (uint64_t)id,
		.time = base + calls[id].end,
		.ret = calls[id].error ? -2 : 0,
		.fd = calls[id].fd,
		.class = FD_CLASS_FILE };

	REQUIRE(writer_append(w, RECORD_EXIT, &row) >= 0, "exit");
}

/* Time goes on; each thread is in one call or in none; in the end some calls stay open. */
static void write_random(struct trace_writer *w, struct index *x, uint64_t *random, int events, bool looks)
{
	int open[THREADS];
	uint64_t time = 1000;

	for (int i = 0; i < THREADS; i++)
		open[i] = -1;
	call_count = 0;
	while (call_count < events) {
		uint32_t thread = (uint32_t)random_below(random, 1 + random_below(random, THREADS));

		time += random_below(random, 3)    ? random_below(random, 40)
			: random_below(random, 20) ? 0
						   : random_below(random, 100000);
		if (open[thread] >= 0) {
			struct call *call = &calls[open[thread]];

			call->end = time;
			call->error = !random_below(random, 12);
			if (!random_below(random, 10))
				call->fd = (int)random_below(random, FDS);
			write_exit(w, open[thread]);
			open[thread] = -1;
		} else {
			struct call *call = &calls[call_count];

			*call = (struct call){ .start = time,
				.end = TIME_OPEN,
				.fd = (int)random_below(random, FDS),
				.helper = !random_below(random, 8) };
			write_enter(w, call_count, thread, call->fd);
			open[thread] = call_count++;
		}
		if (looks && !random_below(random, 150)) {
			REQUIRE(!index_refresh(x), "refresh");
			for (uint32_t lane = 0; lane < x->lane_count; lane++)
				if (random_below(random, 2))
					REQUIRE(!lane_settle(x, lane), "settle");
		}
	}
	last_time = time;
}

/* The simple way: rows by looking at every call before. */
static void assign_rows(void)
{
	for (int i = 0; i < call_count; i++) {
		bool used[LANE_ROWS] = { false };

		for (int j = 0; j < i; j++)
			if (calls[j].fd == calls[i].fd && calls[j].end > calls[i].start)
				used[calls[j].row] = true;
		calls[i].row = 0;
		while (calls[i].row < LANE_ROWS - 1 && used[calls[i].row])
			calls[i].row++;
	}
}

static void add_to(struct box *box, int id, uint64_t *longest, bool *open)
{
	const struct call *call = &calls[id];
	uint64_t length = call->end == TIME_OPEN ? TIME_OPEN : call->end - call->start;

	if (!box->count || (double)call->start < box->x0)
		box->x0 = (double)call->start;
	if (call->end == TIME_OPEN)
		*open = true;
	else if ((double)call->end > box->x1)
		box->x1 = (double)call->end;
	if (call->error && !box->errors)
		box->event = (uint32_t)id;
	else if (!box->errors && (!box->count || length > *longest))
		box->event = (uint32_t)id;
	if (!box->count || length > *longest)
		*longest = length;
	box->count++;
	box->errors += call->error;
	box->flags |= call->error ? BOX_ERROR : 0;
}

static void close_box(struct box *box, bool open, bool helpers_only)
{
	if (open) {
		box->x1 = (double)last_time > box->x0 ? (double)last_time : box->x0;
		box->flags |= BOX_IN_PROGRESS;
	}
	box->flags |= helpers_only ? BOX_HELPER : 0;
	expected[expected_count++] = *box;
}

/* A call's place: -1: began before the range (row 4 only), else its cut of the time line. */
static double place_of(const struct call *call, uint64_t t0, double cut)
{
	if (call->start >= t0)
		return floor((double)call->start / cut);
	return call->row == LANE_ROWS - 1 ? -1 : floor((double)t0 / cut);
}

static void expect_boxes(int fd, double from, double to, uint32_t pixels, bool helpers)
{
	uint64_t t0 = from > 0 ? (uint64_t)from : 0, t1 = to > 0 ? (uint64_t)ceil(to) : 0;
	double cut = (to - from) / pixels;

	expected_count = 0;
	for (int row = 0; row < LANE_ROWS; row++) {
		int first = expected_count;
		double place = NAN;
		uint64_t longest = 0;
		bool open = false, only = true;
		struct box box = { 0 };

		for (int i = 0; i < call_count; i++) {
			const struct call *call = &calls[i];

			if (call->fd != fd || call->row != row || call->start >= t1 || call->end < t0 ||
				(call->helper && !helpers))
				continue;
			if (box.count && place_of(call, t0, cut) != place) {
				close_box(&box, open, only);
				box = (struct box){ 0 };
				open = false;
				only = true;
			}
			place = place_of(call, t0, cut);
			box.row = row;
			only = only && call->helper;
			add_to(&box, i, &longest, &open);
		}
		if (box.count)
			close_box(&box, open, only);
		for (int i = first; row == LANE_ROWS - 1 && i + 1 < expected_count; i++)
			if (expected[i].x1 > expected[i + 1].x0) {
				expected[i].x1 = expected[i + 1].x0;
				expected[i].flags &= ~BOX_IN_PROGRESS;
			}
	}
}

static void compare(struct index *x, int fd, double from, double to, uint32_t pixels, bool helpers)
{
	enum { ROOM = LANE_ROWS * (MAX_PIXELS + 3) };
	static double x0[ROOM], x1[ROOM], event[ROOM];
	static uint32_t count[ROOM], errors[ROOM], nr[ROOM], arch[ROOM];
	static uint8_t row[ROOM], flags[ROOM];
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
	uint32_t lane = 0;
	int boxes = 0;

	while (lane < x->lane_count && x->lanes[lane].fd != fd)
		lane++;
	expect_boxes(fd, from, to, pixels, helpers);
	if (lane < x->lane_count)
		boxes = boxes_of_lane(x, lane, from, to, pixels, helpers, &out);
	REQUIRE(boxes == expected_count && boxes <= (int)box_capacity(pixels),
		"seed %llu, fd %d, %.17g to %.17g in %u pixels: %d boxes, %d expected", (unsigned long long)seed_now, fd, from,
		to, pixels, boxes, expected_count);
	for (int i = 0; i < boxes; i++) {
		const struct box *box = &expected[i];

		REQUIRE(x0[i] == box->x0 && x1[i] == box->x1 && count[i] == box->count && errors[i] == box->errors &&
				row[i] == box->row && event[i] == box->event && flags[i] == box->flags && nr[i] == box->event &&
				arch[i] == arch_of(box->event),
			"seed %llu, fd %d, %.17g to %.17g in %u pixels, box %d: %g to %g, %u calls, event %g, flags %x; expected "
			"%g to %g, %u, %u, %x",
			(unsigned long long)seed_now, fd, from, to, pixels, i, x0[i], x1[i], count[i], event[i], flags[i],
			box->x0, box->x1, box->count, box->event, box->flags);
	}
}

static void compare_ranges(struct index *x, uint64_t *random)
{
	for (int i = 0; i < 25; i++) {
		double from = (double)random_below(random, last_time + 100) - 50;
		double length = (double)(1 + random_below(random, i % 3 ? 1 + last_time / 10 : last_time + 2000));
		uint32_t pixels = 1 + (uint32_t)random_below(random, MAX_PIXELS);

		if (i % 5 == 0)
			from += 0.37;
		for (int fd = 0; fd < FDS; fd++)
			compare(x, fd, from, from + length, pixels, i % 2);
	}
	for (int fd = 0; fd < FDS; fd++)
		compare(x, fd, 0, (double)last_time, MAX_PIXELS, true);
}

static void run_seed(uint64_t seed)
{
	struct row_process process = { .pid = 100 };
	uint64_t random = seed * 0x9e3779b97f4a7c15ull + 1;
	struct trace_writer *w = check_new_trace("boxes.syscope", NULL);
	static char message[300];
	struct index x;

	seed_now = seed;
	writer_append(w, RECORD_PROCESS, &process);
	for (int i = 0; i < THREADS; i++)
		writer_append(w, RECORD_THREAD, &(struct row_thread){ .tid = 100 + i });
	REQUIRE(!index_open(&x, "boxes.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	write_random(w, &x, &random, 20 + (int)random_below(&random, seed % 4 ? 400 : MAX_EVENTS - 20), seed % 2);
	REQUIRE(!index_refresh(&x), "refresh");
	assign_rows();
	compare_ranges(&x, &random);
	index_close(&x);
	REQUIRE(!writer_close(w), "close");
	REQUIRE(!index_open(&x, "boxes.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	compare_ranges(&x, &random);
	index_close(&x);
}

static void refusals(void)
{
	struct box_arrays none = { 0 };
	struct trace_writer *w = check_new_trace("boxes.syscope", NULL);
	static char message[300];
	struct index x;

	REQUIRE(!writer_close(w), "close");
	REQUIRE(!index_open(&x, "boxes.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	CHECK(boxes_of_lane(&x, 0, 0, 1, 1, true, &none) == -EINVAL, "no such lane");
	x.lane_count = 1;
	CHECK(boxes_of_lane(&x, 0, 0, 1, 0, true, &none) == -EINVAL, "no pixels");
	CHECK(boxes_of_lane(&x, 0, 1, 1, 10, true, &none) == -EINVAL, "no range");
	CHECK(boxes_of_lane(&x, 0, 0, INFINITY, 10, true, &none) == -EINVAL &&
			boxes_of_lane(&x, 0, NAN, 1, 10, true, &none) == -EINVAL,
		"no numbers");
	x.lane_count = 0;
	index_close(&x);
}

int main(void)
{
	const char *one = getenv("SYSCOPE_SEED");

	refusals();
	for (uint64_t seed = one ? strtoull(one, NULL, 10) : 1; seed <= (one ? strtoull(one, NULL, 10) : 60); seed++)
		run_seed(seed);
	return check_result("store_boxes");
}
