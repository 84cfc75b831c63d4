/* See shared_maps.h. */
#include "shared_maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "modules.h"
#include "record.h"

/* What munmap(2) takes for a range: whole pages. */
static uint64_t page_end(uint64_t start, uint64_t length)
{
	return start + ((length + 4095) & ~(uint64_t)4095);
}

static void note(struct tracer *tracer, const struct tracee *tracee, const struct shared_map *map, uint64_t start, uint64_t end)
{
	struct row_blind row = {
		.reason = BLIND_REASON_SHARED_MAPPING,
		.count = 1,
		.fd = map->fd,
		.description = map->description,
		.class = map->cls,
		.name = map->name,
		.length = end - start,
		.offset = (int64_t)(map->offset + (start - map->start)),
	};

	record_blind(tracer, tracee, &row, "");
}

static bool push(struct space *space, const struct shared_map *map)
{
	if (space->shared_count == space->shared_capacity) {
		uint32_t capacity = space->shared_capacity ? space->shared_capacity * 2 : 8;
		struct shared_map *grown = realloc(space->shared, capacity * sizeof(*grown));

		if (!grown)
			return false;
		space->shared = grown;
		space->shared_capacity = capacity;
	}
	space->shared[space->shared_count++] = *map;
	return true;
}

/* From now on no range lies on both sides of address. */
static void split(struct space *space, uint64_t address)
{
	for (uint32_t i = 0; i < space->shared_count; i++) {
		struct shared_map upper = space->shared[i];

		if (upper.start >= address || upper.end <= address)
			continue;
		upper.offset += address - upper.start;
		upper.start = address;
		space->shared[i].end = address;
		push(space, &upper);
		return;
	}
}

void shared_maps_remove(struct space *space, uint64_t start, uint64_t end)
{
	if (space->shared_count == 0 || end <= start)
		return;
	split(space, start);
	split(space, end);
	for (uint32_t i = 0; i < space->shared_count;) {
		if (space->shared[i].start >= start && space->shared[i].end <= end)
			space->shared[i] = space->shared[--space->shared_count];
		else
			i++;
	}
}

void shared_maps_add(struct tracer *tracer, const struct tracee *tracee, const struct shared_map *map)
{
	struct space *space = tracee->process->space;

	shared_maps_remove(space, map->start, map->end);
	if (map->end <= map->start)
		return;
	if (map->writable)
		note(tracer, tracee, map, map->start, map->end);
	push(space, map);
}

void shared_maps_protect(struct tracer *tracer, const struct tracee *tracee, uint64_t start, uint64_t end, bool writable)
{
	struct space *space = tracee->process->space;

	if (space->shared_count == 0 || end <= start || !writable)
		return; /* once writable, what was written may still be on its way; becoming so again is no news */
	split(space, start);
	split(space, end);
	for (uint32_t i = 0; i < space->shared_count; i++) {
		struct shared_map *map = &space->shared[i];

		if (map->start < start || map->end > end || map->writable)
			continue;
		map->writable = true;
		note(tracer, tracee, map, map->start, map->end);
	}
}

void shared_maps_move(
	struct tracer *tracer, const struct tracee *tracee, uint64_t from, uint64_t old_length, uint64_t to, uint64_t new_length)
{
	struct space *space = tracee->process->space;
	uint64_t old_end = page_end(from, old_length), end = page_end(to, new_length);
	struct shared_map moved = { 0 };

	for (uint32_t i = 0; i < space->shared_count && moved.end == 0; i++) {
		if (space->shared[i].start <= from && space->shared[i].end > from)
			moved = space->shared[i];
	}
	if (old_length > 0)
		shared_maps_remove(space, from, old_end);
	shared_maps_remove(space, to, end);
	if (moved.end == 0 || end <= to)
		return;
	moved.offset += from - moved.start;
	moved.start = to;
	moved.end = end;
	if (moved.writable && end - to > old_end - from)
		note(tracer, tracee, &moved, to + (old_end - from), end);
	push(space, &moved);
}

void shared_maps_clear(struct space *space)
{
	space->shared_count = 0;
}

int shared_maps_clone(const struct space *from, struct space *to)
{
	to->shared = NULL;
	to->shared_count = to->shared_capacity = 0;
	if (from->shared_count == 0)
		return 0;
	to->shared = malloc(from->shared_count * sizeof(*to->shared));
	if (!to->shared)
		return -ENOMEM;
	memcpy(to->shared, from->shared, from->shared_count * sizeof(*to->shared));
	to->shared_count = to->shared_capacity = from->shared_count;
	return 0;
}

void shared_maps_free(struct space *space)
{
	free(space->shared);
	space->shared = NULL;
	space->shared_count = space->shared_capacity = 0;
}
