/* Which module lies where. See unwind.h and space.h. */
#include "space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct unwind_rule no_rule = { .kind = RULE_NONE };

/* Makes all cache entries stale. Once in 2^32 changes the numbers begin anew, and the entries have to go. */
static void invalidate(struct unwind_space *space)
{
	if (++space->generation != 0)
		return;
	space->generation = 1;
	if (space->cache)
		memset(space->cache, 0, CACHE_SLOTS * sizeof(*space->cache));
}

int unwind_space_new(struct unwind_space **out)
{
	struct unwind_space *space = calloc(1, sizeof(*space));

	if (!space)
		return -ENOMEM;
	space->generation = 1;
	*out = space;
	return 0;
}

int unwind_space_clone(const struct unwind_space *space, struct unwind_space **out)
{
	struct unwind_space *copy;
	int rc = unwind_space_new(&copy);

	if (rc)
		return rc;
	if (space->count > 0) {
		copy->mappings = malloc(space->count * sizeof(*copy->mappings));
		if (!copy->mappings) {
			free(copy);
			return -ENOMEM;
		}
		memcpy(copy->mappings, space->mappings, space->count * sizeof(*copy->mappings));
		copy->count = space->count;
		copy->capacity = space->count;
	}
	*out = copy;
	return 0;
}

void unwind_space_free(struct unwind_space *space)
{
	if (!space)
		return;
	free(space->mappings);
	free(space->cache);
	free(space);
}

void unwind_space_clear(struct unwind_space *space)
{
	space->count = 0;
	invalidate(space);
}

/* The first mapping whose end lies above the address: the one that holds it, if any does. */
static size_t first_above(const struct unwind_space *space, uint64_t address)
{
	size_t low = 0, high = space->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (space->mappings[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Room for two more: cutting a hole into a mapping adds one, and what is mapped there another. */
static int reserve(struct unwind_space *space)
{
	size_t capacity = space->capacity < 8 ? 16 : space->capacity * 2;
	struct space_mapping *grown;

	if (space->count + 2 <= space->capacity)
		return 0;
	grown = realloc(space->mappings, capacity * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	space->mappings = grown;
	space->capacity = capacity;
	return 0;
}

static void insert_at(struct unwind_space *space, size_t i, struct space_mapping mapping)
{
	memmove(&space->mappings[i + 1], &space->mappings[i], (space->count - i) * sizeof(mapping));
	space->mappings[i] = mapping;
	space->count++;
}

static void trim_front(struct space_mapping *mapping, uint64_t start)
{
	mapping->vaddr += start - mapping->start;
	mapping->start = start;
}

/* Cuts [start, end) out of the mappings; room is reserved. Returns where a mapping of that range belongs. */
static size_t cut(struct unwind_space *space, uint64_t start, uint64_t end)
{
	size_t i = first_above(space, start), last;

	if (i < space->count && space->mappings[i].start < start) {
		struct space_mapping tail = space->mappings[i];

		space->mappings[i].end = start;
		i++;
		if (tail.end > end) {
			trim_front(&tail, end);
			insert_at(space, i, tail);
			return i;
		}
	}
	for (last = i; last < space->count && space->mappings[last].end <= end;)
		last++;
	memmove(&space->mappings[i], &space->mappings[last], (space->count - last) * sizeof(*space->mappings));
	space->count -= last - i;
	if (i < space->count && space->mappings[i].start < end)
		trim_front(&space->mappings[i], end);
	return i;
}

int unwind_space_map(
	struct unwind_space *space, uint64_t start, uint64_t end, uint64_t vaddr, uint32_t id, const struct unwind_module *module)
{
	struct space_mapping mapping = { .start = start, .end = end, .vaddr = vaddr, .module = module, .id = id };
	int rc;

	if (start >= end)
		return -EINVAL;
	rc = reserve(space);
	if (rc)
		return rc;
	insert_at(space, cut(space, start, end), mapping);
	invalidate(space);
	return 0;
}

int unwind_space_unmap(struct unwind_space *space, uint64_t start, uint64_t end)
{
	int rc;

	if (start >= end)
		return -EINVAL;
	rc = reserve(space);
	if (rc)
		return rc;
	cut(space, start, end);
	invalidate(space);
	return 0;
}

const struct space_mapping *space_mapping_at(const struct unwind_space *space, uint64_t address)
{
	size_t i = first_above(space, address);

	return i < space->count && space->mappings[i].start <= address ? &space->mappings[i] : NULL;
}

bool unwind_space_find(const struct unwind_space *space, uint64_t pc, uint32_t *id, uint64_t *vaddr)
{
	const struct space_mapping *mapping = space_mapping_at(space, pc);

	if (!mapping)
		return false;
	if (id)
		*id = mapping->id;
	if (vaddr)
		*vaddr = pc - mapping->start + mapping->vaddr;
	return true;
}

void space_resolve(const struct unwind_space *space, uint64_t address, struct space_place *place)
{
	const struct space_mapping *mapping = space_mapping_at(space, address);

	*place = (struct space_place){
		.address = address,
		.vaddr = address,
		.rule = &no_rule,
		.id = NO_MODULE,
		.generation = space->generation,
	};
	if (!mapping)
		return;
	place->id = mapping->id;
	place->vaddr = address - mapping->start + mapping->vaddr;
	place->module = mapping->module;
	if (mapping->module)
		place->rule = module_rule(mapping->module, place->vaddr);
}

const struct unwind_counters *unwind_counters(const struct unwind_space *space)
{
	return &space->counters;
}
