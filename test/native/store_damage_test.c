/*
 * A trace that is cut off at every 97th byte, and one with each 97th byte changed: it opens with an error, or with what is whole;
 * every question about it is answered; nothing crashes (which the sanitizers watch), and what is said to be there is right.
 * What must not live here: sound files.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

#include "include/syscope.h"
#include "store/format.h"
#include "store_check.h"

#define STEP   97
#define CALLS  400
#define PIXELS 50
#define PAGE   64

static const char trace_path[] = "damage.syscope", copy_path[] = "damaged.syscope";

static void write_rows_of_everything(struct trace_writer *w, uint64_t *random)
{
	uint8_t row[256];

	for (int i = 0; i < 3; i++)
		for (int kind = RECORD_META; kind < RECORD_KIND_LIMIT; kind++) {
			if (kind == RECORD_ENTER || kind == RECORD_EXIT || kind == RECORD_COPY_IN || kind == RECORD_COPY_OUT)
				continue;
			for (size_t j = 0; j < sizeof(row); j++)
				row[j] = random_below(random, 3) ? 0 : (uint8_t)random_below(random, 5);
			writer_append(w, kind, row);
		}
}

static void write_trace(bool complete)
{
	struct trace_writer *w = check_new_trace(trace_path, NULL);
	uint64_t base = writer_base_time(w), random = 42;
	struct row_meta meta = { .key = check_string(w, "program") };
	struct row_process process = { .pid = 100, .files = 1, .name = check_string(w, "victim") };
	struct row_fd fd = { .time = base, .files = 1, .fd = 3, .op = FD_OP_OPEN, .description = 1 };
	struct row_description description = { .class = FD_CLASS_FILE, .name = check_string(w, "/a/file") };

	meta.value = check_string(w, "/usr/bin/victim");
	writer_append(w, RECORD_META, &meta);
	writer_append(w, RECORD_PROCESS, &process);
	for (int i = 0; i < 6; i++)
		writer_append(w, RECORD_THREAD, &(struct row_thread){ .tid = 100 + i });
	writer_append(w, RECORD_DESCRIPTION, &description);
	writer_append(w, RECORD_FD, &fd);
	for (uint64_t i = 0; i < CALLS; i++) {
		struct row_enter enter = { .seq = writer_sequence(w),
			.time = base + i * 10,
			.resumed = base + i * 10,
			.fd = 3,
			.thread = i % 6,
			.class = FD_CLASS_FILE,
			.description = 1,
			.arg0 = i };
		uint64_t event = (uint64_t)writer_append(w, RECORD_ENTER, &enter);
		struct row_copy_in copy = {
			.event = event, .length = 16, .full = 16, .pos = (uint64_t)writer_heap(w, &enter, 16)
		};
		struct row_exit exit = { .seq = writer_sequence(w),
			.event = event,
			.time = base + i * 10 + 25,
			.ret = (int64_t)i,
			.fd = 3,
			.class = FD_CLASS_FILE,
			.description = 1 };

		writer_append(w, RECORD_COPY_IN, &copy);
		writer_append(w, RECORD_EXIT, &exit);
	}
	write_rows_of_everything(w, &random);
	if (complete)
		REQUIRE(!writer_close(w), "close");
	else
		writer_abandon(w); /* as after kill -9 */
}

/* A row's numbers as they were written, or as the filler rows have them. */
static bool call_is_right(double id, const double *numbers, const uint64_t *words)
{
	if (!numbers[SYSCOPE_CALL_PRESENT])
		return true;
	return words[SYSCOPE_WORD_ARG0] == (uint64_t)id &&
	       (numbers[SYSCOPE_CALL_EXIT_FLAGS] < 0 || words[SYSCOPE_WORD_RET] == (uint64_t)id);
}

static int ask_about_calls(int32_t trace, bool must_be_right)
{
	static double ids[PAGE], numbers[PAGE * SYSCOPE_CALL_COLUMNS], copies[4 * PAGE * SYSCOPE_COPY_COLUMNS];
	static uint64_t words[PAGE * SYSCOPE_WORD_COLUMNS], addresses[4 * PAGE];
	static uint8_t bytes[65536];
	int seen = 0, filled;
	uint32_t used[3];

	for (double first = 0; (filled = syscope_page(trace, first, PAGE, 0, 1, ids)) > 0; first += filled) {
		CHECK(!syscope_calls(trace, ids, (uint32_t)filled, numbers, words), "calls");
		for (int i = 0; i < filled && must_be_right; i++)
			CHECK(call_is_right(ids[i], numbers + i * SYSCOPE_CALL_COLUMNS, words + i * SYSCOPE_WORD_COLUMNS),
				"call %g", ids[i]);
		CHECK(!syscope_copies(trace, ids, (uint32_t)filled, copies, addresses, 4 * PAGE, bytes, sizeof(bytes), used),
			"copies");
		for (int i = 0; i < filled; i++) {
			syscope_neighbour(trace, ids[i], 1);
			syscope_neighbour(trace, ids[i], -1);
		}
		seen += filled;
	}
	CHECK(seen == syscope_page_total(trace, 0, 1), "%d of %g calls", seen, syscope_page_total(trace, 0, 1));
	return seen;
}

static void ask_about_lanes(int32_t trace, double duration)
{
	enum { ROOM = 5 * (PIXELS + 3) };
	static double lane[SYSCOPE_LANE_COLUMNS], x0[ROOM], x1[ROOM], event[ROOM], start[16], end[16];
	static uint32_t count[ROOM], errors[ROOM], nr[ROOM], names[16];
	static uint8_t row[ROOM], flags[ROOM];

	REQUIRE(syscope_box_capacity(PIXELS) <= ROOM, "room");
	for (uint32_t i = 0; syscope_lanes(trace, i, 1, lane) == 1; i++) {
		CHECK(syscope_generations(trace, i, start, end, names, 16) >= 0, "generations");
		CHECK(syscope_boxes(trace, i, 0, duration + 1, PIXELS, 1, x0, x1, count, errors, event, nr, row, flags) >= 0,
			"boxes");
		CHECK(syscope_boxes(trace, i, 5, 60, PIXELS, 0, x0, x1, count, errors, event, nr, row, flags) >= 0, "boxes");
	}
}

static void ask_about_rows(int32_t trace)
{
	static const uint8_t columns[] = { 0, 1 };
	static uint64_t cells[2 * PAGE];
	static uint8_t present[PAGE], bytes[4096];
	uint32_t ids[8], lengths[8];

	for (uint32_t kind = RECORD_STRING; kind < RECORD_KIND_LIMIT; kind++)
		for (double row = 0; row < syscope_row_count(trace, kind) && row < 10 * PAGE; row += PAGE)
			CHECK(!syscope_rows(trace, kind, row, PAGE, columns, 2, cells, present), "rows");
	for (uint32_t i = 0; i < 8; i++)
		ids[i] = i;
	CHECK(syscope_strings(trace, ids, 8, lengths, bytes, sizeof(bytes)) >= 0, "strings");
	syscope_heap(trace, 3, 50, bytes);
	syscope_heap(trace, 1e15, 4096, bytes);
}

/* Opens and asks everything. Returns how many calls there are, or -1 if it does not open (then a sentence says why). */
static int ask_everything(const char *path, bool must_be_right)
{
	static char message[512], text[256];
	static double info[SYSCOPE_INFO_COUNT];
	int32_t trace;
	int seen;

	message[0] = '\0';
	trace = syscope_open(path, message, sizeof(message));
	if (trace <= 0) {
		CHECK(strlen(message) > 10 && message[strlen(message) - 1] == '.', "message: %s", message);
		return -1;
	}
	CHECK(!syscope_refresh(trace, info), "refresh");
	seen = ask_about_calls(trace, must_be_right);
	ask_about_lanes(trace, info[SYSCOPE_INFO_DURATION]);
	ask_about_rows(trace);
	syscope_pending(trace, 100);
	for (uint32_t i = 0; syscope_problem(trace, i, text, sizeof(text)) > 0; i++)
		CHECK(text[strlen(text) - 1] == '.', "problem: %s", text);
	CHECK(!syscope_close(trace), "close");
	return seen;
}

static uint8_t *read_file(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	uint8_t *bytes;

	REQUIRE(fd >= 0 && !fstat(fd, &st), "%s", path);
	bytes = malloc((size_t)st.st_size);
	REQUIRE(bytes && read(fd, bytes, (size_t)st.st_size) == st.st_size, "read");
	close(fd);
	*length = (size_t)st.st_size;
	return bytes;
}

static int open_copy(const uint8_t *bytes, size_t length)
{
	int fd = open(copy_path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	REQUIRE(fd >= 0 && write(fd, bytes, length) == (ssize_t)length, "%s", copy_path);
	return fd;
}

static void cut(const uint8_t *bytes, size_t length, size_t step)
{
	int fd = open_copy(bytes, length), most = CALLS + 1;

	for (size_t left = length - length % step; left > 0; left -= step) {
		int seen;

		REQUIRE(!ftruncate(fd, (off_t)left), "ftruncate");
		seen = ask_everything(copy_path, true);
		CHECK(seen <= most, "%zu bytes: %d calls, with more bytes %d", left, seen, most);
		CHECK(seen >= 0 || left < FILE_HEADER_BYTES, "%zu bytes do not open", left);
		most = seen;
	}
	close(fd);
}

static void flip(const uint8_t *bytes, size_t length, uint8_t with, bool checksums, size_t step)
{
	int fd = open_copy(bytes, length);

	for (size_t at = 0; at < length; at += step) {
		uint8_t changed = bytes[at] ^ with;

		REQUIRE(pwrite(fd, &changed, 1, (off_t)at) == 1, "pwrite");
		ask_everything(copy_path, checksums);
		REQUIRE(pwrite(fd, &bytes[at], 1, (off_t)at) == 1, "pwrite");
	}
	close(fd);
	CHECK(ask_everything(copy_path, true) == CALLS + 0, "unchanged again");
}

/* Random bytes, a few at a time, with checksums made right again by nobody: mostly headers and directories. */
static void scramble(const uint8_t *bytes, size_t length)
{
	uint64_t random = 7;

	for (int round = 0; round < 150; round++) {
		int fd = open_copy(bytes, length);

		for (int i = 0; i < 30; i++) {
			uint8_t value = (uint8_t)random_next(&random);
			uint64_t page = random_below(&random, length / SEGMENT_ALIGN) * SEGMENT_ALIGN;

			REQUIRE(pwrite(fd, &value, 1, (off_t)(page + random_below(&random, 300))) == 1, "pwrite");
		}
		close(fd);
		ask_everything(copy_path, false);
	}
}

static void foreign_files(void)
{
	uint8_t zeros[8192] = { 0 };
	char text[] = "SYSCOPE\n and then something else";

	close(open_copy(zeros, 0));
	CHECK(ask_everything(copy_path, true) == -1, "an empty file");
	close(open_copy(zeros, sizeof(zeros)));
	CHECK(ask_everything(copy_path, true) == -1, "zeros");
	close(open_copy((uint8_t *)text, sizeof(text)));
	CHECK(ask_everything(copy_path, true) == -1, "a begin");
	CHECK(ask_everything("/", true) == -1 && ask_everything("/dev/null", true) == -1 &&
			ask_everything("/no/such", true) == -1,
		"no files");
}

int main(void)
{
	size_t length;
	uint8_t *bytes;

	foreign_files();
	for (int complete = 0; complete < 2; complete++) {
		write_trace(complete);
		bytes = read_file(trace_path, &length);
		CHECK(ask_everything(trace_path, true) == CALLS, "a sound file has all calls");
		/* Without a seal there is no checksum to tell that a cell was changed, and a look at fewer places will do. */
		cut(bytes, length, complete ? STEP : 5 * STEP);
		flip(bytes, length, complete ? 0xff : 0x01, complete, complete ? STEP : 5 * STEP);
		scramble(bytes, length);
		free(bytes);
	}
	return check_result("store_damage");
}
