/*
 * Address spaces: what is mapped where, and which mappings still wait for their module's CFI. See modules.h.
 * Must not live here: files (modules.c).
 */
#include "space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared_maps.h"

static uint64_t spaces; /* made so far */

struct space *space_new(struct modules *modules)
{
	struct space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	space->references = 1;
	space->id = ++spaces;
	if (modules_unwinds(modules) && unwind_space_new(&space->unwind) != 0) {
		free(space);
		return NULL;
	}
	return space;
}

struct space *space_share(struct space *space)
{
	space->references++;
	return space;
}

struct space *space_clone(const struct space *from)
{
	struct space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	*space = *from;
	space->references = 1;
	space->id = ++spaces;
	space->unwind = NULL;
	space->waiting = NULL;
	space->waiting_capacity = 0;
	if (shared_maps_clone(from, space) != 0)
		goto fail;
	if (from->waiting_count > 0) {
		space->waiting = malloc(from->waiting_count * sizeof(*space->waiting));
		if (!space->waiting)
			goto fail;
		memcpy(space->waiting, from->waiting, from->waiting_count * sizeof(*space->waiting));
		space->waiting_capacity = from->waiting_count;
	}
	if (from->unwind && unwind_space_clone(from->unwind, &space->unwind) != 0)
		goto fail;
	return space;
fail:
	shared_maps_free(space);
	free(space->waiting);
	free(space);
	return NULL;
}

void space_release(struct space *space)
{
	if (!space || --space->references > 0)
		return;
	unwind_space_free(space->unwind);
	shared_maps_free(space);
	free(space->waiting);
	free(space);
}

void space_renew(struct space *space)
{
	space->id = ++spaces;
	shared_maps_clear(space);
}

void space_clear(struct space *space)
{
	if (space->unwind)
		unwind_space_clear(space->unwind);
	space->waiting_count = 0;
	space->stale = false;
}

int space_wait(struct space *space, const struct space_range *range)
{
	if (space->waiting_count == space->waiting_capacity) {
		uint32_t capacity = space->waiting_capacity ? space->waiting_capacity * 2 : 8;
		struct space_range *grown = realloc(space->waiting, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		space->waiting = grown;
		space->waiting_capacity = capacity;
	}
	space->waiting[space->waiting_count++] = *range;
	return 0;
}

bool space_compiled(struct space *space, uint32_t module, const struct unwind_module *rows)
{
	bool found = false;

	for (uint32_t i = 0; i < space->waiting_count;) {
		struct space_range range = space->waiting[i];

		if (range.module != module) {
			i++;
			continue;
		}
		space->waiting[i] = space->waiting[--space->waiting_count];
		if (rows && unwind_space_map(space->unwind, range.start, range.end, range.vaddr, module, rows) == 0)
			found = true;
	}
	return found;
}

void modules_unmapped(struct process *process, uint64_t start, uint64_t length)
{
	struct space *space = process->space;
	uint64_t end = start + ((length + 4095) & ~(uint64_t)4095);

	if (!space->unwind || end <= start)
		return;
	unwind_space_unmap(space->unwind, start, end);
	for (uint32_t i = 0; i < space->waiting_count;) {
		if (space->waiting[i].start < end && space->waiting[i].end > start)
			space->waiting[i] = space->waiting[--space->waiting_count];
		else
			i++;
	}
}

void modules_changed(struct process *process)
{
	process->space->stale = true;
}

bool modules_executable(const struct space *space, uint64_t address)
{
	return space->unwind && unwind_space_find(space->unwind, address, NULL, NULL);
}
