/*
 * See cpu.h. Only a lone runnable thread is followed, and only while it pays: whether the scheduler leaves it on its CPU when the
 * tracer moves there depends on the machine, so that a window of rounds before is compared with one after.
 *
 *   free -- WINDOW rounds of one thread --> trying (pinned) -- cheaper --> following -- another thread, dearer --> free
 *                                              |-- not cheaper --> free, and not again for a while
 */
#include "cpu.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW        64
#define FIRST_PAUSE   4096u
#define LONGEST_PAUSE (1u << 20)
/* Longer rounds are not the tracer's: the thread was waiting for something. */
#define LONGEST_ROUND_NS 1000000u

enum mode { FREE, TRYING, FOLLOWING };

static struct {
	cpu_set_t allowed;
	int allowed_count; /* 0: not asked yet */
	enum mode mode;
	pid_t tid;
	unsigned int rounds, counted, strangers;
	uint64_t last_ns, spent_ns;
	uint64_t free_cost, cost; /* ns a round */
	uint32_t pause, next_pause;
} cpu = { .next_pause = FIRST_PAUSE };

static void begin_window(void)
{
	cpu.rounds = cpu.counted = 0;
	cpu.spent_ns = 0;
}

static void set_free(void)
{
	if (cpu.mode != FREE)
		sched_setaffinity(0, sizeof(cpu.allowed), &cpu.allowed);
	cpu.mode = FREE;
	cpu.strangers = 0;
	begin_window();
}

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

static void follow(struct tracer *tracer)
{
	int number = cpu_of(cpu.tid);
	cpu_set_t one;

	if (number < 0 || number >= CPU_SETSIZE || !CPU_ISSET(number, &cpu.allowed))
		return;
	CPU_ZERO(&one);
	CPU_SET(number, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		return;
	tracer->counters.cpu_moves++;
	cpu.mode = TRYING;
}

static void end_window(struct tracer *tracer)
{
	uint64_t cost = cpu.counted > WINDOW / 2 ? cpu.spent_ns / cpu.counted : 0;

	begin_window();
	if (cost == 0)
		return;
	if (cpu.mode == FREE) {
		cpu.free_cost = cost;
		follow(tracer);
	} else if (cost * 10 > cpu.free_cost * 9) {
		set_free();
		cpu.pause = cpu.next_pause;
		cpu.next_pause = cpu.next_pause < LONGEST_PAUSE ? cpu.next_pause * 2 : LONGEST_PAUSE;
	} else {
		cpu.mode = FOLLOWING;
		cpu.next_pause = FIRST_PAUSE;
	}
}

static bool may_move(void)
{
	if (cpu.allowed_count == 0) {
		if (sched_getaffinity(0, sizeof(cpu.allowed), &cpu.allowed) != 0)
			CPU_ZERO(&cpu.allowed);
		cpu.allowed_count = CPU_COUNT(&cpu.allowed) > 1 ? CPU_COUNT(&cpu.allowed) : 1;
	}
	return cpu.allowed_count > 1;
}

void cpu_follow(struct tracer *tracer, pid_t only)
{
	uint64_t now, took;

	if (!may_move())
		return;
	if (cpu.pause > 0) {
		cpu.pause--;
		return;
	}
	if (only != cpu.tid || only == 0) {
		/* A stranger now and then, such as a child's end, is no reason to leave. */
		if (++cpu.strangers < (cpu.mode == FREE ? 1u : 8u))
			return;
		set_free();
		cpu.tid = only;
		return;
	}
	now = tracer_now();
	took = now - cpu.last_ns;
	cpu.last_ns = now;
	cpu.rounds++;
	if (took < LONGEST_ROUND_NS && cpu.rounds > 1) {
		cpu.counted++;
		cpu.spent_ns += took;
	}
	if (cpu.rounds >= WINDOW)
		end_window(tracer);
}
