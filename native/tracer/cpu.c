/* See cpu.h. */
#include "cpu.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many in a window of rounds, such as a child's end, are no reason to leave what works. */
#define STRANGERS 8u

static struct {
	cpu_set_t allowed;
	int allowed_count; /* 0: not asked yet */
	bool bound;        /* to the thread's CPU */
	pid_t tid;
	unsigned int strangers;
	uint64_t last_ns;
	struct wait_choice choice;
} cpu;

/* Field 39 of /proc/TID/stat: the CPU that the thread ran on last (proc(5)). -1: it can't be had. */
static int cpu_of(pid_t tid)
{
	char path[64], text[1024];
	const char *at;
	ssize_t got;
	int file, number = -1;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	got = read(file, text, sizeof(text) - 1);
	close(file);
	text[got > 0 ? got : 0] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 39; field++)
		at = strchr(at + 1, ' ');
	if (at)
		number = (int)strtol(at, NULL, 10);
	return number;
}

static void bind_to_thread(struct tracer *tracer)
{
	int number = cpu_of(cpu.tid);
	cpu_set_t one;

	cpu.bound = true; /* tried once: if it can't be, this way is no cheaper, and is left */
	if (number < 0 || number >= CPU_SETSIZE || !CPU_ISSET(number, &cpu.allowed))
		return;
	CPU_ZERO(&one);
	CPU_SET(number, &one);
	if (sched_setaffinity(0, sizeof(one), &one) == 0)
		tracer->counters.cpu_moves++;
}

static void unbind(void)
{
	sched_setaffinity(0, sizeof(cpu.allowed), &cpu.allowed);
	cpu.bound = false;
}

/* With one CPU there is nothing to choose. */
static bool may_choose(void)
{
	if (cpu.allowed_count == 0) {
		if (sched_getaffinity(0, sizeof(cpu.allowed), &cpu.allowed) != 0)
			CPU_ZERO(&cpu.allowed);
		cpu.allowed_count = CPU_COUNT(&cpu.allowed) > 1 ? CPU_COUNT(&cpu.allowed) : 1;
		wait_choice_begin(&cpu.choice);
	}
	return cpu.allowed_count > 1;
}

static void choose(pid_t only)
{
	uint64_t now;

	if (only == 0 || only != cpu.tid) {
		if (++cpu.strangers < (cpu.choice.mode == WAIT_SLEEP ? 1u : STRANGERS))
			return;
		wait_choice_reset(&cpu.choice);
		cpu.strangers = 0;
		cpu.tid = only;
		return;
	}
	now = tracer_now();
	wait_choice_round(&cpu.choice, now - cpu.last_ns);
	cpu.last_ns = now;
	if (cpu.choice.rounds == 0)
		cpu.strangers = 0;
}

enum wait_mode cpu_round(struct tracer *tracer, pid_t only)
{
	bool follows;

	if (!may_choose())
		return WAIT_SLEEP;
	choose(only);
	follows = cpu.choice.mode == WAIT_FOLLOW;
	if (follows && !cpu.bound)
		bind_to_thread(tracer);
	else if (!follows && cpu.bound)
		unbind();
	return cpu.choice.mode;
}
