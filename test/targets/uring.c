/*
 * Asks for things through an io_uring, by system calls of its own (no library), as the first argument says, and prints one line
 * for each operation that the kernel took: "OP fd length offset", with "fixed" where the number is a registered file's index.
 * "none": this kernel has no io_uring, or not this part of it. Anything unexpected ends with status 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the headers of older kernels don't have. */
#define SETUP_SQE128     (1U << 10)
#define SETUP_NO_SQARRAY (1U << 16)
#define OP_SOCKET        45
#define RING_ENTRIES     8

struct ring {
	int fd, enter_fd;
	unsigned enter_flags, entries, mask, sqe_bytes, pending;
	unsigned *head, *tail, *array, *cq_head, *cq_tail;
	struct io_uring_cqe *cqes;
	unsigned char *rings, *sqes;
	size_t rings_bytes, sqes_bytes;
};

static void check(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "uring: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void none(void)
{
	puts("none");
	exit(0);
}

static void map(struct ring *ring, const struct io_uring_params *p)
{
	ring->rings_bytes = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	if (p->sq_off.array + p->sq_entries * 4 > ring->rings_bytes)
		ring->rings_bytes = p->sq_off.array + p->sq_entries * 4;
	ring->sqes_bytes = (size_t)p->sq_entries * ring->sqe_bytes;
	ring->rings = mmap(NULL, ring->rings_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, ring->sqes_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	check(ring->rings != MAP_FAILED && ring->sqes != MAP_FAILED, "mmap");
	ring->head = (unsigned *)(ring->rings + p->sq_off.head);
	ring->tail = (unsigned *)(ring->rings + p->sq_off.tail);
	ring->array = (unsigned *)(ring->rings + p->sq_off.array);
	ring->cq_head = (unsigned *)(ring->rings + p->cq_off.head);
	ring->cq_tail = (unsigned *)(ring->rings + p->cq_off.tail);
	ring->cqes = (struct io_uring_cqe *)(ring->rings + p->cq_off.cqes);
}

static struct io_uring_params parameters;

static struct ring set_up(unsigned flags)
{
	struct ring ring = { .sqe_bytes = flags & SETUP_SQE128 ? 128 : 64 };

	memset(&parameters, 0, sizeof(parameters));
	parameters.flags = flags;
	ring.fd = ring.enter_fd = (int)syscall(SYS_io_uring_setup, RING_ENTRIES, &parameters);
	if (ring.fd < 0)
		none();
	ring.entries = parameters.sq_entries;
	ring.mask = ring.entries - 1;
	map(&ring, &parameters);
	return ring;
}

static struct io_uring_sqe *next(struct ring *ring)
{
	unsigned tail = *ring->tail + ring->pending++;
	unsigned index = tail & ring->mask;
	struct io_uring_sqe *sqe;

	/* The entries from the other end, so that an index is not its place. */
	if (!(parameters.flags & SETUP_NO_SQARRAY)) {
		index = ring->mask - index;
		ring->array[tail & ring->mask] = index;
	}
	sqe = (struct io_uring_sqe *)(ring->sqes + (size_t)index * ring->sqe_bytes);
	memset(sqe, 0, ring->sqe_bytes);
	sqe->user_data = tail;
	return sqe;
}

static void put(struct ring *ring, int op, int fd, const void *address, unsigned length, uint64_t offset, unsigned flags)
{
	struct io_uring_sqe *sqe = next(ring);

	sqe->opcode = (unsigned char)op;
	sqe->fd = fd;
	sqe->addr = (uintptr_t)address;
	sqe->len = length;
	sqe->off = offset;
	sqe->flags = (unsigned char)flags;
}

static void said(const char *op, int fd, unsigned length, long offset, const char *more)
{
	printf("%s %d %u %ld%s\n", op, fd, length, offset, more);
}

/* Hands over what was put, waits for all of it and returns the last result. */
static int submit(struct ring *ring)
{
	unsigned count = ring->pending;
	int got, result = 0;

	__atomic_store_n(ring->tail, *ring->tail + count, __ATOMIC_RELEASE);
	ring->pending = 0;
	got = (int)syscall(SYS_io_uring_enter, ring->enter_fd, count, count, IORING_ENTER_GETEVENTS | ring->enter_flags, NULL, 0);
	check(got == (int)count, "io_uring_enter");
	for (unsigned i = 0; i < count; i++) {
		unsigned head = *ring->cq_head;

		check(head != __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE), "no completion");
		result = ring->cqes[head & (parameters.cq_entries - 1)].res;
		__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	}
	return result;
}

static void files(struct ring *ring, const char *path, const char *other)
{
	static char bytes[100];
	struct iovec iovecs[2] = { { bytes, 10 }, { bytes, 20 } };
	int fd, again, socket;

	put(ring, IORING_OP_NOP, 77, NULL, 0, 0, 0);
	put(ring, IORING_OP_OPENAT, AT_FDCWD, path, 0600, 0, 0);
	((struct io_uring_sqe *)(ring->sqes + (size_t)(ring->mask - ((*ring->tail + 1) & ring->mask)) * ring->sqe_bytes))
		->open_flags = O_RDWR | O_CREAT;
	fd = submit(ring);
	check(fd >= 0, "open");
	said("IORING_OP_NOP", -1, 0, 0, "");
	said("IORING_OP_OPENAT", -1, 0, 0, "");
	put(ring, IORING_OP_WRITE, fd, bytes, 100, 7, 0);
	check(submit(ring) == 100, "write");
	said("IORING_OP_WRITE", fd, 100, 7, "");
	put(ring, IORING_OP_READV, fd, iovecs, 2, 0, 0);
	check(submit(ring) == 30, "readv");
	said("IORING_OP_READV", fd, 30, 0, "");
	check(syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_FILES, &fd, 1) == 0, "register");
	put(ring, IORING_OP_READ, 0, bytes, 50, (uint64_t)-1, IOSQE_FIXED_FILE);
	check(submit(ring) == 50, "read of a registered file");
	said("IORING_OP_READ", 0, 50, -1, " fixed");
	put(ring, IORING_OP_CLOSE, fd, NULL, 0, 0, 0);
	check(submit(ring) == 0, "close");
	said("IORING_OP_CLOSE", fd, 0, 0, "");
	again = open(other, O_RDWR | O_CREAT, 0600);
	check(again == fd, "the number is not used again");
	check(write(again, "123", 3) == 3, "write by call");
	put(ring, OP_SOCKET, AF_UNIX, NULL, 0, SOCK_STREAM, 0);
	socket = submit(ring);
	check(socket >= 0, "socket");
	said("IORING_OP_SOCKET", -1, 0, 0, "");
	shutdown(socket, SHUT_RD);
}

/* More than the ring has room for at once, each of another length. */
static void writes(struct ring *ring)
{
	static const char bytes[RING_ENTRIES * 2];
	int null = open("/dev/null", O_WRONLY);

	for (unsigned length = 1; length < sizeof(bytes); length++) {
		put(ring, IORING_OP_WRITE, null, bytes, length, 5, 0);
		check(submit(ring) == (int)length, "write");
		said("IORING_OP_WRITE", null, length, 5, "");
	}
	close(null);
}

/* The mapping that was made last is gone, another is used: only the ring itself knows what is in it. */
static void remap(struct ring *ring)
{
	struct ring second = *ring;

	map(&second, &parameters);
	check(munmap(second.rings, second.rings_bytes) == 0 && munmap(second.sqes, second.sqes_bytes) == 0, "munmap");
}

static void enter(struct ring *ring, unsigned to_submit, long wanted)
{
	long got = syscall(SYS_io_uring_enter, ring->fd, to_submit, 0, 0, NULL, 0);

	if (got != wanted) {
		fprintf(stderr, "uring: %ld taken, not %ld\n", got, wanted);
		exit(1);
	}
}

static void hostile(struct ring *ring)
{
	/* An index that is out of range: the kernel drops the entry. */
	put(ring, IORING_OP_NOP, -1, NULL, 0, 0, 0);
	put(ring, IORING_OP_NOP, -1, NULL, 0, 0, 0);
	ring->array[(*ring->tail + 1) & ring->mask] = 0x7fffffff;
	__atomic_store_n(ring->tail, *ring->tail + 2, __ATOMIC_RELEASE);
	ring->pending = 0;
	enter(ring, 2, 1);
	said("IORING_OP_NOP", -1, 0, 0, "");
	/* A tail that jumps: at most all entries are taken, whatever is in them. */
	memset(ring->sqes, 0, ring->sqes_bytes);
	for (unsigned i = 0; i < ring->entries; i++)
		ring->array[i] = i;
	__atomic_store_n(ring->tail, *ring->tail + 1000000, __ATOMIC_RELEASE);
	enter(ring, 0xffffffff, (long)ring->entries);
	for (unsigned i = 0; i < ring->entries; i++)
		said("IORING_OP_NOP", -1, 0, 0, "");
	/* The head is the kernel's to write, and anyone can. */
	__atomic_store_n(ring->head, 0x12345678, __ATOMIC_RELEASE);
	enter(ring, 2, 2);
	puts("and 2 more");
}

static void register_ring(struct ring *ring)
{
	struct io_uring_rsrc_update update = { .offset = -1U, .data = (unsigned)ring->fd };

	if (syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_RING_FDS, &update, 1) != 1)
		none();
	ring->enter_fd = (int)update.offset;
	ring->enter_flags = IORING_ENTER_REGISTERED_RING;
}

/* A child uses the ring that it inherited, by a mapping of its own. */
static void in_child(struct ring *ring)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		map(ring, &parameters);
		writes(ring);
		fflush(stdout);
		_exit(0);
	}
	check(child > 0 && waitpid(child, &status, 0) == child && status == 0, "the child");
}

#define THREADS 4
#define ROUNDS  300

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Fills in turn, but hands over whenever it comes to that: a thread's entry may be another's to take. */
static void *share(void *context)
{
	struct ring *ring = context;
	long taken = 0;

	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		put(ring, IORING_OP_NOP, -1, NULL, 0, 0, 0);
		__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
		ring->pending = 0;
		__atomic_store_n(ring->cq_head, __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
		pthread_mutex_unlock(&lock);
		taken += syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0);
	}
	return (void *)taken;
}

static void in_threads(struct ring *ring)
{
	pthread_t threads[THREADS];
	long taken = 0;
	void *part;

	for (int i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, share, ring) == 0, "pthread_create");
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &part);
		taken += (long)part;
	}
	check(taken == (long)THREADS * ROUNDS, "not all were taken");
	printf("%ld\n", taken);
}

/* What a ring holds is let go with it: the pipe's only writer is the ring, so it ends when the ring is closed. */
static void closing(struct ring *ring)
{
	int ends[2];
	char byte;

	remap(ring);
	writes(ring);
	check(pipe(ends) == 0, "pipe");
	check(syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_FILES, &ends[1], 1) == 0, "register");
	close(ends[1]);
	munmap(ring->rings, ring->rings_bytes);
	munmap(ring->sqes, ring->sqes_bytes);
	close(ring->fd);
	alarm(10);
	check(read(ends[0], &byte, 1) == 0, "read");
}

static void polled(void)
{
	struct ring ring = set_up(IORING_SETUP_SQPOLL);

	put(&ring, IORING_OP_NOP, -1, NULL, 0, 0, 0);
	__atomic_store_n(ring.tail, *ring.tail + 1, __ATOMIC_SEQ_CST);
	check(syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0) >= 0, "enter");
	puts("polled");
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct ring ring;

	if (strcmp(mode, "polled") == 0) {
		polled();
		return 0;
	}
	ring = set_up(strcmp(mode, "sqe128") == 0 ? SETUP_SQE128 : strcmp(mode, "no-sqarray") == 0 ? SETUP_NO_SQARRAY : 0);
	if (strcmp(mode, "files") == 0 && argc == 4)
		files(&ring, argv[2], argv[3]);
	else if (strcmp(mode, "hostile") == 0)
		hostile(&ring);
	else if (strcmp(mode, "threads") == 0)
		in_threads(&ring);
	else if (strcmp(mode, "closing") == 0)
		closing(&ring);
	else if (strcmp(mode, "child") == 0)
		in_child(&ring);
	else {
		if (strcmp(mode, "registered") == 0)
			register_ring(&ring);
		if (strcmp(mode, "unmapped") == 0)
			remap(&ring);
		writes(&ring);
	}
	return 0;
}
