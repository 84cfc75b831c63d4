/*
 * What is written is what is read: rows of every kind, strings, heap items; which files a trace replaces.
 * What must not live here: full disks (store_full_test.c), reading while writing (store_live_test.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "store/crc32c.h"
#include "store/reader.h"
#include "store_check.h"

#define ROWS_PER_KIND 3000
#define ROW_MAX_BYTES 256

static uint64_t cell_of(const uint8_t *row, const struct schema_column *column)
{
	uint64_t value = 0;

	memcpy(&value, row + column->row_offset, column->width);
	if (column->is_signed && column->width < 8 && value >> (column->width * 8 - 1))
		value |= UINT64_MAX << (column->width * 8);
	return value;
}

/* The row that kind and number say, the same whenever it is asked for. */
static void make_row(enum record_kind kind, uint64_t number, uint8_t *row)
{
	uint64_t state = (kind * 1000003ull + number + 1) * 0x9e3779b97f4a7c15ull;

	for (size_t i = 0; i < ROW_MAX_BYTES; i++)
		row[i] = (uint8_t)random_next(&state);
}

static bool starts_with_row_zero(enum record_kind kind)
{
	return kind == RECORD_DESCRIPTION || kind == RECORD_FRAME || kind == RECORD_STACK || kind == RECORD_SOURCE;
}

static void write_all(struct trace_writer *w)
{
	uint8_t row[ROW_MAX_BYTES];

	/* Turn by turn, so that segments of all kinds lie between each other. */
	for (uint64_t number = 0; number < ROWS_PER_KIND; number++)
		for (int kind = RECORD_META; kind < RECORD_KIND_LIMIT; kind++) {
			int64_t id;

			make_row(kind, number, row);
			id = writer_append(w, kind, row);
			CHECK(id == (int64_t)number + starts_with_row_zero(kind), "%s row %llu is %lld", schema_kinds[kind].name,
				(unsigned long long)number, (long long)id);
		}
}

static void check_kind(struct reader *r, enum record_kind kind)
{
	const struct schema_kind *schema = &schema_kinds[kind];
	uint64_t first = starts_with_row_zero(kind), cells[READER_MAX_COLUMNS];
	uint8_t row[ROW_MAX_BYTES];

	CHECK(reader_rows(r, kind) == ROWS_PER_KIND + first, "%s has %llu rows", schema->name,
		(unsigned long long)reader_rows(r, kind));
	for (uint64_t number = 0; number < ROWS_PER_KIND; number++) {
		make_row(kind, number, row);
		REQUIRE(!reader_row(r, kind, number + first, cells), "%s row %llu is not there", schema->name,
			(unsigned long long)number);
		for (uint32_t i = 0; i < schema->column_count; i++)
			CHECK(cells[i] == cell_of(row, &schema->columns[i]), "%s row %llu column %s is %llx", schema->name,
				(unsigned long long)number, schema->columns[i].name, (unsigned long long)cells[i]);
	}
	CHECK(reader_row(r, kind, ROWS_PER_KIND + first, cells) == -ENOENT, "%s: a row too many", schema->name);
}

static void check_reader(const char *path, enum trace_state state)
{
	static char message[300];
	struct reader r;

	REQUIRE(!reader_open(&r, path, message, sizeof(message)), "%s", message);
	CHECK(r.state == state, "state %d", r.state);
	CHECK(reader_is_live(&r) == (state == TRACE_STATE_RECORDING), "live");
	for (int kind = RECORD_META; kind < RECORD_KIND_LIMIT; kind++)
		check_kind(&r, kind);
	CHECK(r.problem_count == 0, "%s", r.problems[0]);
	reader_close(&r);
}

static void check_rows(void)
{
	struct trace_writer *w = check_new_trace("rows.syscope", NULL);
	struct stat st;

	write_all(w);
	check_reader("rows.syscope", TRACE_STATE_RECORDING);
	CHECK(writer_close(w) == 0, "close");
	check_reader("rows.syscope", TRACE_STATE_COMPLETE);
	REQUIRE(!stat("rows.syscope", &st), "stat");
	CHECK((st.st_mode & 0777) == 0600, "mode %o", st.st_mode);
}

static void check_small_trace_is_small(void)
{
	struct trace_writer *w = check_new_trace("small.syscope", NULL);
	struct row_enter enter = { .nr = 1 };
	struct row_exit exit = { .ret = 2 };
	struct stat st;

	CHECK(writer_append(w, RECORD_ENTER, &enter) == 0, "enter");
	CHECK(writer_append(w, RECORD_EXIT, &exit) == 0, "exit");
	CHECK(writer_close(w) == 0, "close");
	REQUIRE(!stat("small.syscope", &st), "stat");
	CHECK(st.st_size < 128 * 1024, "%lld bytes", (long long)st.st_size);
}

/* Heap items of all lengths, some longer than a segment, come back whole, and strings once each. */
static void check_heap_and_strings(void)
{
	enum { ITEMS = 400, STRINGS = 20000 };
	static const size_t lengths[] = { 1, 7, 63, 4096, 5000, 70000, 1 << 20, 3 << 20 };
	struct trace_writer *w = check_new_trace("heap.syscope", NULL);
	static int64_t positions[ITEMS];
	static uint32_t ids[STRINGS];
	static uint8_t bytes[3 << 20];
	static char message[300];
	struct reader r;
	char text[32];

	for (int i = 0; i < ITEMS; i++) {
		memset(bytes, i, lengths[i % 8 < 6 || i < 16 ? i % 8 : 2]);
		positions[i] = writer_heap(w, bytes, lengths[i % 8 < 6 || i < 16 ? i % 8 : 2]);
		CHECK(positions[i] >= 0, "item %d: %lld", i, (long long)positions[i]);
	}
	CHECK(writer_heap(w, bytes, (size_t)17 << 20) == -E2BIG, "an item that is too long");
	CHECK(writer_string(w, "", 0) == 0, "the empty string is 0");
	for (int i = 0; i < STRINGS; i++) {
		snprintf(text, sizeof(text), "string %d", i);
		ids[i] = check_string(w, text);
		CHECK(ids[i] == (uint32_t)i + 1, "string %d is %u", i, ids[i]);
		CHECK(check_string(w, text) == ids[i], "string %d a second time", i);
	}
	CHECK(writer_rows(w, RECORD_STRING) == STRINGS + 1, "rows");
	REQUIRE(!reader_open(&r, "heap.syscope", message, sizeof(message)), "%s", message);
	for (int i = 0; i < ITEMS; i++) {
		size_t length = lengths[i % 8 < 6 || i < 16 ? i % 8 : 2];
		const uint8_t *found = reader_heap(&r, (uint64_t)positions[i], length);

		REQUIRE(found, "item %d is not there", i);
		CHECK(found[0] == (uint8_t)i && found[length - 1] == (uint8_t)i, "item %d", i);
	}
	for (int i = 0; i < STRINGS; i++) {
		uint32_t length;
		const char *found = reader_string(&r, ids[i], &length);

		snprintf(text, sizeof(text), "string %d", i);
		REQUIRE(found && length == strlen(text) && !memcmp(found, text, length), "string %d", i);
	}
	reader_close(&r);
	CHECK(writer_close(w) == 0, "close");
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	REQUIRE(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s", path);
	close(fd);
}

static int try_open(const char *path)
{
	struct trace_writer *w;
	int err = writer_open(path, NULL, &w);

	return err ? err : writer_close(w);
}

static void check_what_is_replaced(void)
{
	char text[16] = "";
	struct stat before, after;
	int fd;

	unlink("target");
	unlink("link");
	write_file("target", "precious");
	CHECK(try_open("target") == -EEXIST, "a file that is no trace is left alone");
	REQUIRE(!symlink("target", "link"), "symlink");
	CHECK(try_open("link") == -ELOOP, "a symlink is not followed");
	unlink("target");
	CHECK(try_open("link") == -ELOOP, "nor a dangling one");
	CHECK(access("target", F_OK) != 0, "nothing was created through it");
	CHECK(try_open(".") == -EISDIR, "a directory");
	CHECK(try_open("no/such/folder") == -ENOENT, "no folder");
	write_file("target", "");
	CHECK(try_open("target") == 0, "an empty file is replaced");
	REQUIRE((fd = open("target", O_RDONLY)) >= 0 && !fstat(fd, &before), "open");
	CHECK(try_open("target") == 0, "a trace is replaced");
	CHECK(!fstat(fd, &after) && after.st_size == before.st_size && pread(fd, text, 8, 0) == 8 && !memcmp(text, FILE_MAGIC, 8),
		"who has the old one open keeps it");
	CHECK(!stat("target", &after) && (after.st_ino != before.st_ino || after.st_dev != before.st_dev),
		"the new one is another file");
	close(fd);
	unlink("fifo");
	REQUIRE(!mkfifo("fifo", 0600), "mkfifo");
	CHECK(try_open("fifo") == -EEXIST, "a pipe is left alone");
}

static void check_crc(void)
{
	static uint8_t bytes[1000];
	uint64_t state = 5;

	/* RFC 3720 B.4: 32 bytes of zeros; and the usual check value of "123456789". */
	CHECK(crc32c(0, bytes, 32) == 0x8a9136aau, "zeros: %x", crc32c(0, bytes, 32));
	CHECK(crc32c(0, "123456789", 9) == 0xe3069283u, "digits");
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)random_next(&state);
	for (size_t length = 0; length < 100; length++)
		CHECK(crc32c(7, bytes + length, length) == crc32c_portable(7, bytes + length, length), "length %zu", length);
	CHECK(crc32c(crc32c(0, bytes, 500), bytes + 500, 500) == crc32c(0, bytes, 1000), "in two parts");
}

static int enter_segments;

static void count_enter_segment(void *context)
{
	struct trace_writer *w = context;
	struct row_open_call row = { .event = writer_rows(w, RECORD_ENTER) };

	enter_segments++;
	CHECK(writer_append(w, RECORD_OPEN_CALL, &row) >= 0, "open_call");
}

static void check_enter_callback(void)
{
	struct trace_writer *w = check_new_trace("callback.syscope", NULL);
	struct row_enter enter = { .nr = 1 };

	writer_on_enter_segment(w, count_enter_segment, w);
	for (int i = 0; i < 2000; i++)
		writer_append(w, RECORD_ENTER, &enter);
	CHECK(enter_segments >= 3 && writer_rows(w, RECORD_OPEN_CALL) == (uint64_t)enter_segments, "%d times", enter_segments);
	CHECK(writer_close(w) == 0, "close");
}

int main(void)
{
	check_crc();
	check_rows();
	check_small_trace_is_small();
	check_heap_and_strings();
	check_what_is_replaced();
	check_enter_callback();
	return check_result("store_writer");
}
