/*
 * A stopped thread's stack, as an interned id of the trace.
 * Must not live here: mappings and CFI (modules.c, native/unwind), names of functions (finish.c).
 */
#ifndef SYSCOPE_TRACER_STACKS_H
#define SYSCOPE_TRACER_STACKS_H

#include "memory.h"
#include "modules.h"
#include "tracer.h"

struct stacks;

int stacks_new(struct trace_writer *writer, struct modules *modules, struct stacks **out);
void stacks_free(struct stacks *stacks);

/* The slice of stack that the walk is likely to need, from sp on: to be read together with the call's arguments. */
void stacks_prepare(struct stacks *stacks, const struct tracee *tracee, uint64_t sp, struct memory_piece *slice);
/* Walks the stopped thread's stack; reads more of it where the slice does not suffice. Returns the stack's id, 0: none. */
uint32_t stacks_take(struct stacks *stacks, struct tracee *tracee, const struct memory_piece *slice);

/* The interned frames, for symbols: ids are 1..count. */
struct stack_frame {
	uint32_t module;
	uint64_t offset;
	uint8_t flags;
};
uint32_t stacks_frame_count(const struct stacks *stacks);
const struct stack_frame *stacks_frame(const struct stacks *stacks, uint32_t id);

#endif
