/*
 * How a ring's memory is reached: through the program's own mapping of it, or where the kernel does not let that be read (before
 * Linux 6.10 it has no pages to be read from), or it lies in another process, through a mapping of our own. That one keeps the ring
 * alive: it is let go as soon as the last descriptor of the ring is closed, and when a process with rings begins to end.
 * Must not live here: what the memory says (uring_ring.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ledger_private.h"
#include "memory.h"
#include "modules.h"

/* Offsets that mean which part of a ring is mapped (io_uring_setup(2)). */
#define OFFSET_RINGS 0
#define OFFSET_SQES  0x10000000
#define PAGE_BYTES   4096u
/* PIDFD_THREAD (pidfd_open(2)), which is O_EXCL. */
#define PIDFD_OF_THREAD O_EXCL

struct tracee_memory {
	pid_t tid;
	uint64_t address[2];
};

static int read_tracee(void *context, enum uring_area area, uint64_t offset, void *buffer, size_t length)
{
	const struct tracee_memory *memory = context;

	return memory_read(memory->tid, memory->address[area] + offset, buffer, length);
}

static int read_own(void *context, enum uring_area area, uint64_t offset, void *buffer, size_t length)
{
	const struct own_mapping *own = context;

	if (offset > own->bytes[area] || length > own->bytes[area] - offset)
		return -EFAULT;
	memcpy(buffer, own->area[area] + offset, length);
	return 0;
}

/* Only a ring: a file may be cut under a mapping, and reading then would be the tracer's end. */
static bool is_ring(int fd)
{
	static const char ring[] = "anon_inode:[io_uring]";
	char link[64], text[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, text, sizeof(text));
	return length == (ssize_t)sizeof(ring) - 1 && memcmp(text, ring, sizeof(ring) - 1) == 0;
}

/* A pidfd of the very thread, whose descriptors may be its own (Linux 6.9), else of its process. */
static int open_pidfd(const struct tracee *tracee)
{
	int pidfd = (int)syscall(SYS_pidfd_open, tracee->tid, PIDFD_OF_THREAD);

	return pidfd < 0 ? (int)syscall(SYS_pidfd_open, tracee->process->pid, 0) : pidfd;
}

/* The tracee's descriptor as one of ours. Returns it or -errno. */
static int fetch(const struct tracee *tracee, int fd)
{
	int pidfd = open_pidfd(tracee);
	int got;

	if (pidfd < 0)
		return -errno;
	got = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (got < 0)
		got = -errno;
	close(pidfd);
	if (got >= 0 && !is_ring(got)) {
		close(got);
		return -EBADF;
	}
	return got;
}

static bool map_area(struct own_mapping *own, enum uring_area area, int fd, size_t bytes, off_t offset)
{
	void *address = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, offset);

	if (address == MAP_FAILED)
		return false;
	own->area[area] = address;
	own->bytes[area] = bytes;
	return true;
}

static size_t rings_bytes(const struct uring_layout *layout)
{
	size_t last = layout->head > layout->tail ? layout->head : layout->tail;
	size_t bytes = layout->has_array ? layout->array + (size_t)layout->entries * 4 : last + 4;

	return (bytes + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
}

static void unmap(const struct own_mapping *own)
{
	for (int i = 0; i < 2; i++) {
		if (own->area[i])
			munmap(own->area[i], own->bytes[i]);
	}
}

static bool map_own(const struct tracee *tracee, int fd, const struct uring_layout *layout, struct own_mapping *own)
{
	int ring = fetch(tracee, fd);
	bool mapped;

	memset(own, 0, sizeof(*own));
	if (ring < 0)
		return false;
	mapped = map_area(own, URING_RINGS, ring, rings_bytes(layout), OFFSET_RINGS) &&
		 map_area(own, URING_SQES, ring, (size_t)layout->entries * layout->sqe_bytes, OFFSET_SQES);
	close(ring);
	if (!mapped) {
		unmap(own);
		memset(own, 0, sizeof(*own));
	}
	return mapped;
}

uint32_t uring_memory_collect(const struct tracee *tracee, struct ring *ring, int fd, uint32_t to_submit,
	struct uring_sqe *entries, uint32_t capacity, uint32_t *head, uint32_t *unread)
{
	const struct uring_layout *layout = &ring->setup.layout;
	struct tracee_memory memory = { tracee->tid, { ring->rings_address, ring->sqes_address } };
	bool here = ring->rings_address && ring->sqes_address && ring->space == tracee->process->space->id;
	uint32_t count = 0;

	*unread = to_submit;
	if (here && !ring->refused) {
		count = uring_collect(layout, read_tracee, &memory, to_submit, entries, capacity, head, unread);
		if (*unread == 0)
			return count;
		ring->refused = !(ring->setup.flags & URING_SETUP_NO_MMAP);
	}
	if (ring->setup.flags & URING_SETUP_NO_MMAP)
		return count;
	if (ring->own.area[URING_RINGS] || (fd >= 0 && map_own(tracee, fd, layout, &ring->own)))
		count = uring_collect(layout, read_own, &ring->own, to_submit, entries, capacity, head, unread);
	return count;
}

void uring_memory_let_go(struct ring *ring)
{
	unmap(&ring->own);
	memset(&ring->own, 0, sizeof(ring->own));
}
