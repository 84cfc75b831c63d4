/*
 * Lanes by thread and by resource, a call that was held, and what a number was when a call used it.
 * What must not live here: lanes by descriptor (store_lanes_test.c).
 */
#include "store_story.h"

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
		a_call_that_was_held(live);
		what_a_number_was(live);
		lanes_by_thread(live);
		lanes_by_resource(live);
	}
	return check_result("store_groups");
}
