/*
 * Which call belongs to which lane, when it began and ended, what its descriptor referred to, pages and neighbours: on small
 * traces, told twice: once whole, once row by row as a reader of a recording sees them.
 * What must not live here: boxes (store_boxes_test.c).
 */
#include <math.h>

#include "include/syscope.h"
#include "store/index.h"
#include "store/lane_info.h"
#include "store_check.h"

struct story {
	struct trace_writer *w;
	struct index x;
	bool live; /* the index is refreshed after each row */
	enum syscope_group group;
};

static void look(struct story *s)
{
	if (s->live)
		REQUIRE(!index_refresh(&s->x), "refresh");
}

static void begin_grouped(struct story *s, bool live, enum syscope_group group)
{
	static char message[300];

	*s = (struct story){ .w = check_new_trace("lanes.syscope", NULL), .live = live, .group = group };
	if (live)
		REQUIRE(!index_open(&s->x, "lanes.syscope", s->group, message, sizeof(message)), "%s", message);
}

static void begin(struct story *s, bool live)
{
	begin_grouped(s, live, SYSCOPE_GROUP_FD);
}

/* Everything is written: what is known must be the same on both ways. */
static void told(struct story *s)
{
	static char message[300];

	REQUIRE(!writer_close(s->w), "close");
	if (s->live)
		REQUIRE(!index_refresh(&s->x), "refresh");
	else
		REQUIRE(!index_open(&s->x, "lanes.syscope", s->group, message, sizeof(message)), "%s", message);
	CHECK(s->x.reader.problem_count == 0, "%s", s->x.reader.problems[0]);
}

static uint64_t at(const struct story *s, uint64_t time)
{
	return writer_base_time(s->w) + time;
}

static void process(struct story *s, int32_t pid, uint32_t files)
{
	struct row_process row = { .pid = pid, .files = files, .name = check_string(s->w, "program") };

	writer_append(s->w, RECORD_PROCESS, &row);
	look(s);
}

static void thread(struct story *s, uint32_t in, int32_t tid)
{
	struct row_thread row = { .process = in, .tid = tid };

	writer_append(s->w, RECORD_THREAD, &row);
	look(s);
}

static uint64_t description(struct story *s, uint8_t class, const char *name)
{
	struct row_description row = { .class = class, .name = check_string(s->w, name) };
	uint64_t id = (uint64_t)writer_append(s->w, RECORD_DESCRIPTION, &row);

	look(s);
	return id;
}

static void fd(struct story *s, uint64_t time, uint32_t files, uint32_t in, int32_t number, uint8_t op, uint64_t to)
{
	struct row_fd row = { .time = at(s, time), .files = files, .process = in, .fd = number, .op = op, .description = to };

	writer_append(s->w, RECORD_FD, &row);
	look(s);
}

static uint64_t enter(struct story *s, uint64_t time, uint32_t by, int32_t number, uint8_t class, uint64_t to)
{
	struct row_enter row = { .seq = writer_sequence(s->w),
		.time = at(s, time) - 5,
		.resumed = at(s, time),
		.thread = by,
		.nr = 1,
		.fd = number,
		.class = class,
		.description = to };
	uint64_t id = (uint64_t)writer_append(s->w, RECORD_ENTER, &row);

	look(s);
	return id;
}

static void leave(struct story *s, uint64_t time, uint64_t event, int64_t ret, int32_t number, uint8_t class, uint64_t to)
{
	struct row_exit row = { .seq = writer_sequence(s->w),
		.event = event,
		.time = at(s, time),
		.ret = ret,
		.fd = number,
		.class = class,
		.description = to };

	writer_append(s->w, RECORD_EXIT, &row);
	look(s);
}

static void ended(struct story *s, uint64_t time, uint8_t scope, uint32_t in, uint32_t by)
{
	struct row_exited row = { .time = at(s, time), .scope = scope, .process = in, .thread = by };

	writer_append(s->w, RECORD_EXITED, &row);
	look(s);
}

static bool string_is(struct story *s, double id, const char *text)
{
	uint32_t length;
	const char *bytes = reader_string(&s->x.reader, (uint64_t)id, &length);

	return length == strlen(text) && (!length || !memcmp(bytes, text, length));
}

/* The lane of an event, as numbers. */
static const double *lane_of(struct story *s, uint64_t event)
{
	static double numbers[SYSCOPE_LANE_COLUMNS];

	REQUIRE(s->x.events[event].lane != NONE32, "event %llu has no lane", (unsigned long long)event);
	lane_info_fill(&s->x, s->x.events[event].lane, numbers);
	return numbers;
}

static void check_event(struct story *s, uint64_t event, uint64_t start, uint64_t end)
{
	const struct event *e = &s->x.events[event];

	CHECK(e->start == start && e->end == end, "event %llu: %llu to %llu", (unsigned long long)event,
		(unsigned long long)e->start, (unsigned long long)e->end);
}

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

static void what_a_number_was(bool live)
{
	uint64_t calls[4];
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	thread(&s, 0, 100);
	description(&s, FD_CLASS_FILE, "/a");
	description(&s, FD_CLASS_PIPE, "pipe:[5]");
	calls[0] = enter(&s, 10, 0, 9, FD_CLASS_FILE, 0);
	fd(&s, 20, 1, 0, 3, FD_OP_OPEN, 1);
	calls[1] = enter(&s, 30, 0, 9, FD_CLASS_FILE, 0);
	fd(&s, 40, 1, 0, 3, FD_OP_CLOSE, 1);
	calls[2] = enter(&s, 50, 0, 9, FD_CLASS_FILE, 0);
	fd(&s, 60, 1, 0, 3, FD_OP_OPEN, 2);
	calls[3] = enter(&s, 70, 0, 9, FD_CLASS_FILE, 0);
	told(&s);
	for (uint32_t i = 0; i < 4; i++) {
		static const uint32_t was[4] = { 0, 1, 0, 2 };
		uint32_t is = index_description_at(&s.x, (uint32_t)calls[i], 3);

		CHECK(is == was[i], "call %u: %u", i, is);
	}
	CHECK(index_description_at(&s.x, (uint32_t)calls[1], 4) == 0 && index_description_at(&s.x, (uint32_t)calls[1], -1) == 0,
		"numbers that were never used");
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

/* Two processes with a file, a socket and a pipe between them; calls 0-3 of the first, 4-7 of the second. */
static void tell_two(struct story *s, uint64_t calls[8])
{
	static const struct {
		uint32_t thread;
		int32_t fd;
		uint8_t class;
		uint64_t description;
	} told_calls[8] = { { 0, 3, FD_CLASS_FILE, 1 }, { 0, 4, FD_CLASS_NETWORK, 2 }, { 1, 5, FD_CLASS_PIPE, 3 },
		{ 0, -1, FD_CLASS_FILE, 0 }, { 2, 7, FD_CLASS_FILE, 5 }, { 2, 4, FD_CLASS_NETWORK, 2 },
		{ 2, 6, FD_CLASS_PIPE, 4 }, { 2, -1, FD_CLASS_NONE, 0 } };
	struct row_rename rename = { .description = 2, .class = FD_CLASS_NETWORK };

	process(s, 100, 1);
	process(s, 200, 2);
	thread(s, 0, 100);
	thread(s, 0, 101);
	thread(s, 1, 200);
	description(s, FD_CLASS_FILE, "/a");
	description(s, FD_CLASS_NETWORK, "TCP");
	description(s, FD_CLASS_PIPE, "pipe:[5]");
	description(s, FD_CLASS_PIPE, "pipe:[5]");
	description(s, FD_CLASS_FILE, "/a");
	for (uint64_t i = 0; i < 8; i++) {
		calls[i] = enter(
			s, 10 + 10 * i, told_calls[i].thread, told_calls[i].fd, told_calls[i].class, told_calls[i].description);
		leave(s, 15 + 10 * i, calls[i], 0, told_calls[i].fd, told_calls[i].class, told_calls[i].description);
		if (i == 3) {
			rename.time = at(s, 49);
			rename.name = check_string(s->w, "10.0.0.1:80");
			writer_append(s->w, RECORD_RENAME, &rename);
			look(s);
		}
	}
	told(s);
}

static bool together(const struct story *s, uint64_t a, uint64_t b)
{
	return s->x.events[a].lane == s->x.events[b].lane;
}

/* A call that was held begins when it was let go, for its row as well: the call between has the first row to itself. */
static void a_call_that_was_held(bool live)
{
	struct row_let_go row;
	uint64_t held, between;
	struct story s;

	begin(&s, live);
	process(&s, 100, 1);
	thread(&s, 0, 100);
	thread(&s, 0, 101);
	description(&s, FD_CLASS_FILE, "/a");
	held = enter(&s, 10, 0, 3, FD_CLASS_FILE, 1);
	between = enter(&s, 20, 1, 3, FD_CLASS_FILE, 1);
	leave(&s, 30, between, 0, 3, FD_CLASS_FILE, 1);
	row = (struct row_let_go){ .seq = writer_sequence(s.w), .time = at(&s, 500), .event = held };
	writer_append(s.w, RECORD_LET_GO, &row);
	look(&s);
	leave(&s, 510, held, 0, 3, FD_CLASS_FILE, 1);
	row = (struct row_let_go){ .seq = writer_sequence(s.w), .time = at(&s, 900), .event = between };
	writer_append(s.w, RECORD_LET_GO, &row);
	look(&s);
	told(&s);
	check_event(&s, held, 500, 510);
	check_event(&s, between, 20, 30); /* after its end: a damaged row */
	CHECK(!lane_settle(&s.x, s.x.events[held].lane), "settle");
	CHECK(s.x.lanes[s.x.events[held].lane].rows[0].count == 2, "they don't overlap");
	CHECK(lane_of(&s, held)[SYSCOPE_LANE_BUSY] == 20, "busy");
	index_close(&s.x);
}

static void lanes_by_thread(bool live)
{
	uint64_t calls[8];
	const double *lane;
	struct story s;

	begin_grouped(&s, live, SYSCOPE_GROUP_THREAD);
	tell_two(&s, calls);
	CHECK(together(&s, calls[0], calls[3]), "a thread's calls on files are one lane, by path or not");
	CHECK(!together(&s, calls[0], calls[1]) && !together(&s, calls[0], calls[4]), "another class or thread is another");
	lane = lane_of(&s, calls[2]);
	CHECK(lane[SYSCOPE_LANE_TID] == 101 && lane[SYSCOPE_LANE_PID] == 100 && lane[SYSCOPE_LANE_FD] == -1, "whose it is");
	CHECK(lane[SYSCOPE_LANE_RESOURCE] == 0 && lane[SYSCOPE_LANE_GENERATIONS] == 0, "it is of no descriptor");
	index_close(&s.x);
}

static void lanes_by_resource(bool live)
{
	uint64_t calls[8];
	const double *lane;
	struct story s;

	begin_grouped(&s, live, SYSCOPE_GROUP_RESOURCE);
	tell_two(&s, calls);
	CHECK(together(&s, calls[0], calls[4]), "a file opened in two processes");
	CHECK(together(&s, calls[2], calls[6]), "both ends of a pipe");
	CHECK(together(&s, calls[1], calls[5]), "a socket, before and after it has its name");
	CHECK(!together(&s, calls[0], calls[3]) && !together(&s, calls[0], calls[1]), "by path, and another class, are others");
	lane = lane_of(&s, calls[0]);
	CHECK(lane[SYSCOPE_LANE_PROCESS] == -1 && lane[SYSCOPE_LANE_FD] == -1 && lane[SYSCOPE_LANE_THREAD] == -1,
		"of no process");
	CHECK(string_is(&s, lane[SYSCOPE_LANE_RESOURCE], "/a") && lane[SYSCOPE_LANE_EVENTS] == 2, "its name");
	CHECK(string_is(&s, lane_of(&s, calls[1])[SYSCOPE_LANE_RESOURCE], "10.0.0.1:80"), "the socket's last name");
	lane = lane_of(&s, calls[3]);
	CHECK(lane[SYSCOPE_LANE_PID] == 100 && lane[SYSCOPE_LANE_RESOURCE] == 0, "by path is the process's");
	CHECK(lane_of(&s, calls[7])[SYSCOPE_LANE_TID] == 200, "no descriptor: the thread's");
	index_close(&s.x);
}

int main(void)
{
	for (int live = 0; live < 2; live++) {
		open_belongs_to_what_it_made(live);
		generations_of_a_number(live);
		what_a_number_was(live);
		a_process_that_unshares(live);
		calls_without_an_end(live);
		results(live);
		neighbours_and_pages(live);
		a_call_that_was_held(live);
		lanes_by_thread(live);
		lanes_by_resource(live);
	}
	return check_result("store_lanes");
}
