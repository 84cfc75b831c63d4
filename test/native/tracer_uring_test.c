/* The reader of io_uring submission queues, on rings that are a few arrays: well-behaved ones, and ones that lie. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tracer/uring_ring.h"
#include "tracer_check.h"

#define ENTRIES 8u

/* head 0, tail 4, array from 64 on; refused: offsets from there on can't be read. */
struct image {
	unsigned char rings[64 + ENTRIES * 4];
	unsigned char sqes[ENTRIES * 128];
	uint64_t refused[2];
};

static int read_image(void *context, enum uring_area area, uint64_t offset, void *buffer, size_t length)
{
	const struct image *image = context;
	const unsigned char *bytes = area == URING_RINGS ? image->rings : image->sqes;
	size_t size = area == URING_RINGS ? sizeof(image->rings) : sizeof(image->sqes);

	/* The reader must not even ask for what lies outside. */
	CHECK(offset <= size && length <= size - offset);
	if (offset > size || length > size - offset || offset + length > image->refused[area])
		return -EFAULT;
	memcpy(buffer, bytes + offset, length);
	return 0;
}

static void put(struct image *image, size_t offset, uint32_t value)
{
	memcpy(image->rings + offset, &value, sizeof(value));
}

/* Entry n has opcode n + 1 and descriptor 100 + n; the array names them as they lie. */
static void fill(struct image *image, uint32_t sqe_bytes)
{
	memset(image, 0, sizeof(*image));
	image->refused[URING_RINGS] = image->refused[URING_SQES] = UINT64_MAX;
	for (uint32_t i = 0; i < ENTRIES; i++) {
		int32_t fd = (int32_t)(100 + i);

		put(image, 64 + (size_t)i * 4, i);
		image->sqes[(size_t)i * sqe_bytes] = (unsigned char)(i + 1);
		memcpy(image->sqes + (size_t)i * sqe_bytes + 4, &fd, sizeof(fd));
	}
}

static const struct uring_layout plain = { .entries = ENTRIES, .tail = 4, .array = 64, .sqe_bytes = 64, .has_array = true };

struct result {
	struct uring_sqe entries[ENTRIES];
	uint32_t count, head, unread;
};

static struct result collect_of(
	const struct image *image, const struct uring_layout *layout, uint32_t to_submit, uint32_t capacity)
{
	struct image copy = *image;
	struct result result = { 0 };

	result.count =
		uring_collect(layout, read_image, &copy, to_submit, result.entries, capacity, &result.head, &result.unread);
	return result;
}

static struct result collect(const struct image *image, uint32_t to_submit)
{
	return collect_of(image, &plain, to_submit, ENTRIES);
}

static void check_order(void)
{
	struct image image;
	struct result got;

	fill(&image, 64);
	put(&image, 0, 6); /* around the ring's end */
	put(&image, 4, 10);
	put(&image, 64 + 6 * 4, 3);
	put(&image, 64 + 7 * 4, 2);
	got = collect(&image, 100);
	CHECK(got.count == 4 && got.unread == 0 && got.head == 6);
	CHECK(got.entries[0].opcode == 4 && got.entries[0].fd == 103);
	CHECK(got.entries[1].opcode == 3 && got.entries[2].opcode == 1 && got.entries[3].opcode == 2);
	CHECK(collect(&image, 3).count == 3);
	CHECK(collect(&image, 0).count == 0);
	put(&image, 4, 6);
	CHECK(collect(&image, 5).count == 0 && collect(&image, 5).unread == 0);
	/* Positions count on beyond 32 bits. */
	put(&image, 0, UINT32_MAX);
	put(&image, 4, 1);
	got = collect(&image, 100);
	CHECK(got.count == 2 && got.entries[0].opcode == 3 && got.entries[1].opcode == 1);
}

static void check_kinds(void)
{
	struct uring_layout large = plain, direct = plain;
	struct image image;
	struct result got;

	large.sqe_bytes = 128;
	direct.has_array = false;
	fill(&image, 128);
	put(&image, 4, 3);
	got = collect_of(&image, &large, 3, ENTRIES);
	CHECK(got.count == 3 && got.entries[2].opcode == 3 && got.entries[2].fd == 102);
	fill(&image, 64);
	memset(image.rings + 64, 0xff, ENTRIES * 4); /* no array: whatever lies there */
	put(&image, 0, 7);
	put(&image, 4, 9);
	got = collect_of(&image, &direct, 5, ENTRIES);
	CHECK(got.count == 2 && got.entries[0].opcode == 8 && got.entries[1].opcode == 1);
}

static void check_lies(void)
{
	struct image image;
	struct result got;

	fill(&image, 64);
	put(&image, 4, 0x80000000); /* a tail that jumps: no more than all entries */
	CHECK(collect(&image, UINT32_MAX).count == ENTRIES && collect(&image, UINT32_MAX).unread == 0);
	put(&image, 0, 5);
	put(&image, 4, 4); /* a tail behind the head is as far ahead as can be */
	CHECK(collect(&image, UINT32_MAX).count == ENTRIES);
	fill(&image, 64);
	put(&image, 4, 4);
	put(&image, 64 + 2 * 4, ENTRIES); /* an index out of range: the kernel stops there, and so does this */
	got = collect(&image, 4);
	CHECK(got.count == 2 && got.unread == 0);
	put(&image, 64, UINT32_MAX);
	CHECK(collect(&image, 4).count == 0);
	/* The same entry over and over is what the program says. */
	fill(&image, 64);
	memset(image.rings + 64, 0, ENTRIES * 4);
	put(&image, 4, ENTRIES);
	got = collect(&image, ENTRIES);
	CHECK(got.count == ENTRIES && got.entries[7].opcode == 1);
}

static void check_unreadable(void)
{
	struct image image;
	struct result got;

	fill(&image, 64);
	put(&image, 4, 6);
	image.refused[URING_SQES] = 3 * 64; /* one read for what lies side by side: all or nothing */
	got = collect(&image, 6);
	CHECK(got.count == 0 && got.unread == 6);
	put(&image, 64 + 2 * 4, 5); /* 0 1 | 5 | 3 4 5 */
	got = collect(&image, 6);
	CHECK(got.count == 2 && got.unread == 4);
	image.refused[URING_RINGS] = 64;
	got = collect(&image, 6);
	CHECK(got.count == 0 && got.unread == 6);
	image.refused[URING_RINGS] = 0;
	CHECK(collect(&image, 3).unread == 3 && collect(&image, UINT32_MAX).unread == ENTRIES);
	image.refused[URING_RINGS] = UINT64_MAX;
	got = collect_of(&image, &plain, 6, 2);
	CHECK(got.count + got.unread == 6 && got.count <= 2);
}

static void check_setup(void)
{
	unsigned char params[URING_PARAMS_BYTES] = { 0 };
	struct uring_setup setup;
	uint32_t entries = 16, flags = URING_SETUP_SQE128 | URING_SETUP_NO_SQARRAY | URING_SETUP_NO_MMAP, far = UINT32_MAX;
	uint64_t rings = 0x10000, sqes = 0x20000;

	CHECK(!uring_setup_parse(params, &setup)); /* no entries */
	memcpy(params, &entries, 4);
	memcpy(params + 8, &flags, 4);
	memcpy(params + 72, &sqes, 8);
	memcpy(params + 112, &rings, 8);
	CHECK(uring_setup_parse(params, &setup));
	CHECK(setup.layout.entries == 16 && setup.layout.sqe_bytes == 128 && !setup.layout.has_array);
	CHECK(setup.rings_address == rings && setup.sqes_address == sqes);
	entries = 24; /* no power of two */
	memcpy(params, &entries, 4);
	CHECK(!uring_setup_parse(params, &setup));
	entries = URING_MAX_ENTRIES * 2;
	memcpy(params, &entries, 4);
	CHECK(!uring_setup_parse(params, &setup));
	entries = 16;
	memcpy(params, &entries, 4);
	memcpy(params + 64, &far, 4);
	CHECK(!uring_setup_parse(params, &setup));
}

/* Whatever is in a ring: nothing is read outside of it, and no more comes of it than was asked for and there is. */
static void check_random(void)
{
	for (unsigned seed = 0; seed < 20000; seed++) {
		struct image image;
		struct result got;
		uint32_t to_submit;

		srand(seed);
		fill(&image, 64);
		for (size_t i = 0; i < sizeof(image.rings); i++) {
			if (rand() % 3 == 0)
				image.rings[i] = (unsigned char)rand();
		}
		if (rand() % 4 == 0)
			image.refused[rand() % 2] = (uint64_t)rand() % 1024;
		to_submit = rand() % 2 ? (uint32_t)rand() : (uint32_t)rand() % 12;
		got = collect(&image, to_submit);
		CHECK(got.count + got.unread <= ENTRIES && got.count + got.unread <= to_submit);
		if (failures > 0) {
			printf("seed %u\n", seed);
			return;
		}
	}
}

int main(void)
{
	check_order();
	check_kinds();
	check_lies();
	check_unreadable();
	check_setup();
	check_random();
	return failures;
}
