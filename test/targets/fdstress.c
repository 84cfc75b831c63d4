/*
 * Threads, and processes that share the table with them or not, do random things to descriptors, all at once and in few numbers,
 * so that each number is used again and again. After each round all are held at a barrier, and every thread touches every number
 * of its table (expect.h). Usage: fdstress SEED ROUNDS, in a folder with the files f0 to f7 (made if missing).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "expect.h"

#define THREADS 4
#define FIRST   10 /* below lie what the program itself needs, and what proc is read with */
#define NUMBERS 24
#define STEPS   40

static pthread_barrier_t barrier;
static int rounds;
static unsigned long long seed;

static unsigned next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33);
}

static int a_number(uint64_t *state)
{
	return FIRST + (int)(next(state) % NUMBERS);
}

/* Into the range that is watched, so that numbers collide. */
static void keep(int fd, uint64_t *state)
{
	if (fd < 0)
		return;
	if (next(state) % 2)
		dup2(fd, a_number(state));
	else
		fcntl(fd, next(state) % 2 ? F_DUPFD : F_DUPFD_CLOEXEC, a_number(state));
	close(fd);
}

static void open_one(uint64_t *state)
{
	char name[8];

	snprintf(name, sizeof(name), "f%u", next(state) % 8);
	keep(open(name, O_RDONLY), state);
}

static void pass_one(uint64_t *state)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int ends[2], fd = a_number(state);

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0)
		return;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(ends[0], &message, MSG_DONTWAIT) == 1) {
		message.msg_controllen = sizeof(control);
		if (recvmsg(ends[1], &message, MSG_DONTWAIT) == 1 && message.msg_controllen >= CMSG_LEN(sizeof(fd))) {
			memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
			keep(fd, state);
		}
	}
	close(ends[0]);
	close(ends[1]);
}

/* A child with a copy of the table as it is at that moment, and what it changes in it. */
static void fork_one(uint64_t *state)
{
	pid_t child = (pid_t)syscall(SYS_fork);

	if (child == 0) {
		pthread_mutex_init(&expecting, NULL);
		expected_length = 0;
		for (int i = 0; i < 4; i++)
			close(a_number(state));
		open_one(state);
		for (int fd = FIRST; fd < FIRST + NUMBERS; fd++)
			touch(fd);
		say_expected();
		_exit(0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

static void step(uint64_t *state)
{
	int ends[2];

	switch (next(state) % 16) {
	case 0:
	case 1:
	case 2: open_one(state); break;
	case 3:
	case 4:
	case 5: close(a_number(state)); break;
	case 6: dup2(a_number(state), a_number(state)); break;
	case 7: dup3(a_number(state), a_number(state), O_CLOEXEC); break;
	case 8: keep(dup(a_number(state)), state); break;
	case 9:
		if (pipe(ends) == 0) {
			keep(ends[0], state);
			keep(ends[1], state);
		}
		break;
	case 10: keep(eventfd(0, 0), state); break;
	case 11: {
		unsigned first = (unsigned)a_number(state);

		close_range(first, first + next(state) % 3, next(state) % 4 == 0 ? CLOSE_RANGE_CLOEXEC : 0);
		break;
	}
	case 12: pass_one(state); break;
	case 13:
		if (next(state) % 8 == 0)
			unshare(CLONE_FILES);
		break;
	case 14:
		if (next(state) % 4 == 0)
			fork_one(state);
		break;
	default: fcntl(a_number(state), F_SETFD, next(state) % 2); break;
	}
}

static void *run(void *number)
{
	uint64_t state = seed * 1000 + (uintptr_t)number;

	for (int round = 0; round < rounds; round++) {
		pthread_barrier_wait(&barrier);
		for (int i = 0; i < STEPS; i++)
			step(&state);
		pthread_barrier_wait(&barrier);
		for (int fd = FIRST; fd < FIRST + NUMBERS; fd++)
			touch(fd);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc != 4 || chdir(argv[1]) != 0)
		return 2;
	seed = strtoull(argv[2], NULL, 10);
	rounds = atoi(argv[3]);
	for (int i = 0; i < 8; i++) {
		char name[8];

		snprintf(name, sizeof(name), "f%d", i);
		close(open(name, O_RDWR | O_CREAT, 0600));
	}
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say_expected();
	return 0;
}
