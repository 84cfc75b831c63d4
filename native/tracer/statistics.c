/* See statistics.h. */
#include "statistics.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "modules.h"
#include "notice.h"
#include "record.h"

static unsigned long long microseconds(const struct timeval *time)
{
	return (unsigned long long)time->tv_sec * 1000000u + (unsigned long long)time->tv_usec;
}

static int put_stacks(const struct tracer *tracer, char *text, size_t size)
{
	const struct process *process = process_find(tracer, tracer->root_pid);
	const struct unwind_counters *counters =
		process && process->space->unwind ? unwind_counters(process->space->unwind) : NULL;

	if (!counters)
		return 0;
	return snprintf(text, size, ", %llu walks of %llu frames (%llu rows cached, %llu not, %llu guesses)",
		(unsigned long long)counters->walks, (unsigned long long)counters->frames,
		(unsigned long long)counters->cache_hits, (unsigned long long)counters->cache_misses,
		(unsigned long long)counters->guesses);
}

void statistics_tell(struct tracer *tracer)
{
	const struct tracer_counters *counters = &tracer->counters;
	struct rusage usage;
	char text[1024], line[1100];
	int used;

	getrusage(RUSAGE_SELF, &usage);
	used = snprintf(text, sizeof(text),
		"%llu calls, %llu left out by filters, %llu stops in %llu rounds, %llu moves to another CPU, a stop costs %llu "
		"ns, tracer %llu us user "
		"%llu us system, %llu bytes",
		(unsigned long long)counters->calls, (unsigned long long)counters->left_out, (unsigned long long)counters->stops,
		(unsigned long long)counters->batches, (unsigned long long)counters->cpu_moves,
		(unsigned long long)tracer->cheapest_ns, microseconds(&usage.ru_utime), microseconds(&usage.ru_stime),
		(unsigned long long)writer_bytes(tracer->writer));
	put_stacks(tracer, text + used, sizeof(text) - (size_t)used);
	record_meta(tracer, "stats", text, strlen(text));
	snprintf(line, sizeof(line), "syscope: %s\n", text);
	notice(tracer->root_pid, line);
}
