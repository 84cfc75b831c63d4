/*
 * No more room: our own size limit, the process's file size limit, a full file system. What was recorded stays readable, and
 * lost, warning and end rows with their texts still find room. Nothing here depends on how much a file system allocates for
 * what: only on that at some point it refuses, and on what our own limits say.
 * What must not live here: anything with room.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/reader.h"
#include "store_check.h"

/* More rows than fit whatever is tried here. */
#define TOO_MANY 3000000u

/* Appends until it is refused. Returns how many fitted. */
static uint64_t fill(struct trace_writer *w)
{
	struct row_enter row = { .nr = 7 };

	for (uint64_t i = 0; i < TOO_MANY; i++) {
		row.arg0 = i;
		if (writer_append(w, RECORD_ENTER, &row) < 0)
			return i;
	}
	return TOO_MANY;
}

/* After the failure: what is refused, what is taken. */
static void write_last_words(struct trace_writer *w, uint64_t lost)
{
	struct row_lost lost_row = { .seq = writer_sequence(w), .reason = LOST_REASON_DISK_FULL, .count = lost };
	struct row_warning warning = { .seq = writer_sequence(w), .code = WARNING_CODE_GENERAL };
	struct row_end end = { .seq = writer_sequence(w), .reason = END_REASON_DISK_FULL };
	struct row_exit exit = { .ret = 1 };
	int failed = writer_failed(w);

	CHECK(failed < 0, "recording has failed");
	CHECK(writer_append(w, RECORD_EXIT, &exit) == failed, "other rows are refused");
	CHECK(writer_heap(w, "x", 1) == failed, "heap items are refused");
	lost_row.text = check_string(w, "the disk was full");
	warning.text = check_string(w, "a warning after the failure");
	CHECK(lost_row.text && warning.text, "texts are taken");
	CHECK(writer_append(w, RECORD_LOST, &lost_row) >= 0, "lost");
	CHECK(writer_append(w, RECORD_WARNING, &warning) >= 0, "warning");
	/* However many texts and warnings there are, the end has room. */
	for (int i = 0; i < 5000; i++) {
		char text[32];

		snprintf(text, sizeof(text), "warning %d", i);
		warning.text = check_string(w, text);
		writer_append(w, RECORD_WARNING, &warning);
	}
	CHECK(writer_append(w, RECORD_END, &end) >= 0, "end");
	CHECK(writer_failed(w) == failed, "it stays failed");
}

static void check_contents(const char *path, uint64_t rows)
{
	uint64_t cells[READER_MAX_COLUMNS];
	static char message[300];
	struct reader r;
	const char *text;
	uint32_t length;

	REQUIRE(!reader_open(&r, path, message, sizeof(message)), "%s", message);
	CHECK(r.state == TRACE_STATE_COMPLETE, "state %d", r.state);
	CHECK(r.problem_count == 0, "%s", r.problems[0]);
	CHECK(reader_rows(&r, RECORD_ENTER) == rows, "%llu rows", (unsigned long long)reader_rows(&r, RECORD_ENTER));
	for (uint64_t i = 0; i < rows; i += 1 + rows / 500)
		CHECK(!reader_row(&r, RECORD_ENTER, i, cells) && cells[COLUMN_ENTER_ARG0] == i, "row %llu",
			(unsigned long long)i);
	CHECK(!reader_row(&r, RECORD_LOST, 0, cells), "lost row");
	text = reader_string(&r, cells[COLUMN_LOST_TEXT], &length);
	CHECK(text && length == 17 && !memcmp(text, "the disk was full", 17), "its text");
	CHECK(!reader_row(&r, RECORD_WARNING, 0, cells), "warning row");
	CHECK(!reader_row(&r, RECORD_END, 0, cells) && cells[COLUMN_END_REASON] == END_REASON_DISK_FULL, "end row");
	reader_close(&r);
}

static uint64_t fill_and_close(const char *path, const struct writer_options *options)
{
	struct trace_writer *w = check_new_trace(path, options);
	uint64_t rows = fill(w);

	CHECK(rows > 0 && rows < TOO_MANY, "%llu rows", (unsigned long long)rows);
	write_last_words(w, TOO_MANY - rows);
	CHECK(writer_close(w) == 0, "close");
	return rows;
}

static void check_size(const char *path, uint64_t limit)
{
	struct stat st;

	REQUIRE(!stat(path, &st), "stat");
	CHECK((uint64_t)st.st_size <= limit, "%lld bytes of %llu", (long long)st.st_size, (unsigned long long)limit);
}

static void check_size_limit(void)
{
	for (uint64_t limit = 128 << 10; limit <= 8 << 20; limit = limit * 3 / 2) {
		const struct writer_options options = { .size_limit_bytes = limit };
		uint64_t rows = fill_and_close("limit.syscope", &options);

		check_size("limit.syscope", limit);
		check_contents("limit.syscope", rows);
	}
}

static void check_too_small_limit(void)
{
	static const uint64_t limits[] = { 1, 4096, 20000, 50000 };

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct writer_options options = { .size_limit_bytes = limits[i] };
		struct trace_writer *w;
		int err;

		unlink("tiny.syscope");
		err = writer_open("tiny.syscope", &options, &w);
		CHECK(err == -EFBIG, "limit %llu: %d", (unsigned long long)limits[i], err);
		CHECK(access("tiny.syscope", F_OK) != 0, "nothing is left behind");
	}
}

/* Runs a part in a child process, whose limits and mounts are its own. The child's checks count. */
static void in_child(const char *name, void (*part)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	REQUIRE(pid >= 0, "fork");
	if (!pid) {
		part();
		fflush(stdout);
		_exit(check_failures ? 1 : 0);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid, "waitpid");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: wait status %x", name, status);
}

/* With SIGXFSZ at its default action, which would end the process: the writer must not even ask for too much. */
static void file_size_limit(void)
{
	struct rlimit limit;
	uint64_t rows;

	signal(SIGXFSZ, SIG_DFL);
	if (getrlimit(RLIMIT_FSIZE, &limit) || (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < 1 << 20)) {
		printf("store_full: skipped: the hard file size limit here is below 1 MiB\n");
		return;
	}
	limit.rlim_cur = 1 << 20;
	REQUIRE(!setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
	rows = fill_and_close("fsize.syscope", NULL);
	check_size("fsize.syscope", 1 << 20);
	check_contents("fsize.syscope", rows);
}

static void full_file_system(void)
{
	struct trace_writer *w;
	uint64_t rows;
	int err;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		(mkdir("full", 0700) && errno != EEXIST) || mount("none", "full", "tmpfs", 0, "size=1m,mode=0700")) {
		printf("store_full: skipped: a small tmpfs can't be mounted here (%s)\n", strerror(errno));
		return;
	}
	rows = fill_and_close("full/trace.syscope", NULL);
	check_contents("full/trace.syscope", rows);
	w = check_new_trace("full/second.syscope", &(struct writer_options){ .size_limit_bytes = 96 << 10 });
	writer_close(w);
	/* Full to the last page: no second trace begins, and none is left behind. */
	for (int i = 0; i < 1000; i++) {
		char path[64];

		snprintf(path, sizeof(path), "full/filler%d", i);
		if (writer_open(path, NULL, &w))
			break;
		fill(w);
		writer_close(w);
	}
	err = writer_open("full/third.syscope", NULL, &w);
	CHECK(err == -ENOSPC, "a full file system: %d", err);
	CHECK(access("full/third.syscope", F_OK) != 0, "nothing is left behind");
	umount2("full", MNT_DETACH);
}

int main(void)
{
	check_size_limit();
	check_too_small_limit();
	in_child("file size limit", file_size_limit);
	if (geteuid() == 0)
		in_child("full file system", full_file_system);
	else
		printf("store_full: skipped: only root can mount a small file system to fill it\n");
	return check_result("store_full");
}
