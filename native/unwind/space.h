/*
 * An address space's mappings and the cache in front of them, shared by space.c and walk.c.
 * What must not live here: memory access, the walk.
 */
#ifndef SYSCOPE_UNWIND_SPACE_H
#define SYSCOPE_UNWIND_SPACE_H

#include "module.h"

#define NO_MODULE UINT32_MAX

/* A direct-mapped cache from a looked-up address to its rule; enough for the call sites that a busy program repeats. */
#define CACHE_BITS  11
#define CACHE_SLOTS (1u << CACHE_BITS)

struct space_mapping {
	uint64_t start, end, vaddr;
	const struct unwind_module *module;
	uint32_t id;
};

struct space_place {
	uint64_t address; /* what was looked up */
	uint64_t vaddr;
	const struct unwind_rule *rule;
	const struct unwind_module *module;
	uint32_t id;         /* NO_MODULE: no mapping holds it */
	uint32_t generation; /* 0: a free slot */
};

struct unwind_space {
	struct space_mapping *mappings; /* sorted, disjoint */
	size_t count, capacity;
	uint32_t generation;       /* changes with the mappings: the cache's other entries are stale */
	struct space_place *cache; /* CACHE_SLOTS; NULL until the first walk */
	struct unwind_counters counters;
};

/* The mapping that holds an address, or NULL. */
const struct space_mapping *space_mapping_at(const struct unwind_space *space, uint64_t address);

/* Fills *place from mappings and rows, without the cache. */
void space_resolve(const struct unwind_space *space, uint64_t address, struct space_place *place);

#endif
