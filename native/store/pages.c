/*
 * Calls in order of their numbers, filtered by class and origin: counts per block of 1,024, so that the Nth of those that are
 * left is found without a look at each.
 * Must not live here: lanes, what a call contains.
 */
#include <errno.h>

#include "array.h"
#include "index.h"

int page_count(struct index *x, uint32_t id, int by)
{
	const struct event *event = &x->events[id];
	size_t block = id / FILTER_BLOCK;

	if (ARRAY_RESERVE(x->blocks, x->block_capacity, block + 1))
		return -ENOMEM;
	while (x->block_count <= block)
		x->blocks[x->block_count++] = (struct filter_block){ 0 };
	x->blocks[block].count[event->class][!!(event->flags & EVENT_HELPER)] += (uint16_t)by;
	return 0;
}

static uint32_t block_sum(const struct filter_block *block, uint32_t hidden_classes, bool helpers)
{
	uint32_t sum = 0;

	for (uint32_t class = 0; class < FD_CLASS_COUNT; class ++)
		if (!(hidden_classes & 1u << class))
			sum += block->count[class][0] + (helpers ? block->count[class][1] : 0u);
	return sum;
}

uint64_t page_total(const struct index *x, uint32_t hidden_classes, bool helpers)
{
	uint64_t total = 0;

	for (size_t i = 0; i < x->block_count; i++)
		total += block_sum(&x->blocks[i], hidden_classes, helpers);
	return total;
}

static bool shown(const struct event *event, uint32_t hidden_classes, bool helpers)
{
	return event->lane != NONE32 && !(hidden_classes & 1u << event->class) && (helpers || !(event->flags & EVENT_HELPER));
}

size_t page_events(const struct index *x, uint64_t first, size_t count, uint32_t hidden_classes, bool helpers, double *out)
{
	size_t block = 0, filled = 0;

	for (; block < x->block_count; block++) {
		uint32_t sum = block_sum(&x->blocks[block], hidden_classes, helpers);

		if (sum > first)
			break;
		first -= sum;
	}
	for (uint64_t id = (uint64_t)block * FILTER_BLOCK; id < x->placed_count && filled < count; id++) {
		if (!shown(&x->events[id], hidden_classes, helpers))
			continue;
		if (first)
			first--;
		else
			out[filled++] = (double)id;
	}
	return filled;
}
