/*
 * See ledger.h: what a ring or a thread has registered (io_uring_register(2)): files, which submissions name by index, rings,
 * which calls name by index, and a ring's new size.
 * Must not live here: submissions (ledger_uring.c).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger_private.h"
#include "memory.h"

/* Registered files that are followed; the rest are shown by their index alone. */
#define MAX_FIXED_FILES 4096
#define FILE_NONE       (-1)
#define FILE_SKIP       (-2)

/* io_uring_register(2)'s operations that change what is followed here. */
enum {
	REGISTER_FILES = 2,
	UNREGISTER_FILES = 3,
	REGISTER_FILES_UPDATE = 6,
	REGISTER_FILES2 = 13,
	REGISTER_FILES_UPDATE2 = 14,
	REGISTER_RING_FDS = 20,
	UNREGISTER_RING_FDS = 21,
	REGISTER_RESIZE_RINGS = 33,
};

/* struct io_uring_rsrc_update. */
struct ring_update {
	uint32_t offset, reserved;
	uint64_t data;
};

static bool size_files(struct ring *ring, uint64_t count)
{
	struct fixed_file *files;

	free(ring->files);
	ring->files = NULL;
	ring->file_count = 0;
	if (count > MAX_FIXED_FILES)
		count = MAX_FIXED_FILES;
	files = count > 0 ? calloc(count, sizeof(*files)) : NULL;
	if (!files)
		return false;
	ring->files = files;
	ring->file_count = (uint32_t)count;
	return true;
}

/* Files [first, first + count) are what the array of numbers in the program's memory says. */
static void take_files(
	struct tracer *tracer, const struct tracee *tracee, struct ring *ring, uint64_t first, uint64_t count, uint64_t array)
{
	int32_t numbers[64];

	for (uint64_t done = 0; done < count && first + done < ring->file_count; done += 64) {
		uint64_t part = count - done < 64 ? count - done : 64;

		if (part > ring->file_count - first - done)
			part = ring->file_count - first - done;
		if (memory_read(tracee->tid, array + done * 4, numbers, (size_t)part * 4) != 0)
			memset(numbers, 0xff, sizeof(numbers));
		for (uint64_t i = 0; i < part; i++) {
			struct submission file = { 0 };

			if (numbers[i] == FILE_SKIP)
				continue;
			if (numbers[i] != FILE_NONE)
				ledger_describe(tracer, tracee, numbers[i], &file);
			ring->files[first + done + i] =
				(struct fixed_file){ .description = file.description, .name = file.name, .cls = file.cls };
		}
	}
}

/* struct io_uring_rsrc_register: nr, flags, resv2, data, tags. */
static void register_files2(struct tracer *tracer, const struct tracee *tracee, struct ring *ring, uint64_t address)
{
	uint64_t words[4];

	if (memory_read(tracee->tid, address, words, sizeof(words)) != 0)
		return;
	if (size_files(ring, (uint32_t)words[0]) && words[2] != 0)
		take_files(tracer, tracee, ring, 0, (uint32_t)words[0], words[2]);
}

/* struct io_uring_rsrc_update, and rsrc_update2, which says their number itself: offset, resv, data, tags, nr. */
static void update_files(
	struct tracer *tracer, const struct tracee *tracee, struct ring *ring, uint64_t address, bool second, uint64_t count)
{
	uint64_t words[4] = { 0 };

	if (memory_read(tracee->tid, address, words, second ? sizeof(words) : 16) != 0)
		return;
	take_files(tracer, tracee, ring, (uint32_t)words[0], second ? (uint32_t)words[3] : count, words[1]);
}

/* The kernel has written back under which index it put each. */
static void register_rings(struct tracer *tracer, struct tracee *tracee, bool add)
{
	const struct fd_call *call = &tracee->call;
	struct thread_ledger *own = ledger_of_thread(tracee, 0);
	struct ring_update updates[LEDGER_REGISTERED_RINGS];
	uint32_t count = call->ret < LEDGER_REGISTERED_RINGS ? (uint32_t)call->ret : LEDGER_REGISTERED_RINGS;

	if (!own || memory_read(tracee->tid, call->args[2], updates, count * sizeof(updates[0])) != 0)
		return;
	for (uint32_t i = 0; i < count; i++) {
		if (updates[i].offset >= LEDGER_REGISTERED_RINGS)
			continue;
		own->rings[updates[i].offset] =
			add ? fd_state_lookup(tracer->fds, call->files, call->tid, call->process, (int)updates[i].data) : 0;
	}
}

static void resize(const struct tracee *tracee, struct ring *ring, uint64_t address)
{
	struct uring_setup setup;
	uint32_t flags = ring->setup.flags;

	if (!uring_read_params(tracee, address, &setup))
		return;
	setup.layout.sqe_bytes = ring->setup.layout.sqe_bytes;
	setup.layout.has_array = ring->setup.layout.has_array;
	ring->setup = setup;
	ring->setup.flags = flags;
	uring_memory_let_go(ring);
	if (!(flags & URING_SETUP_NO_MMAP))
		ring->rings_address = ring->sqes_address = 0; /* until it is mapped anew */
}

void uring_register_exit(struct tracer *tracer, struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	uint32_t operation = (uint32_t)call->args[1] & ~REGISTER_USE_REGISTERED_RING;
	struct ring *ring = uring_find(tracer->ledger, uring_key_of_call(tracee));

	if (call->ret < 0)
		return;
	if (operation == REGISTER_RING_FDS || operation == UNREGISTER_RING_FDS)
		register_rings(tracer, tracee, operation == REGISTER_RING_FDS);
	if (!ring)
		return;
	switch (operation) {
	case REGISTER_FILES:
		if (size_files(ring, (uint32_t)call->args[3]))
			take_files(tracer, tracee, ring, 0, (uint32_t)call->args[3], call->args[2]);
		break;
	case REGISTER_FILES2: register_files2(tracer, tracee, ring, call->args[2]); break;
	case REGISTER_FILES_UPDATE: update_files(tracer, tracee, ring, call->args[2], false, (uint64_t)call->ret); break;
	case REGISTER_FILES_UPDATE2: update_files(tracer, tracee, ring, call->args[2], true, 0); break;
	case UNREGISTER_FILES: size_files(ring, 0); break;
	case REGISTER_RESIZE_RINGS: resize(tracee, ring, call->args[2]); break;
	default: break;
	}
}
