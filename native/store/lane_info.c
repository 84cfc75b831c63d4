/*
 * Lanes as the engine gets them.
 * Must not live here: which call belongs to a lane (lanes.c).
 */
#include "lane_info.h"

#include <math.h>
#include <string.h>

#include "include/syscope.h"

struct collected {
	const struct index *x;
	uint8_t class;
	uint32_t capacity, count;
	double *start, *end;
	uint32_t *name;
};

/*
 * A number that was a file and then a pipe is two lanes, each with its own generations only. Spans come newest first; one that
 * a table's new user took over at that moment and at once closed is none.
 */
static bool collect(void *context, uint64_t start, uint64_t end, uint64_t description)
{
	struct collected *c = context;
	const struct description_state *state;

	if (!description || description >= c->x->description_count)
		return true;
	state = &c->x->descriptions[description];
	if (state->class != c->class)
		return true;
	if (c->start) {
		c->start[c->count] = (double)start;
		c->end[c->count] = end == TIME_OPEN ? INFINITY : (double)end;
		c->name[c->count] = state->name;
	}
	return ++c->count < c->capacity;
}

static void collect_all(const struct index *x, const struct lane *lane, struct collected *c)
{
	if (c->capacity && lane->class != FD_CLASS_NONE && lane->fd >= 0 && lane->process < x->process_count)
		index_spans_of(x, lane->process, lane->fd, collect, c);
}

uint32_t lane_generations(const struct index *x, uint32_t index, double *start, double *end, uint32_t *name, uint32_t capacity)
{
	const struct lane *lane = &x->lanes[index];
	struct collected c = { .x = x, .class = lane->class, .capacity = capacity, .start = start, .end = end, .name = name };

	collect_all(x, lane, &c);
	for (uint32_t i = 0, j = c.count; i + 1 < j--; i++) {
		double time = start[i];
		uint32_t id = name[i];

		start[i] = start[j];
		start[j] = time;
		time = end[i];
		end[i] = end[j];
		end[j] = time;
		name[i] = name[j];
		name[j] = id;
	}
	return c.count;
}

static uint32_t resource_of(const struct index *x, const struct lane *lane)
{
	double start, end;
	uint32_t name;
	struct collected c = { .x = x, .class = lane->class, .capacity = 1, .start = &start, .end = &end, .name = &name };

	collect_all(x, lane, &c);
	if (c.count)
		return name;
	/* Nothing said when the number came to be: what its newest call referred to. A lane by resource has no number. */
	return (lane->fd >= 0 || (lane->thread == NONE32 && lane->process == NONE32)) && lane->description < x->description_count
		       ? x->descriptions[lane->description].name
		       : 0;
}

void lane_info_fill(const struct index *x, uint32_t index, double *numbers)
{
	const struct lane *lane = &x->lanes[index];
	bool has_process = lane->process < x->process_count;
	struct collected c = { .x = x, .class = lane->class, .capacity = SYSCOPE_MAX_GENERATIONS };

	collect_all(x, lane, &c);
	numbers[SYSCOPE_LANE_CLASS] = lane->class;
	numbers[SYSCOPE_LANE_PROCESS] = has_process ? lane->process : -1.0;
	numbers[SYSCOPE_LANE_PID] = has_process ? x->processes[lane->process].pid : -1;
	numbers[SYSCOPE_LANE_PROCESS_NAME] = has_process ? x->processes[lane->process].name : 0;
	numbers[SYSCOPE_LANE_FD] = lane->fd;
	numbers[SYSCOPE_LANE_THREAD] = lane->thread == NONE32 ? -1.0 : lane->thread;
	numbers[SYSCOPE_LANE_TID] = lane->thread < x->thread_count ? x->threads[lane->thread].tid : -1;
	numbers[SYSCOPE_LANE_RESOURCE] = resource_of(x, lane);
	numbers[SYSCOPE_LANE_EVENTS] = lane->events;
	numbers[SYSCOPE_LANE_ERRORS] = lane->errors;
	numbers[SYSCOPE_LANE_HELPER_EVENTS] = lane->helper_events;
	numbers[SYSCOPE_LANE_HELPER_ERRORS] = lane->helper_errors;
	numbers[SYSCOPE_LANE_BUSY] = (double)lane->busy;
	numbers[SYSCOPE_LANE_FIRST] = lane->first == TIME_OPEN ? 0 : (double)lane->first;
	numbers[SYSCOPE_LANE_LAST] = (double)lane->last;
	numbers[SYSCOPE_LANE_GENERATIONS] = c.count;
}
