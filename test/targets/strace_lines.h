/*
 * What a target says that its trace should hold: lines "@TID TEXT", TEXT as strace prints a call, a signal or an end, with * for
 * what can't be known. They come in the thread's order. Every other line is the program's own output, the same traced and untraced.
 * Must not live here: what one target does.
 */
#ifndef STRACE_LINES_H
#define STRACE_LINES_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* One write(2) a line, so that threads and processes may print at the same time. */
__attribute__((format(printf, 2, 3))) static inline void expect_of(pid_t tid, const char *format, ...)
{
	char line[8192];
	int length = snprintf(line, sizeof(line), "@%d ", tid);
	va_list list;

	va_start(list, format);
	length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, list);
	va_end(list);
	line[length++] = '\n';
	if (write(1, line, (size_t)length) != length)
		_exit(99);
}

#define expect(...) expect_of((pid_t)syscall(SYS_gettid), __VA_ARGS__)

/* The program checks itself: what is not as it should be ends it with status 1 and a line on stderr. */
static inline void check_at(int holds, const char *what, int line)
{
	if (holds)
		return;
	dprintf(2, "line %d: %s (%s)\n", line, what, strerror(errno));
	_exit(1);
}

#define check(condition) check_at((condition) != 0, #condition, __LINE__)

/* Waits for a child that has to end with status 0. */
static inline void join(pid_t child)
{
	int status = -1;

	check(waitpid(child, &status, __WALL) == child);
	check_at(status == 0, "the child's status is 0", status);
}

#endif
