/*
 * Traces that somebody made to do harm: any number anywhere may be changed, and every checksum is right again afterwards, so that
 * all of it is believed as far as it can be. Whatever is asked then is answered, and nothing crashes (the sanitizers watch).
 * SYSCOPE_SEED=n runs one seed, SYSCOPE_ROUNDS=n many (npm run test:long).
 * What must not live here: files that are damaged by accident (store_damage_test.c).
 */
#include <sys/resource.h>

#include "store/crc32c.h"
#include "store/format.h"
#include "store_ask.h"
#include "store_check.h"

#define CALLS  60
#define ROUNDS 1500u

static const char trace_path[] = "hostile.syscope", copy_path[] = "hostile_copy.syscope";

static uint64_t interesting(uint64_t *random)
{
	static const uint64_t values[] = { 0, 1, 2, 7, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x1fffffffffffff, 0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX, UINT64_MAX - 1 };

	switch (random_below(random, 3)) {
	case 0: return random_next(random);
	case 1: return random_below(random, 300);
	default: return values[random_below(random, sizeof(values) / sizeof(*values))];
	}
}

static void change(uint8_t *at, size_t room, uint64_t *random)
{
	static const size_t widths[] = { 1, 2, 4, 8 };
	size_t width = widths[random_below(random, 4)];
	uint64_t value = interesting(random);

	memcpy(at, &value, width < room ? width : room);
}

/* A place where something decides something: segment headers and directories are a small part of the file. */
static size_t pick(const uint8_t *bytes, size_t length, uint64_t *random)
{
	size_t page = random_below(random, length / SEGMENT_ALIGN) * SEGMENT_ALIGN;

	if (random_below(random, 40) == 0)
		return random_below(random, sizeof(struct file_header)); /* the file's own */
	for (; page + SEGMENT_ALIGN < length && memcmp(bytes + page, &(uint32_t){ SEGMENT_MAGIC }, 4); page += SEGMENT_ALIGN)
		;
	return page + 4 + random_below(random, random_below(random, 2) ? 250 : SEGMENT_ALIGN - 16);
}

static void repair_segment(uint8_t *at, size_t room)
{
	struct segment_header header;
	struct segment_column column;
	uint32_t crc;

	memcpy(&header, at, sizeof(header));
	if (header.columns > SEGMENT_MAX_COLUMNS)
		return;
	crc = crc32c(0, at + 4, offsetof(struct segment_header, header_crc) - 4);
	header.header_crc = crc32c(crc, at + sizeof(header), header.columns * sizeof(column));
	crc = crc32c(0, &header.rows, sizeof(header.rows));
	for (uint32_t i = 0; i < header.columns; i++) {
		memcpy(&column, at + sizeof(header) + i * sizeof(column), sizeof(column));
		if (header.rows > room || column.offset + header.rows * column.width > room)
			break;
		crc = crc32c(crc, at + column.offset, header.rows * column.width);
	}
	header.data_crc = crc;
	memcpy(at, &header, sizeof(header));
}

static void repair(uint8_t *bytes, size_t length)
{
	struct file_header header;

	memcpy(&header, bytes, sizeof(header));
	header.state = 0;
	header.crc = crc32c(0, &header, offsetof(struct file_header, crc));
	memcpy(bytes + offsetof(struct file_header, crc), &header.crc, sizeof(header.crc));
	for (size_t at = FILE_HEADER_BYTES; at + SEGMENT_ALIGN <= length; at += SEGMENT_ALIGN)
		if (!memcmp(bytes + at, &(uint32_t){ SEGMENT_MAGIC }, 4))
			repair_segment(bytes + at, length - at);
}

static void run(const uint8_t *sound, size_t length, uint64_t seed)
{
	uint64_t random = seed * 0x9e3779b97f4a7c15ull + 1, changes = 1 + random_below(&random, 12);
	uint8_t *bytes = malloc(length);
	int before = check_failures;

	REQUIRE(bytes, "memory");
	memcpy(bytes, sound, length);
	for (uint64_t i = 0; i < changes; i++) {
		size_t at = pick(bytes, length, &random);

		change(bytes + at, length - at, &random);
	}
	repair(bytes, length);
	close(ask_write_file(copy_path, bytes, length));
	ask_everything(copy_path, false);
	CHECK(check_failures == before, "seed %llu", (unsigned long long)seed);
	free(bytes);
}

int main(void)
{
	const char *one = getenv("SYSCOPE_SEED"), *many = getenv("SYSCOPE_ROUNDS");
	uint64_t first = one ? strtoull(one, NULL, 10) : 1, count = one ? 1 : many ? strtoull(many, NULL, 10) : ROUNDS;
	uint8_t *bytes;
	size_t length;

	ask_write_trace(trace_path, CALLS, true);
	bytes = ask_read_file(trace_path, &length);
	repair(bytes, length);
	close(ask_write_file(copy_path, bytes, length));
	CHECK(ask_everything(copy_path, true) == CALLS, "repairing a sound file changes nothing");
	for (uint64_t seed = first; seed < first + count; seed++)
		run(bytes, length, seed);
	free(bytes);
	return check_result("store_hostile");
}
