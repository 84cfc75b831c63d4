/*
 * Which call belongs to which lane, when it began and ended, what its descriptor referred to, pages and neighbours: on small
 * traces, told twice: once whole, once row by row as a reader of a recording sees them.
 * What must not live here: boxes (store_boxes_test.c).
 */
#include <math.h>

#include "store_story.h"

static void open_belongs_to_what_it_made(bool live)
{
	uint64_t opened, failed, read, file, none;
	const double *lane;
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	thread(&s, 0, 100);
	file = 1;
	opened = enter(&s, 10, 0, -1, FD_CLASS_FILE, 0);
	description(&s, FD_CLASS_DIRECTORY, "/tmp");
	fd(&s, 19, 1, 0, 3, FD_OP_OPEN, file);
	leave(&s, 20, opened, 3, 3, FD_CLASS_DIRECTORY, file);
	read = enter(&s, 30, 0, 3, FD_CLASS_DIRECTORY, file);
	leave(&s, 40, read, -21, 3, FD_CLASS_DIRECTORY, file);
	failed = enter(&s, 50, 0, -1, FD_CLASS_FILE, 0);
	leave(&s, 60, failed, -2, -1, FD_CLASS_FILE, 0);
	none = enter(&s, 70, 0, -1, FD_CLASS_NONE, 0);
	leave(&s, 80, none, 0, -1, FD_CLASS_NONE, 0);
	told(&s);
	CHECK(s.x.events[opened].lane == s.x.events[read].lane, "the open call is on the new descriptor's lane");
	check_event(&s, opened, 10, 20);
	lane = lane_of(&s, opened);
	CHECK(lane[SYSCOPE_LANE_CLASS] == FD_CLASS_DIRECTORY && lane[SYSCOPE_LANE_FD] == 3 && lane[SYSCOPE_LANE_PID] == 100,
		"its lane");
	CHECK(lane[SYSCOPE_LANE_EVENTS] == 2 && lane[SYSCOPE_LANE_ERRORS] == 1 && lane[SYSCOPE_LANE_BUSY] == 20, "its counts");
	CHECK(lane[SYSCOPE_LANE_FIRST] == 10 && lane[SYSCOPE_LANE_LAST] == 40, "its range");
	CHECK(string_is(&s, lane[SYSCOPE_LANE_RESOURCE], "/tmp"), "its name");
	lane = lane_of(&s, failed);
	CHECK(lane[SYSCOPE_LANE_CLASS] == FD_CLASS_FILE && lane[SYSCOPE_LANE_FD] == -1 && lane[SYSCOPE_LANE_EVENTS] == 1,
		"a failed one");
	CHECK(lane[SYSCOPE_LANE_THREAD] == -1 && lane[SYSCOPE_LANE_GENERATIONS] == 0, "is of the process");
	lane = lane_of(&s, none);
	CHECK(lane[SYSCOPE_LANE_THREAD] == 0 && lane[SYSCOPE_LANE_TID] == 100 && lane[SYSCOPE_LANE_FD] == -1,
		"one without is the thread's");
	CHECK(s.x.events_errors == 2 && s.x.pending == 0, "%llu errors", (unsigned long long)s.x.events_errors);
	index_close(&s.x);
}

static void check_generation(struct story *s, uint64_t event, uint32_t index, double start, double end, const char *name)
{
	double starts[8], ends[8];
	uint32_t names[8];
	uint32_t count = lane_generations(&s->x, s->x.events[event].lane, starts, ends, names, 8);

	REQUIRE(index < count, "%u generations", count);
	CHECK(starts[index] == start && ends[index] == end && string_is(s, names[index], name), "generation %u: %g to %g", index,
		starts[index], ends[index]);
}

static void generations_of_a_number(bool live)
{
	struct row_rename rename = { .class = FD_CLASS_NETWORK };
	uint64_t first, second, pipe_call, shared, late;
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	thread(&s, 0, 100);
	description(&s, FD_CLASS_FILE, "/a");
	description(&s, FD_CLASS_PIPE, "pipe:[5]");
	description(&s, FD_CLASS_FILE, "/b");
	description(&s, FD_CLASS_NETWORK, "tcp");
	fd(&s, 10, 1, 0, 3, FD_OP_OPEN, 1);
	first = enter(&s, 11, 0, 3, FD_CLASS_FILE, 1);
	leave(&s, 12, first, 0, 3, FD_CLASS_FILE, 1);
	fd(&s, 20, 1, 0, 3, FD_OP_CLOSE, 1);
	fd(&s, 30, 1, 0, 3, FD_OP_OPEN, 2);
	pipe_call = enter(&s, 31, 0, 3, FD_CLASS_PIPE, 2);
	leave(&s, 32, pipe_call, 0, 3, FD_CLASS_PIPE, 2);
	fd(&s, 40, 1, 0, 3, FD_OP_OPEN, 3); /* no close was seen */
	second = enter(&s, 41, 0, 3, FD_CLASS_FILE, 3);
	leave(&s, 42, second, 0, 3, FD_CLASS_FILE, 3);
	/* A fork: another table from then on; the parent's goes its own way. */
	fd(&s, 50, 2, 1, 3, FD_OP_INHERIT, 3);
	process(&s, 200, 2);
	thread(&s, 1, 200);
	fd(&s, 60, 1, 0, 3, FD_OP_CLOSE, 3);
	shared = enter(&s, 65, 1, 3, FD_CLASS_FILE, 3);
	leave(&s, 66, shared, 0, 3, FD_CLASS_FILE, 3);
	fd(&s, 67, 2, 1, 4, FD_OP_OPEN, 4);
	late = enter(&s, 68, 1, 4, FD_CLASS_NETWORK, 4);
	rename.description = 4;
	rename.name = check_string(s.w, "tcp 127.0.0.1:80");
	writer_append(s.w, RECORD_RENAME, &rename);
	leave(&s, 69, late, 0, 4, FD_CLASS_NETWORK, 4);
	ended(&s, 70, EXIT_SCOPE_PROCESS, 1, 1);
	told(&s);
	CHECK(s.x.events[first].lane == s.x.events[second].lane && s.x.events[first].lane != s.x.events[pipe_call].lane,
		"by class");
	CHECK(lane_of(&s, first)[SYSCOPE_LANE_GENERATIONS] == 2, "two files");
	check_generation(&s, first, 0, 10, 20, "/a");
	check_generation(&s, first, 1, 40, 60, "/b");
	check_generation(&s, pipe_call, 0, 30, 40, "pipe:[5]");
	CHECK(s.x.events[shared].lane != s.x.events[second].lane, "another process, another lane");
	check_generation(&s, shared, 0, 50, 70, "/b");
	check_generation(&s, late, 0, 67, 70, "tcp 127.0.0.1:80");
	CHECK(string_is(&s, lane_of(&s, first)[SYSCOPE_LANE_RESOURCE], "/b"), "the newest names it");
	index_close(&s.x);
}

static void a_process_that_unshares(bool live)
{
	uint64_t before, after;
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	process(&s, 101, 1);
	thread(&s, 0, 100);
	thread(&s, 1, 101);
	description(&s, FD_CLASS_FILE, "/a");
	description(&s, FD_CLASS_FILE, "/b");
	fd(&s, 10, 1, 0, 3, FD_OP_OPEN, 1);
	before = enter(&s, 11, 1, 3, FD_CLASS_FILE, 1);
	leave(&s, 12, before, 0, 3, FD_CLASS_FILE, 1);
	fd(&s, 20, 2, 1, 3, FD_OP_INHERIT, 1);
	fd(&s, 30, 1, 0, 3, FD_OP_OPEN, 2);
	after = enter(&s, 31, 1, 3, FD_CLASS_FILE, 1);
	leave(&s, 32, after, 0, 3, FD_CLASS_FILE, 1);
	told(&s);
	check_generation(&s, before, 0, 10, 20, "/a");
	check_generation(&s, before, 1, 20, INFINITY, "/a");
	CHECK(lane_of(&s, before)[SYSCOPE_LANE_GENERATIONS] == 2, "what the other process opened later is not its");
	index_close(&s.x);
}

static void calls_without_an_end(bool live)
{
	uint64_t killed, superseded, next, last, pending;
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	process(&s, 200, 2);
	for (uint32_t i = 0; i < 3; i++)
		thread(&s, 0, 100 + (int32_t)i);
	thread(&s, 1, 200);
	killed = enter(&s, 10, 0, 0, FD_CLASS_PIPE, 0);
	superseded = enter(&s, 20, 1, 0, FD_CLASS_PIPE, 0);
	next = enter(&s, 30, 1, 0, FD_CLASS_PIPE, 0);
	last = enter(&s, 40, 2, 0, FD_CLASS_PIPE, 0);
	pending = enter(&s, 50, 3, 0, FD_CLASS_TERMINAL, 0);
	ended(&s, 60, EXIT_SCOPE_THREAD, 0, 0);
	ended(&s, 70, EXIT_SCOPE_PROCESS, 0, 1);
	told(&s);
	check_event(&s, killed, 10, 60);
	check_event(&s, superseded, 20, 30);
	check_event(&s, next, 30, 70);
	check_event(&s, last, 40, 70);
	check_event(&s, pending, 50, TIME_OPEN);
	CHECK(s.x.pending == 1, "%u pending", s.x.pending);
	CHECK(!(s.x.events[killed].flags & EVENT_EXITED), "it has no result");
	CHECK(s.x.threads[3].open_event == pending && s.x.threads[2].open_event == NONE32 && s.x.threads[2].ended, "threads");
	CHECK(s.x.duration == 70, "duration %llu", (unsigned long long)s.x.duration);
	index_close(&s.x);
}

static void results(bool live)
{
	struct row_exit restarted = { .ret = -512, .flags = EXIT_FLAG_RESTART, .fd = 3, .class = FD_CLASS_FILE };
	struct row_exit dead = { .ret = -4, .flags = EXIT_FLAG_KILLED, .fd = 3, .class = FD_CLASS_FILE };
	uint64_t large;
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	thread(&s, 0, 100);
	restarted.event = enter(&s, 10, 0, 3, FD_CLASS_FILE, 0);
	restarted.time = at(&s, 20);
	writer_append(s.w, RECORD_EXIT, &restarted);
	look(&s);
	large = enter(&s, 30, 0, 3, FD_CLASS_FILE, 0);
	leave(&s, 40, large, -4096, 3, FD_CLASS_FILE, 0); /* an address, no errno */
	leave(&s, 45, large, -1, 3, FD_CLASS_FILE, 0);    /* a second exit of the same call says nothing */
	dead.event = enter(&s, 50, 0, 3, FD_CLASS_FILE, 0);
	dead.time = at(&s, 60);
	writer_append(s.w, RECORD_EXIT, &dead);
	look(&s);
	told(&s);
	CHECK(s.x.events_errors == 0, "%llu errors", (unsigned long long)s.x.events_errors);
	check_event(&s, large, 30, 40);
	index_close(&s.x);
}

/* Neighbours along a lane, with calls that overlap and so lie in several rows, and those of the loader between. */
static void neighbours_and_pages(bool live)
{
	uint64_t ids[12], total;
	double page[16];
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	for (uint32_t i = 0; i < 12; i++)
		thread(&s, 0, 100 + (int32_t)i);
	for (uint32_t i = 0; i < 12; i++) {
		struct row_enter row = { .time = at(&s, 10 + i),
			.resumed = at(&s, 10 + i),
			.thread = i,
			.fd = 3,
			.class = i % 4 == 3 ? FD_CLASS_PIPE : FD_CLASS_FILE,
			.origin = i % 4 == 2 ? ORIGIN_LOADER : ORIGIN_PROGRAM };

		ids[i] = (uint64_t)writer_append(s.w, RECORD_ENTER, &row);
		look(&s);
	}
	for (uint32_t i = 0; i < 12; i++)
		leave(&s, 100 - i, ids[i], 0, 3, i % 4 == 3 ? FD_CLASS_PIPE : FD_CLASS_FILE, 0);
	told(&s);
	CHECK(lane_neighbour(&s.x, 0, -1) == NONE32 && lane_neighbour(&s.x, 0, 1) == 1, "begin");
	CHECK(lane_neighbour(&s.x, 1, 1) == 4 && lane_neighbour(&s.x, 4, -1) == 1, "the loader's are left out");
	CHECK(lane_neighbour(&s.x, 2, 1) == 4 && lane_neighbour(&s.x, 2, -1) == 1, "from one of them all count");
	CHECK(lane_neighbour(&s.x, 3, 1) == 7 && lane_neighbour(&s.x, 11, 1) == NONE32, "on its lane only");
	CHECK(lane_neighbour(&s.x, 9, 1) == NONE32 && lane_neighbour(&s.x, 9, -1) == 8, "end");
	total = page_total(&s.x, 0, true);
	CHECK(total == 12, "total %llu", (unsigned long long)total);
	CHECK(page_total(&s.x, 0, false) == 9 && page_total(&s.x, 1u << FD_CLASS_PIPE, false) == 6, "filtered totals");
	CHECK(page_events(&s.x, 2, 3, 1u << FD_CLASS_PIPE, false, page) == 3 && page[0] == 4 && page[1] == 5 && page[2] == 8,
		"a page");
	CHECK(page_events(&s.x, 5, 3, 1u << FD_CLASS_PIPE, false, page) == 1 && page[0] == 9, "the last page");
	CHECK(page_events(&s.x, 6, 3, 1u << FD_CLASS_PIPE, false, page) == 0, "beyond");
	index_close(&s.x);
}

int main(void)
{
	for (int live = 0; live < 2; live++) {
		open_belongs_to_what_it_made(live);
		generations_of_a_number(live);
		a_process_that_unshares(live);
		calls_without_an_end(live);
		results(live);
		neighbours_and_pages(live);
	}
	return check_result("store_lanes");
}
