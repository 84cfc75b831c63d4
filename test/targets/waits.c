/*
 * A thread in each of several calls that wait; prints "waiting" and its threads' ids when all do, goes on when a byte comes on
 * stdin, and prints what each call returned and how often it had returned EINTR before.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "blocked.h"
#include "strace_lines.h"

#define LONG_S 100

static const struct timespec long_time = { .tv_sec = LONG_S };
static int ends[2];
static unsigned int word = 7;

static long by_read(void)
{
	char byte[10];

	return read(ends[0], byte, sizeof(byte));
}

static long by_poll(void)
{
	struct pollfd one = { .fd = ends[0], .events = POLLIN };

	return syscall(SYS_poll, &one, 1, LONG_S * 1000);
}

static long by_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	return select(ends[0] + 1, &set, NULL, NULL, &(struct timeval){ .tv_sec = LONG_S });
}

static long by_futex(void)
{
	return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, &long_time, NULL, 0);
}

static long by_nanosleep(void)
{
	return syscall(SYS_nanosleep, &(struct timespec){ .tv_sec = 5 }, NULL);
}

static long by_epoll_wait(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int poll = epoll_create1(0);
	long ret;

	epoll_ctl(poll, EPOLL_CTL_ADD, ends[0], &event);
	ret = syscall(SYS_epoll_wait, poll, &event, 1, LONG_S * 1000);
	close(poll);
	return ret;
}

static long by_sigtimedwait(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigtimedwait(&set, NULL, &long_time);
}

static struct wait {
	const char *name;
	long (*call)(void);
	volatile pid_t tid;
	long ret;
	int interrupted;
	pthread_t id;
} waits[] = { { .name = "read", .call = by_read }, { .name = "poll", .call = by_poll }, { .name = "select", .call = by_select },
	{ .name = "futex", .call = by_futex }, { .name = "nanosleep", .call = by_nanosleep },
	{ .name = "epoll_wait", .call = by_epoll_wait }, { .name = "rt_sigtimedwait", .call = by_sigtimedwait } };

#define COUNT (sizeof(waits) / sizeof(waits[0]))

static void *run(void *context)
{
	struct wait *wait = context;

	wait->tid = (pid_t)syscall(SYS_gettid);
	while ((wait->ret = wait->call()) < 0 && errno == EINTR)
		wait->interrupted++;
	return NULL;
}

int main(void)
{
	char line[512] = "waiting";
	size_t length = strlen(line);
	sigset_t blocked;
	char byte;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	check(pipe(ends) == 0);
	for (size_t i = 0; i < COUNT; i++) {
		check(pthread_create(&waits[i].id, NULL, run, &waits[i]) == 0);
		while (waits[i].tid == 0)
			sched_yield();
		wait_until_blocked(waits[i].tid);
		length += (size_t)snprintf(line + length, sizeof(line) - length, " %s=%d", waits[i].name, waits[i].tid);
	}
	line[length++] = '\n';
	check(write(1, line, length) == (ssize_t)length);
	check(read(0, &byte, 1) == 1);
	check(write(ends[1], "0123456789abcdefghijklmnopqrstuvwxyz", 36) == 36); /* for all that wait for it */
	check(kill(getpid(), SIGUSR2) == 0);
	word = 8;
	syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
	for (size_t i = 0; i < COUNT; i++) {
		pthread_join(waits[i].id, NULL);
		printf("%s %ld interrupted %d\n", waits[i].name, waits[i].ret, waits[i].interrupted);
	}
	return 0;
}
