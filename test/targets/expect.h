/*
 * What a program says of its own descriptors, to be compared with the trace: a descriptor is touched by lseek(2), which every
 * one has (whatever it says), and a line says which it is: the thread, the number and its link in /proc as it is at that moment
 * ("-": the number refers to nothing). Lines are kept in memory until the end, so that saying them makes no calls in between.
 *
 *   touch THREAD NUMBER LINK
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char expected[1 << 20];
static size_t expected_length;
static pthread_mutex_t expecting = PTHREAD_MUTEX_INITIALIZER;

__attribute__((format(printf, 1, 2))) static inline void expect(const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&expecting);
	va_start(args, format);
	expected_length += (size_t)vsnprintf(expected + expected_length, sizeof(expected) - expected_length, format, args);
	va_end(args);
	pthread_mutex_unlock(&expecting);
}

static inline void touch(int fd)
{
	char path[64], link[4096];
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	got = readlink(path, link, sizeof(link) - 1);
	link[got > 0 ? got : 0] = '\0';
	syscall(SYS_lseek, fd, 0L, SEEK_CUR);
	expect("touch %ld %d %s\n", syscall(SYS_gettid), fd, got > 0 ? link : "-");
}

/* Says all lines; a forked child says its own, and forgets its parent's at its begin. */
static inline void say_expected(void)
{
	size_t done = 0;

	while (done < expected_length) {
		ssize_t put = write(1, expected + done, expected_length - done);

		if (put <= 0)
			_exit(99);
		done += (size_t)put;
	}
	expected_length = 0;
}

static inline void succeed(const char *what, long result)
{
	if (result >= 0)
		return;
	perror(what);
	_exit(98);
}

#endif
