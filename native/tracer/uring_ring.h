/*
 * What a program has put into an io_uring's submission queue, read from the ring's memory (io_uring(7)).
 * A pure core: memory is reached through a callback, so that a test's ring is a few arrays. Everything in a ring is the
 * program's to write, and so is hostile: nothing is believed that the kernel would not believe.
 * Must not live here: how a ring's memory is reached, what a submission means (ledger_uring.c).
 *
 *   rings                                                  sqes
 *   +------+------+-----+----------------+                 +--------+--------+--------+--------+
 *   | head | tail | ... | array: 2 0 1 3 | -- indexes ---> | 64 or 128 bytes each              |
 *   +------+------+-----+----------------+                 +--------+--------+--------+--------+
 *   the kernel takes array[head & mask] up to tail; without an array (NO_SQARRAY) sqes[head & mask]
 */
#ifndef SYSCOPE_TRACER_URING_RING_H
#define SYSCOPE_TRACER_URING_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* struct io_uring_params, as long as it has been since Linux 5.1. */
#define URING_PARAMS_BYTES 120
/* The kernel's IORING_MAX_ENTRIES. */
#define URING_MAX_ENTRIES 32768u

/* io_uring_setup(2)'s flags that matter here. */
#define URING_SETUP_SQPOLL             (1u << 1)
#define URING_SETUP_SQE128             (1u << 10)
#define URING_SETUP_NO_MMAP            (1u << 14)
#define URING_SETUP_REGISTERED_FD_ONLY (1u << 15)
#define URING_SETUP_NO_SQARRAY         (1u << 16)

struct uring_layout {
	uint32_t entries;           /* a power of two */
	uint32_t head, tail, array; /* offsets in rings */
	uint32_t sqe_bytes;
	bool has_array;
};

/* What io_uring_setup(2) answered. */
struct uring_setup {
	struct uring_layout layout;
	uint32_t flags;
	uint64_t rings_address, sqes_address; /* in the program's own memory (NO_MMAP), else 0 */
};

/* One entry, as far as it is of interest. */
struct uring_sqe {
	uint8_t opcode, flags;
	int32_t fd;
	uint64_t offset, address;
	uint32_t length;
	uint32_t file_index; /* index + 1 of a registered file that the operation makes or closes, 0: none */
};

enum uring_area { URING_RINGS, URING_SQES };

/* Reads exactly length bytes at offset of an area. Returns 0 or -errno. */
typedef int (*uring_read)(void *context, enum uring_area area, uint64_t offset, void *buffer, size_t length);

/* False: these are not what a kernel answers. params: URING_PARAMS_BYTES bytes. */
bool uring_setup_parse(const unsigned char *params, struct uring_setup *out);

/*
 * The entries that a submission of to_submit would take now, from the queue's head on: at most the ring's entries. head: its
 * position. capacity: of out. Returns how many there are; *unread: how many more could not be read.
 */
uint32_t uring_collect(const struct uring_layout *layout, uring_read read, void *context, uint32_t to_submit,
	struct uring_sqe *out, uint32_t capacity, uint32_t *head, uint32_t *unread);

#endif
