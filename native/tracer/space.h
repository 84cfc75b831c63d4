/*
 * What modules.c and space.c share. See modules.h.
 * Must not live here: anything for other modules.
 */
#ifndef SYSCOPE_TRACER_SPACE_H
#define SYSCOPE_TRACER_SPACE_H

#include "modules.h"
#include "tracer.h"

bool modules_unwinds(const struct modules *modules);

/* Forgets all mappings. */
void space_clear(struct space *space);
/* Remembers a mapping whose module's CFI has not been compiled. Returns 0 or -ENOMEM. */
int space_wait(struct space *space, const struct space_range *range);
/* The module's mappings in this space get its rows (NULL: it has none). Returns true if there were any and they did. */
bool space_compiled(struct space *space, uint32_t module, const struct unwind_module *rows);

#endif
