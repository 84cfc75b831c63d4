/*
 * Waiting until another thread or process sleeps in a system call, by proc: no test depends on how fast the machine is.
 * Must not live here: anything with a fixed delay that a test's result hangs on.
 */
#ifndef BLOCKED_H
#define BLOCKED_H

#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

static char state_of(pid_t tid)
{
	char path[64], line[512] = "";
	const char *after;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	stat = fopen(path, "re");
	if (!stat)
		return 0;
	after = fgets(line, sizeof(line), stat) ? strrchr(line, ')') : NULL;
	fclose(stat);
	return after ? after[2] : 0;
}

/* Returns when tid has been asleep at some looks in a row, or after 20 s. */
static void wait_until_blocked(pid_t tid)
{
	const struct timespec pause = { .tv_nsec = 3000000 };
	int asleep = 0;

	for (int i = 0; i < 6000 && asleep < 5; i++) {
		asleep = state_of(tid) == 'S' ? asleep + 1 : 0;
		nanosleep(&pause, NULL);
	}
}

#endif
