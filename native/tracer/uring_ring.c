/* See uring_ring.h. */
#include "uring_ring.h"

#include <string.h>

/* Offsets in struct io_uring_params and struct io_uring_sqe (linux/io_uring.h). */
#define PARAMS_SQ_ENTRIES 0
#define PARAMS_FLAGS      8
#define PARAMS_SQ_HEAD    40
#define PARAMS_SQ_TAIL    44
#define PARAMS_SQ_ARRAY   64
#define PARAMS_SQ_ADDRESS 72
#define PARAMS_CQ_ADDRESS 112
#define SQE_FD            4
#define SQE_OFFSET        8
#define SQE_ADDRESS       16
#define SQE_LENGTH        24
#define SQE_FILE_INDEX    44

/* Ring memory is some megabytes at most: 32,768 entries and twice as many completions of 32 bytes. */
#define MAX_RING_BYTES (16u << 20)
/* Entries that are read at a time. */
#define CHUNK_ENTRIES 32
#define MAX_SQE_BYTES 128

static uint32_t u32_at(const unsigned char *bytes, size_t offset)
{
	uint32_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static uint64_t u64_at(const unsigned char *bytes, size_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

bool uring_setup_parse(const unsigned char *params, struct uring_setup *out)
{
	struct uring_layout *layout = &out->layout;

	out->flags = u32_at(params, PARAMS_FLAGS);
	*layout = (struct uring_layout){
		.entries = u32_at(params, PARAMS_SQ_ENTRIES),
		.head = u32_at(params, PARAMS_SQ_HEAD),
		.tail = u32_at(params, PARAMS_SQ_TAIL),
		.array = u32_at(params, PARAMS_SQ_ARRAY),
		.sqe_bytes = out->flags & URING_SETUP_SQE128 ? 128 : 64,
		.has_array = !(out->flags & URING_SETUP_NO_SQARRAY),
	};
	out->rings_address = out->flags & URING_SETUP_NO_MMAP ? u64_at(params, PARAMS_CQ_ADDRESS) : 0;
	out->sqes_address = out->flags & URING_SETUP_NO_MMAP ? u64_at(params, PARAMS_SQ_ADDRESS) : 0;
	if (layout->entries == 0 || layout->entries > URING_MAX_ENTRIES || (layout->entries & (layout->entries - 1)) != 0)
		return false;
	return layout->head < MAX_RING_BYTES && layout->tail < MAX_RING_BYTES && layout->array < MAX_RING_BYTES;
}

static void parse_sqe(const unsigned char *bytes, struct uring_sqe *out)
{
	*out = (struct uring_sqe){
		.opcode = bytes[0],
		.flags = bytes[1],
		.fd = (int32_t)u32_at(bytes, SQE_FD),
		.offset = u64_at(bytes, SQE_OFFSET),
		.address = u64_at(bytes, SQE_ADDRESS),
		.length = u32_at(bytes, SQE_LENGTH),
		.file_index = u32_at(bytes, SQE_FILE_INDEX),
	};
}

/*
 * The indexes of `count` entries from position on, count at most CHUNK_ENTRIES. Returns how many are valid: at one that is out
 * of range the kernel drops the entry and submits no further. *failed: they can't be read.
 */
static uint32_t read_indexes(const struct uring_layout *layout, uring_read read, void *context, uint32_t position, uint32_t count,
	uint32_t *out, bool *failed)
{
	uint32_t first = position & (layout->entries - 1);
	uint32_t before_end = layout->entries - first;
	uint32_t part = count < before_end ? count : before_end;

	if (!layout->has_array) {
		for (uint32_t i = 0; i < count; i++)
			out[i] = (position + i) & (layout->entries - 1);
		return count;
	}
	*failed = read(context, URING_RINGS, layout->array + (uint64_t)first * 4, out, part * sizeof(*out)) != 0 ||
		  (part < count && read(context, URING_RINGS, layout->array, out + part, (count - part) * sizeof(*out)) != 0);
	if (*failed)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		if (out[i] >= layout->entries)
			return i;
	}
	return count;
}

/* Entries that lie side by side, as they mostly do, are read together. Returns how many could be read. */
static uint32_t read_entries(const struct uring_layout *layout, uring_read read, void *context, const uint32_t *indexes,
	uint32_t count, struct uring_sqe *out)
{
	unsigned char bytes[CHUNK_ENTRIES * MAX_SQE_BYTES];
	uint32_t done = 0;

	while (done < count) {
		uint32_t run = 1;

		while (done + run < count && indexes[done + run] == indexes[done] + run)
			run++;
		if (read(context, URING_SQES, (uint64_t)indexes[done] * layout->sqe_bytes, bytes,
			    (size_t)run * layout->sqe_bytes) != 0)
			return done;
		for (uint32_t i = 0; i < run; i++)
			parse_sqe(bytes + (size_t)i * layout->sqe_bytes, &out[done + i]);
		done += run;
	}
	return done;
}

uint32_t uring_collect(const struct uring_layout *layout, uring_read read, void *context, uint32_t to_submit,
	struct uring_sqe *out, uint32_t capacity, uint32_t *head, uint32_t *unread)
{
	uint32_t indexes[CHUNK_ENTRIES];
	uint32_t tail, wanted, done = 0;

	*head = 0;
	*unread = 0;
	if (read(context, URING_RINGS, layout->head, head, sizeof(*head)) != 0 ||
		read(context, URING_RINGS, layout->tail, &tail, sizeof(tail)) != 0) {
		*unread = to_submit < layout->entries ? to_submit : layout->entries;
		return 0;
	}
	/* A tail that has jumped is as good as a full ring: the kernel looks no further either. */
	wanted = tail - *head < layout->entries ? tail - *head : layout->entries;
	if (to_submit < wanted)
		wanted = to_submit;
	while (done < wanted) {
		uint32_t count = wanted - done < CHUNK_ENTRIES ? wanted - done : CHUNK_ENTRIES;
		uint32_t valid, got;
		bool failed = false;

		if (done + count > capacity) {
			*unread = wanted - done;
			return done;
		}
		valid = read_indexes(layout, read, context, *head + done, count, indexes, &failed);
		got = read_entries(layout, read, context, indexes, valid, out + done);
		done += got;
		if (failed || got < valid) {
			*unread = wanted - done;
			return done;
		}
		if (valid < count)
			return done;
	}
	return done;
}
