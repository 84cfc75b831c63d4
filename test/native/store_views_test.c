/*
 * What the views show: the tree of processes, totals by process and by descriptor, and lanes of a filter's calls only; told once
 * whole, and once row by row with totals and filter there from the begin.
 * What must not live here: lanes without a filter (store_lanes_test.c).
 */
#include <linux/audit.h>
#include <math.h>

#include "store/descriptor_info.h"
#include "store/event_filter.h"
#include "store/totals.h"
#include "store/process_info.h"
#include "store_story.h"

enum { READ = 0, WRITE = 1, CLOSE = 3, SENDFILE = 40, OPENAT = 257 };

/* A call of the x86-64 table from 5 ns before `time` on, over at its end. */
static uint64_t call(
	struct story *s, uint64_t time, uint32_t by, uint32_t nr, int32_t number, uint8_t class, uint64_t to, int64_t ret)
{
	struct row_enter row = { .seq = writer_sequence(s->w),
		.time = at(s, time) - 5,
		.resumed = at(s, time) - 5,
		.thread = by,
		.nr = nr,
		.arch = AUDIT_ARCH_X86_64,
		.fd = nr == OPENAT ? -1 : number,
		.class = class,
		.description = nr == OPENAT ? 0 : to,
		.arg0 = (uint64_t)number,
		.arg1 = 3,
		.origin = nr == OPENAT && number == 9 ? ORIGIN_LOADER : ORIGIN_PROGRAM };
	uint64_t id = (uint64_t)writer_append(s->w, RECORD_ENTER, &row);

	look(s);
	leave(s, time, id, ret, number, class, to);
	return id;
}

static void child(struct story *s, uint32_t parent, int32_t pid, uint32_t files)
{
	struct row_process row = {
		.pid = pid, .parent = parent + 1, .ppid = 1, .files = files, .name = check_string(s->w, "child")
	};

	writer_append(s->w, RECORD_PROCESS, &row);
	look(s);
}

static void descriptions(struct story *s)
{
	struct row_description pipe = { .class = FD_CLASS_PIPE, .name = check_string(s->w, "pipe:[5]") };

	description(s, FD_CLASS_FILE, "/a");
	writer_append(s->w, RECORD_DESCRIPTION, &pipe);
	pipe.peer = 2;
	writer_append(s->w, RECORD_DESCRIPTION, &pipe);
	writer_append(s->w, RECORD_RENAME,
		&(struct row_rename){ .time = at(s, 1), .description = 2, .class = FD_CLASS_PIPE, .name = pipe.name, .peer = 3 });
	look(s);
}

/*
 * Processes 0 (100) and its child 1 (200), and 2 (300) of its own, which shares 0's table. 0 opens /a as 3 (twice), reads it and sends
 * it into its pipe's write end 5; 1 has the read end 4, inherited. Returns the first call.
 */
static void tell(struct story *s, uint64_t calls[12])
{
	process(s, 100, 1);
	thread(s, 0, 100);
	descriptions(s);
	calls[0] = call(s, 10, 0, OPENAT, 3, FD_CLASS_FILE, 1, 3);
	writer_append(s->w, RECORD_FD,
		&(struct row_fd){
			.time = at(s, 10), .files = 1, .fd = 3, .op = FD_OP_OPEN, .description = 1, .event = calls[0] + 1 });
	look(s);
	calls[1] = call(s, 20, 0, READ, 3, FD_CLASS_FILE, 1, 100);
	calls[2] = call(s, 30, 0, READ, 3, FD_CLASS_FILE, 1, -5);
	fd(s, 40, 1, 0, 4, FD_OP_OPEN, 2);
	fd(s, 40, 1, 0, 5, FD_OP_OPEN, 3);
	child(s, 0, 200, 2);
	thread(s, 1, 200);
	fd(s, 45, 2, 1, 4, FD_OP_INHERIT, 2);
	calls[3] = call(s, 50, 0, SENDFILE, 5, FD_CLASS_PIPE, 3, 60);
	calls[4] = call(s, 60, 1, READ, 4, FD_CLASS_PIPE, 2, 60);
	calls[5] = call(s, 70, 0, CLOSE, 4, FD_CLASS_PIPE, 2, 0);
	fd(s, 70, 1, 0, 4, FD_OP_CLOSE, 2);
	calls[6] = call(s, 80, 0, OPENAT, 9, FD_CLASS_FILE, 1, 9);
	process(s, 300, 1);
	thread(s, 2, 300);
	calls[7] = call(s, 90, 2, WRITE, 5, FD_CLASS_PIPE, 3, 7);
	calls[8] = call(s, 100, 1, WRITE, 77, FD_CLASS_OTHER, 0, -9);
	calls[9] = enter(s, 110, 0, 5, FD_CLASS_PIPE, 3);
	ended(s, 120, EXIT_SCOPE_PROCESS, 1, 1);
}

static const double *person(struct story *s, uint32_t process)
{
	static double numbers[SYSCOPE_PROCESS_COLUMNS];

	process_info_fill(&s->x, process, numbers);
	return numbers;
}

static void begin_counted(struct story *s, bool live)
{
	begin(s, live);
	if (live)
		REQUIRE(!totals_need(&s->x), "totals");
}

static void processes_and_their_totals(bool live)
{
	uint64_t calls[12];
	double ids[4];
	const double *of;
	struct story s;

	begin_counted(&s, live);
	tell(&s, calls);
	told(&s);
	REQUIRE(!totals_need(&s.x), "totals");
	CHECK(process_child_count(&s.x, NONE32) == 2 && process_children(&s.x, NONE32, 0, 4, ids) == 2 && ids[1] == 2, "roots");
	CHECK(process_children(&s.x, 0, 0, 4, ids) == 1 && ids[0] == 1 && process_children(&s.x, 0, 1, 4, ids) == 0, "a child");
	of = person(&s, 0);
	CHECK(of[SYSCOPE_PROCESS_CALLS] == 6 && of[SYSCOPE_PROCESS_ERRORS] == 1 && of[SYSCOPE_PROCESS_HELPER_CALLS] == 1,
		"%g calls, %g failed, %g helpers'", of[SYSCOPE_PROCESS_CALLS], of[SYSCOPE_PROCESS_ERRORS],
		of[SYSCOPE_PROCESS_HELPER_CALLS]);
	/* 100 read, and 60 that sendfile took from the file and put into the pipe. */
	CHECK(of[SYSCOPE_PROCESS_RECEIVED] == 160 && of[SYSCOPE_PROCESS_SENT] == 60, "%g in, %g out",
		of[SYSCOPE_PROCESS_RECEIVED], of[SYSCOPE_PROCESS_SENT]);
	CHECK(isinf(of[SYSCOPE_PROCESS_END]) && of[SYSCOPE_PROCESS_STATUS] == -1, "it runs");
	of = person(&s, 1);
	CHECK(of[SYSCOPE_PROCESS_PARENT] == 0 && of[SYSCOPE_PROCESS_PID] == 200 && of[SYSCOPE_PROCESS_END] == 120 &&
			of[SYSCOPE_PROCESS_STATUS] == 0 && of[SYSCOPE_PROCESS_ERRORS] == 1,
		"the child");
	CHECK(person(&s, 3)[SYSCOPE_PROCESS_PRESENT] == 0, "nobody");
	index_close(&s.x);
}

static const double *row_of(const double *rows, uint32_t count, double process, double number)
{
	for (uint32_t i = 0; i < count; i++, rows += SYSCOPE_DESCRIPTOR_COLUMNS)
		if (rows[SYSCOPE_DESCRIPTOR_PROCESS] == process && rows[SYSCOPE_DESCRIPTOR_FD] == number)
			return rows;
	REQUIRE(false, "no descriptor %g of process %g", number, process);
	return NULL;
}

static void check_totals(const double *row, double calls, double errors, double received, double sent)
{
	CHECK(row[SYSCOPE_DESCRIPTOR_CALLS] == calls && row[SYSCOPE_DESCRIPTOR_ERRORS] == errors &&
			row[SYSCOPE_DESCRIPTOR_RECEIVED] == received && row[SYSCOPE_DESCRIPTOR_SENT] == sent,
		"fd %g: %g calls, %g failed, %g in, %g out", row[SYSCOPE_DESCRIPTOR_FD], row[SYSCOPE_DESCRIPTOR_CALLS],
		row[SYSCOPE_DESCRIPTOR_ERRORS], row[SYSCOPE_DESCRIPTOR_RECEIVED], row[SYSCOPE_DESCRIPTOR_SENT]);
}

static void descriptors_and_their_totals(bool live)
{
	static const struct descriptor_choice all = { .class = -1 }, pipes = { .class = FD_CLASS_PIPE };
	static double rows[16 * SYSCOPE_DESCRIPTOR_COLUMNS], sums[FD_CLASS_COUNT * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS];
	const double *row;
	uint64_t calls[12];
	uint32_t count;
	struct story s;

	begin_counted(&s, live);
	tell(&s, calls);
	told(&s);
	REQUIRE(!totals_need(&s.x), "totals");
	count = descriptor_page(&s.x, &all, 0, 16, rows);
	CHECK(count == 7, "%u descriptors", count); /* of 0: 3, 4, 5, the loader's 9; of 1: 4, 77; of 2: 5 */
	row = row_of(rows, count, 0, 3);
	check_totals(row, 3, 1, 160, 0);
	CHECK(row[SYSCOPE_DESCRIPTOR_ORIGIN] == FD_OP_OPEN && row[SYSCOPE_DESCRIPTOR_EVENT] == (double)calls[0] &&
			row[SYSCOPE_DESCRIPTOR_EVENT_NR] == OPENAT && row[SYSCOPE_DESCRIPTOR_START] == 10 &&
			isinf(row[SYSCOPE_DESCRIPTOR_END]) && row[SYSCOPE_DESCRIPTOR_FIRST_EVENT] == (double)calls[0],
		"where it is from");
	check_totals(row_of(rows, count, 0, 5), 2, 0, 0, 60); /* one of them is in progress */
	row = row_of(rows, count, 0, 4);
	check_totals(row, 1, 0, 0, 0);
	CHECK(row[SYSCOPE_DESCRIPTOR_END] == 70 && row[SYSCOPE_DESCRIPTOR_HOLDERS] == 2, "closed here, held there");
	CHECK(row[SYSCOPE_DESCRIPTOR_PEER] == 3 && row[SYSCOPE_DESCRIPTOR_PEER_FD] == 5, "the other end");
	row = row_of(rows, count, 1, 4);
	check_totals(row, 1, 0, 60, 0);
	CHECK(row[SYSCOPE_DESCRIPTOR_ORIGIN] == FD_OP_INHERIT && row[SYSCOPE_DESCRIPTOR_END] == 120,
		"closed by the process's end");
	row = row_of(rows, count, 2, 5);
	check_totals(row, 1, 0, 0, 7);
	CHECK(row[SYSCOPE_DESCRIPTOR_ORIGIN] == 0 && row[SYSCOPE_DESCRIPTOR_START] == 40,
		"of a table that another process filled");
	row = row_of(rows, count, 1, 77);
	check_totals(row, 1, 1, 0, 0);
	CHECK(row[SYSCOPE_DESCRIPTOR_DESCRIPTION] == 0 && row[SYSCOPE_DESCRIPTOR_START] == -1, "a number that was not open");
	check_totals(row_of(rows, count, 0, 9), 0, 0, 0, 0);
	CHECK(row_of(rows, count, 0, 9)[SYSCOPE_DESCRIPTOR_HELPER_CALLS] == 1, "the loader's are apart");
	CHECK(descriptor_page(&s.x, &pipes, 0, 16, rows) == 4 && descriptor_page(&s.x, &pipes, 3, 16, rows) == 1,
		"pages of a class");
	descriptor_sums(&s.x, &all, sums);
	row = sums + FD_CLASS_PIPE * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS;
	CHECK(row[SYSCOPE_DESCRIPTOR_CLASS_ROWS] == 4 && row[SYSCOPE_DESCRIPTOR_CLASS_OPEN] == 2 &&
			row[SYSCOPE_DESCRIPTOR_CLASS_RECEIVED] == 60 && row[SYSCOPE_DESCRIPTOR_CLASS_SENT] == 67,
		"the sum of pipes");
	index_close(&s.x);
}

/* The calls that are left, as a word of their numbers; lanes and pages agree. */
static uint32_t left(struct story *s, const uint64_t calls[12])
{
	uint32_t bits = 0, in_lanes = 0;
	double ids[16];
	size_t count = page_events(&s->x, 0, 16, 0, true, ids);

	for (size_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < 10; j++)
			if (ids[i] == (double)calls[j])
				bits |= 1u << j;
	for (size_t i = 0; i < s->x.lane_count; i++) {
		CHECK(!lane_settle(&s->x, (uint32_t)i), "settle");
		in_lanes += s->x.lanes[i].events;
	}
	CHECK(in_lanes == count && page_total(&s->x, 0, true) == count, "%u in lanes, %zu in pages", in_lanes, count);
	return bits;
}

static void check_left(struct story *s, const uint64_t calls[12], uint32_t expected, const char *what)
{
	uint32_t bits = left(s, calls);

	CHECK(bits == expected, "%s: %x, not %x", what, bits, expected);
}

static void filtered(bool live)
{
	static const struct filter_term first = { .kind = SYSCOPE_TERM_PROCESS, .process = 0 };
	static const struct {
		struct filter_term term;
		uint32_t calls;
		const char *what;
	} cases[] = {
		{ { .kind = SYSCOPE_TERM_PROCESS, .process = 0 }, 0x26f, "a process" },
		{ { .kind = SYSCOPE_TERM_FAMILY, .process = 0 }, 0x37f, "with its descendants" },
		{ { .kind = SYSCOPE_TERM_DESCRIPTOR, .process = 0, .fd = 3, .description = 1 }, 0x007, "a descriptor" },
		{ { .kind = SYSCOPE_TERM_DESCRIPTOR, .process = 1, .fd = 77, .description = 0 }, 0x100, "one that was not open" },
		{ { .kind = SYSCOPE_TERM_DESCRIPTION, .process = NONE32, .description = 3 }, 0x288, "a description" },
		{ { .kind = SYSCOPE_TERM_BLIND, .process = NONE32, .reason = 1 }, 0x090, "blind spots" },
		{ { .kind = SYSCOPE_TERM_BLIND, .process = 2, .reason = 1 }, 0x080, "of a process" },
		{ { .kind = SYSCOPE_TERM_BLIND, .process = NONE32, .reason = 9 }, 0, "none" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t calls[12];
		struct story s;

		begin(&s, live);
		if (live)
			REQUIRE(!event_filter_set(&s.x, &cases[i].term, 1), "filter");
		tell(&s, calls);
		writer_append(s.w, RECORD_BLIND, &(struct row_blind){ .time = at(&s, 61), .thread = 1, .reason = 1 });
		look(&s);
		writer_append(s.w, RECORD_BLIND, &(struct row_blind){ .time = at(&s, 92), .thread = 2, .reason = 1 });
		told(&s);
		if (!live)
			REQUIRE(!event_filter_set(&s.x, &cases[i].term, 1), "filter");
		check_left(&s, calls, cases[i].calls, cases[i].what);
		REQUIRE(!event_filter_set(&s.x, (struct filter_term[]){ first, cases[i].term }, 2), "two");
		check_left(&s, calls, cases[i].calls | 0x26f, "either of two");
		REQUIRE(!event_filter_set(&s.x, NULL, 0), "none");
		check_left(&s, calls, 0x3ff, "every call again");
		index_close(&s.x);
	}
}

int main(void)
{
	for (int live = 0; live < 2; live++) {
		processes_and_their_totals(live);
		descriptors_and_their_totals(live);
		filtered(live);
	}
	return check_result("store_views");
}
