/*
 * The questions, and a trace to ask about.
 * What must not live here: how a trace gets damaged.
 */
#include "store_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "include/syscope.h"
#include "store_check.h"

#define PIXELS 50
#define PAGE   64

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

void ask_write_trace(const char *path, uint32_t calls, bool complete)
{
	struct trace_writer *w = check_new_trace(path, NULL);
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
	for (uint64_t i = 0; i < calls; i++) {
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
	static uint32_t count[ROOM], errors[ROOM], nr[ROOM], arch[ROOM], names[16];
	static uint8_t row[ROOM], flags[ROOM];

	REQUIRE(syscope_box_capacity(PIXELS) <= ROOM, "room");
	for (uint32_t i = 0; syscope_lanes(trace, i, 1, lane) == 1; i++) {
		CHECK(syscope_generations(trace, i, start, end, names, 16) >= 0, "generations");
		CHECK(syscope_boxes(trace, i, 0, duration + 1, PIXELS, 1, x0, x1, count, errors, event, nr, arch, row, flags) >=
				0,
			"boxes");
		CHECK(syscope_boxes(trace, i, 5, 60, PIXELS, 0, x0, x1, count, errors, event, nr, arch, row, flags) >= 0,
			"boxes");
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

/* As the views do: everybody and everything, then the calls of one of them only. */
static void ask_about_views(int32_t trace)
{
	static double ids[PAGE], people[PAGE * SYSCOPE_PROCESS_COLUMNS], rows[PAGE * SYSCOPE_DESCRIPTOR_COLUMNS];
	static double sums[32 * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS];
	double terms[2 * SYSCOPE_TERM_OF_COLUMNS] = { SYSCOPE_TERM_FAMILY, 0, 0, 0, 0, SYSCOPE_TERM_BLIND, -1, 0, 0, 1 };
	int32_t filled = 0;

	for (double parent = -1; parent < PAGE && syscope_process_child_count(trace, parent) >= 0; parent++) {
		filled = syscope_process_children(trace, parent, 0, PAGE, ids);
		CHECK(filled >= 0 && !syscope_processes(trace, ids, (uint32_t)filled, people), "processes");
	}
	CHECK(syscope_descriptors_by_class(trace, NULL, 0, 32, sums) > 0, "sums");
	for (uint32_t first = 0; (filled = syscope_descriptors(trace, NULL, 0, -1, first, PAGE, rows)) > 0; first += PAGE)
		;
	CHECK(filled == 0 && syscope_descriptors(trace, ids, 2, 1, 0, PAGE, rows) >= 0, "descriptors");
	CHECK(!syscope_process_filter(trace, terms, 2), "filter");
	ask_about_calls(trace, false);
	ask_about_lanes(trace, 1e9);
}

/* The same file for reports: every call that is there, and sums that add up. Returns how many calls. */
static int ask_for_reports(const char *path)
{
	static char message[512];
	static double numbers[PAGE * SYSCOPE_ROW_COLUMNS], copies[4 * PAGE * SYSCOPE_COPY_COLUMNS], sums[SYSCOPE_SUMMARY_COLUMNS];
	static uint64_t words[PAGE * SYSCOPE_WORD_COLUMNS], addresses[4 * PAGE];
	static uint8_t bytes[65536], key[65536];
	static uint32_t errors[2 * 4096];
	static const uint8_t by[] = { SYSCOPE_BY_PROCESS, SYSCOPE_BY_FD, SYSCOPE_BY_SYSCALL };
	int32_t trace = syscope_rows_open(path, message, sizeof(message));
	double duration, rows, calls = 0;
	static double ties[64 * SYSCOPE_TIE_COLUMNS];
	uint32_t used[4];
	int seen = 0;

	REQUIRE(trace > 0, "%s", message);
	CHECK(!syscope_rows_begin(trace), "begin");
	do {
		CHECK(!syscope_rows_next(
			      trace, PAGE, numbers, words, copies, addresses, 4 * PAGE, bytes, sizeof(bytes), ties, 64, used),
			"next");
		seen += (int)used[0];
	} while (used[0]);
	rows = syscope_summary(trace, by, 3, &duration);
	CHECK(rows >= 2, "summary");
	for (uint32_t i = 0; i < rows; i++) {
		CHECK(syscope_summary_rows(trace, i, 1, sums) == 1, "row");
		calls += i < 2 ? sums[SYSCOPE_SUMMARY_CALLS] : 0;
		if (sums[SYSCOPE_SUMMARY_KEY_BYTES] <= sizeof(key) && sums[SYSCOPE_SUMMARY_ERROR_KINDS] <= 4096)
			CHECK(!syscope_summary_texts(trace, i, key, errors), "texts");
	}
	CHECK(calls <= seen, "%g calls summed up, %d seen", calls, seen);
	CHECK(!syscope_close(trace), "close");
	return seen;
}

int ask_everything(const char *path, bool must_be_right)
{
	static char message[512], text[256];
	static double info[SYSCOPE_INFO_COUNT];
	static uint32_t turn;
	int32_t trace;
	int seen, reported;

	message[0] = '\0';
	trace = syscope_open(path, turn++ % SYSCOPE_GROUPS, message, sizeof(message));
	if (trace <= 0) {
		CHECK(strlen(message) > 10 && message[strlen(message) - 1] == '.', "message: %s", message);
		return -1;
	}
	CHECK(!syscope_refresh(trace, info), "refresh");
	seen = ask_about_calls(trace, must_be_right);
	ask_about_lanes(trace, info[SYSCOPE_INFO_DURATION]);
	ask_about_rows(trace);
	syscope_pending(trace, 100);
	if (turn & 1) /* its cost is that of all the others together */
		ask_about_views(trace);
	for (uint32_t i = 0; syscope_problem(trace, i, text, sizeof(text)) > 0; i++)
		CHECK(text[strlen(text) - 1] == '.', "problem: %s", text);
	CHECK(!syscope_close(trace), "close");
	reported = ask_for_reports(path);
	CHECK(reported == seen, "%d calls in reports, %d on the timeline", reported, seen);
	return seen;
}

uint8_t *ask_read_file(const char *path, size_t *length)
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

int ask_write_file(const char *path, const uint8_t *bytes, size_t length)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	REQUIRE(fd >= 0 && write(fd, bytes, length) == (ssize_t)length, "%s", path);
	return fd;
}
