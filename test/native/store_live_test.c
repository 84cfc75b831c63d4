/*
 * Reading while another process writes, and after it was killed: every row that was appended is there, none that was not.
 * What must not live here: damaged files (store_damage_test.c).
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/index.h"
#include "store_check.h"

#define STEPS          40
#define CALLS_PER_STEP 700
#define RACE_CALLS     150000u

static void write_call(struct trace_writer *w, uint64_t number, bool with_exit)
{
	uint64_t base = writer_base_time(w), time = base + number * 1000;
	char text[24];
	int length = snprintf(text, sizeof(text), "data %llu", (unsigned long long)number);
	struct row_enter enter = { .seq = writer_sequence(w),
		.time = time,
		.resumed = time + 10,
		.nr = 1,
		.fd = 3,
		.class = FD_CLASS_FILE,
		.arg0 = number };
	int64_t event = writer_append(w, RECORD_ENTER, &enter);
	struct row_copy_in copy = { .seq = writer_sequence(w),
		.event = (uint64_t)event,
		.arg = 1,
		.length = (uint32_t)length,
		.full = (uint64_t)length,
		.pos = (uint64_t)writer_heap(w, text, (size_t)length) };
	struct row_exit exit = { .seq = writer_sequence(w),
		.event = (uint64_t)event,
		.time = time + 500,
		.ret = (int64_t)number,
		.fd = 3,
		.class = FD_CLASS_FILE };

	writer_append(w, RECORD_COPY_IN, &copy);
	if (with_exit)
		writer_append(w, RECORD_EXIT, &exit);
}

static void write_begin(struct trace_writer *w)
{
	struct row_process process = { .pid = 100, .files = 1 };
	struct row_thread thread = { .tid = 100 };

	process.name = check_string(w, "writer");
	writer_append(w, RECORD_PROCESS, &process);
	writer_append(w, RECORD_THREAD, &thread);
}

static void tell(int fd)
{
	REQUIRE(write(fd, "x", 1) == 1, "pipe");
}

static void await(int fd)
{
	char byte;

	REQUIRE(read(fd, &byte, 1) == 1, "pipe");
}

/* The writing process: writes a step whenever it is asked to, then waits to be killed. */
static void write_steps(const char *path, int ask, int done)
{
	struct trace_writer *w = check_new_trace(path, NULL);
	uint64_t number = 0;

	write_begin(w);
	tell(done);
	for (int step = 0; step < STEPS; step++) {
		await(ask);
		for (int i = 0; i < CALLS_PER_STEP; i++, number++)
			write_call(w, number, true);
		tell(done);
	}
	await(ask);
	write_call(w, number, false);
	tell(done);
	for (;;)
		pause();
}

static void check_event(struct index *x, uint64_t id, bool exited)
{
	const struct event *event = &x->events[id];
	uint64_t cells[READER_MAX_COLUMNS];
	const uint8_t *bytes;
	char text[24];

	snprintf(text, sizeof(text), "data %llu", (unsigned long long)id);
	REQUIRE(event->flags & EVENT_PRESENT && !!(event->flags & EVENT_EXITED) == exited, "event %llu has flags %x",
		(unsigned long long)id, event->flags);
	REQUIRE(event->copy_in != NONE32, "event %llu has no copy", (unsigned long long)id);
	REQUIRE(!reader_row(&x->reader, RECORD_COPY_IN, event->copy_in, cells), "copy");
	bytes = reader_heap(&x->reader, cells[COLUMN_COPY_IN_POS], cells[COLUMN_COPY_IN_LENGTH]);
	REQUIRE(bytes && cells[COLUMN_COPY_IN_LENGTH] == strlen(text) && !memcmp(bytes, text, strlen(text)), "copy of event %llu",
		(unsigned long long)id);
	REQUIRE(!reader_row(&x->reader, RECORD_ENTER, id, cells) && cells[COLUMN_ENTER_ARG0] == id, "enter row");
	if (exited)
		REQUIRE(!reader_row(&x->reader, RECORD_EXIT, event->exit_row, cells) && cells[COLUMN_EXIT_RET] == id, "exit row");
}

static pid_t start(const char *path, void (*run)(const char *, int, int), int *ask, int *done)
{
	int to[2], from[2];
	pid_t pid;

	REQUIRE(!pipe(to) && !pipe(from), "pipe");
	fflush(stdout);
	pid = fork();
	REQUIRE(pid >= 0, "fork");
	if (!pid) {
		close(to[1]);
		close(from[0]);
		run(path, to[0], from[1]);
		_exit(check_failures ? 1 : 0);
	}
	close(to[0]);
	close(from[1]);
	*ask = to[1];
	*done = from[0];
	return pid;
}

/* Each step is seen at once and whole; a pending call too; nothing is lost by kill -9. */
static void check_steps(void)
{
	static char message[300];
	int ask, done, status;
	struct index x;
	pid_t pid;

	unlink("steps.syscope");
	pid = start("steps.syscope", write_steps, &ask, &done);
	await(done);
	REQUIRE(!index_open(&x, "steps.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	for (int step = 0; step < STEPS; step++) {
		uint64_t revision = x.revision;

		tell(ask);
		await(done);
		REQUIRE(!index_refresh(&x), "refresh");
		CHECK(x.revision == revision + 1, "revision");
		REQUIRE(x.event_count == (size_t)(step + 1) * CALLS_PER_STEP, "step %d: %zu events", step, x.event_count);
		REQUIRE(!index_refresh(&x) && x.revision == revision + 1, "a refresh without news changes nothing");
	}
	tell(ask);
	await(done);
	REQUIRE(!index_refresh(&x), "refresh");
	CHECK(reader_is_live(&x.reader) && x.pending == 1, "live with %u pending", x.pending);
	CHECK(x.threads[0].open_event == STEPS * CALLS_PER_STEP, "the pending call is known");
	kill(pid, SIGKILL);
	REQUIRE(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "killed");
	REQUIRE(!index_refresh(&x), "refresh");
	CHECK(!reader_is_live(&x.reader) && x.reader.state == TRACE_STATE_RECORDING, "interrupted");
	CHECK(x.reader.problem_count == 0, "%s", x.reader.problems[0]);
	for (uint64_t id = 0; id <= STEPS * CALLS_PER_STEP; id++)
		check_event(&x, id, id < STEPS * CALLS_PER_STEP);
	index_close(&x);
	/* And to who opens it afterwards. */
	REQUIRE(!index_open(&x, "steps.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	CHECK(!reader_is_live(&x.reader) && x.event_count == STEPS * CALLS_PER_STEP + 1 && x.reader.problem_count == 0,
		"opened again");
	for (uint64_t id = 0; id <= STEPS * CALLS_PER_STEP; id++)
		check_event(&x, id, id < STEPS * CALLS_PER_STEP);
	index_close(&x);
	close(ask);
	close(done);
}

static void write_race(const char *path, int ask, int done)
{
	struct trace_writer *w = check_new_trace(path, NULL);

	write_begin(w);
	tell(done);
	await(ask);
	for (uint64_t number = 0; number < RACE_CALLS; number++)
		write_call(w, number, true);
	REQUIRE(writer_close(w) == 0, "close");
}

/* As fast as both can: whatever a refresh sees is whole, and what it saw before stays. */
static void check_race(void)
{
	static char message[300];
	int ask, done, status, refreshes = 0;
	uint64_t seen = 0;
	struct index x;
	pid_t pid;

	unlink("race.syscope");
	pid = start("race.syscope", write_race, &ask, &done);
	await(done);
	REQUIRE(!index_open(&x, "race.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	tell(ask);
	while (x.reader.state == TRACE_STATE_RECORDING && (reader_is_live(&x.reader) || refreshes == 0)) {
		REQUIRE(!index_refresh(&x), "refresh");
		refreshes++;
		for (; seen + 1 < x.event_count; seen++) /* the last one's exit may not be there yet */
			check_event(&x, seen, true);
	}
	REQUIRE(!index_refresh(&x), "refresh");
	for (; seen < x.event_count; seen++)
		check_event(&x, seen, true);
	REQUIRE(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status), "writer");
	CHECK(x.reader.state == TRACE_STATE_COMPLETE && seen == RACE_CALLS, "%llu events after %d refreshes",
		(unsigned long long)seen, refreshes);
	CHECK(x.reader.problem_count == 0, "%s", x.reader.problems[0]);
	CHECK(x.pending == 0, "%u pending", x.pending);
	index_close(&x);
	close(ask);
	close(done);
}

/* A file that is cut off under the reader is a short read, not a signal. */
static void check_truncation(void)
{
	struct trace_writer *w = check_new_trace("cut.syscope", NULL);
	uint64_t cells[READER_MAX_COLUMNS];
	static char message[300];
	struct index x;

	write_begin(w);
	for (uint64_t number = 0; number < 20000; number++)
		write_call(w, number, true);
	REQUIRE(writer_close(w) == 0, "close");
	REQUIRE(!index_open(&x, "cut.syscope", SYSCOPE_GROUP_FD, message, sizeof(message)), "%s", message);
	REQUIRE(!truncate("cut.syscope", 5000), "truncate");
	for (uint64_t id = 0; id < 20000; id += 100)
		(void)reader_row(&x.reader, RECORD_ENTER, id, cells);
	CHECK(reader_row(&x.reader, RECORD_ENTER, 10, cells) == -ENOENT, "what was cut off is not there");
	CHECK(!index_refresh(&x), "refresh");
	CHECK(x.reader.problem_count > 0, "a problem is told");
	index_close(&x);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	check_steps();
	check_race();
	check_truncation();
	return check_result("store_live");
}
