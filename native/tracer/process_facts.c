/* See process_facts.h. All of it is proc(5). */
#include "process_facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Fields of /proc/PID/stat, counted as proc(5) does, and the first behind the name. */
#define STAT_FIRST  3
#define STAT_PPID   4
#define STAT_CUTIME 16
#define STAT_CSTIME 17
#define STAT_START  22
#define STAT_FIELDS 23

static int open_file(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Fields by number, those behind the name only. Returns 0 or -1. */
static int read_stat(pid_t pid, uint64_t fields[STAT_FIELDS])
{
	char text[1024];
	const char *at;
	ssize_t got = -1;
	int fd = open_file(pid, "stat");

	memset(fields, 0, STAT_FIELDS * sizeof(*fields));
	if (fd >= 0) {
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (got <= 0)
		return -1;
	text[got] = '\0';
	at = strrchr(text, ')'); /* the name before it may hold anything */
	for (int field = STAT_FIRST; at && field < STAT_FIELDS; field++) {
		at = strchr(at, ' ');
		if (at)
			fields[field] = strtoull(++at, NULL, 10);
	}
	return at ? 0 : -1;
}

/* "NSpid:\t12\t3\t1" as "12 3 1". */
static void join(const char *from, char *ids, size_t size)
{
	size_t used = 0;

	ids[0] = '\0';
	if (!strchr(from, '\t'))
		return;
	for (; *from && *from != '\n' && used + 1 < size; from++)
		ids[used++] = *from == '\t' ? ' ' : *from;
	ids[used] = '\0';
}

pid_t process_facts_namespaces(pid_t tid, char *ids, size_t size)
{
	char path[64], line[512];
	long id = tid;
	FILE *status;

	if (ids)
		ids[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	if (!status)
		return tid;
	while (fgets(line, sizeof(line), status)) {
		const char *last = strrchr(line, '\t');

		if (strncmp(line, "NSpid:\t", 7) != 0 || !last)
			continue;
		id = strtol(last + 1, NULL, 10);
		if (ids)
			join(line + 7, ids, size);
		break;
	}
	fclose(status);
	return (pid_t)id;
}

pid_t process_facts_parent(pid_t pid)
{
	uint64_t fields[STAT_FIELDS];

	return read_stat(pid, fields) == 0 ? (pid_t)fields[STAT_PPID] : 0;
}

static uint64_t ticks_to_ns(uint64_t ticks)
{
	uint64_t rate = (uint64_t)sysconf(_SC_CLK_TCK);

	return ticks / rate * 1000000000u + ticks % rate * 1000000000u / rate;
}

static uint64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t process_facts_started(pid_t pid)
{
	uint64_t fields[STAT_FIELDS];
	uint64_t since_boot, monotonic, suspended;

	if (read_stat(pid, fields) != 0)
		return 0;
	since_boot = ticks_to_ns(fields[STAT_START]);
	monotonic = now(CLOCK_MONOTONIC); /* first: what lies between the two look-ups must not make it negative */
	suspended = now(CLOCK_BOOTTIME) - monotonic;
	return since_boot > suspended ? since_boot - suspended : 0;
}

void process_facts_children(pid_t pid, uint64_t *user_us, uint64_t *system_us)
{
	uint64_t fields[STAT_FIELDS];

	if (read_stat(pid, fields) != 0)
		return;
	*user_us = ticks_to_ns(fields[STAT_CUTIME]) / 1000;
	*system_us = ticks_to_ns(fields[STAT_CSTIME]) / 1000;
}

size_t process_facts_argv(pid_t pid, char *words, size_t size, uint64_t *full)
{
	char rest[4096];
	size_t done = 0;
	ssize_t got = 1;
	int fd = open_file(pid, "cmdline");

	*full = 0;
	if (fd < 0)
		return 0;
	while (done < size && (got = read(fd, words + done, size - done)) > 0)
		done += (size_t)got;
	*full = done;
	while (got > 0 && (got = read(fd, rest, sizeof(rest))) > 0)
		*full += (uint64_t)got;
	close(fd);
	return done;
}

void process_facts_cwd(pid_t pid, char *path, size_t size)
{
	char link[64];
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	got = readlink(link, path, size - 1);
	path[got > 0 ? got : 0] = '\0';
}
