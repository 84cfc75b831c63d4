/*
 * A trace that is cut off at every 97th byte, and one with each 97th byte changed: it opens with an error, or with what is whole;
 * every question about it is answered; nothing crashes (which the sanitizers watch), and what is said to be there is right.
 * What must not live here: sound files.
 */
#include "store/format.h"
#include "store_ask.h"
#include "store_check.h"

#define STEP  97
#define CALLS 200

static const char trace_path[] = "damage.syscope", copy_path[] = "damaged.syscope";

static void cut(const uint8_t *bytes, size_t length, size_t step)
{
	int fd = ask_write_file(copy_path, bytes, length), most = CALLS + 1;

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
	int fd = ask_write_file(copy_path, bytes, length);

	for (size_t at = 0; at < length; at += step) {
		uint8_t changed = bytes[at] ^ with;

		REQUIRE(pwrite(fd, &changed, 1, (off_t)at) == 1, "pwrite");
		ask_everything(copy_path, checksums);
		REQUIRE(pwrite(fd, &bytes[at], 1, (off_t)at) == 1, "pwrite");
	}
	close(fd);
	CHECK(ask_everything(copy_path, true) == CALLS, "unchanged again");
}

/* Random bytes in headers and directories. */
static void scramble(const uint8_t *bytes, size_t length)
{
	uint64_t random = 7;

	for (int round = 0; round < 150; round++) {
		int fd = ask_write_file(copy_path, bytes, length);

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

	close(ask_write_file(copy_path, zeros, 0));
	CHECK(ask_everything(copy_path, true) == -1, "an empty file");
	close(ask_write_file(copy_path, zeros, sizeof(zeros)));
	CHECK(ask_everything(copy_path, true) == -1, "zeros");
	close(ask_write_file(copy_path, (uint8_t *)text, sizeof(text)));
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
		ask_write_trace(trace_path, CALLS, complete);
		bytes = ask_read_file(trace_path, &length);
		CHECK(ask_everything(trace_path, true) == CALLS, "a sound file has all calls");
		/* Without a seal there is no checksum to tell that a cell was changed, and a look at fewer places will do. */
		cut(bytes, length, complete ? STEP : 5 * STEP);
		flip(bytes, length, complete ? 0xff : 0x01, complete, complete ? STEP : 5 * STEP);
		scramble(bytes, length);
		free(bytes);
	}
	return check_result("store_damage");
}
