/*
 * A stopped thread's stack, as an interned id of the trace.
 * Must not live here: mappings and CFI (modules.c, native/unwind), names of functions (finish.c).
 */
#ifndef SYSCOPE_TRACER_STACKS_H
#define SYSCOPE_TRACER_STACKS_H

#include "memory.h"
#include "modules.h"
#include "stack_table.h"
#include "tracer.h"

struct stacks;

int stacks_new(struct trace_writer *writer, struct modules *modules, struct stacks **out);
void stacks_free(struct stacks *stacks);

/* The slice of stack that the walk is likely to need, from sp on: to be read together with the call's arguments. */
void stacks_prepare(struct stacks *stacks, const struct tracee *tracee, uint64_t sp, struct memory_piece *slice);
/* Walks the stopped thread's stack; reads more of it where the slice does not suffice. Returns the stack's id, 0: none. */
uint32_t stacks_take(struct stacks *stacks, struct tracee *tracee, const struct memory_piece *slice);

/* The frames and stacks that were found. */
const struct stack_table *stacks_table(const struct stacks *stacks);

#endif
