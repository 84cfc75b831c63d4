/*
 * Frames and stacks, each written once and known by its id from then on.
 * Must not live here: where they come from (stacks.c).
 */
#ifndef SYSCOPE_TRACER_STACK_TABLE_H
#define SYSCOPE_TRACER_STACK_TABLE_H

#include "store/writer.h"
#include "unwind/unwind.h"

struct stack_frame {
	uint32_t module;
	uint64_t offset;
	uint8_t flags; /* enum frame_flag */
};

struct stack_table;

int stack_table_new(struct trace_writer *writer, struct stack_table **out);
void stack_table_free(struct stack_table *table);
/* The stack's id, 0: it could not be written. count: at most UNWIND_MAX_FRAMES. */
uint32_t stack_table_intern(struct stack_table *table, const struct unwind_frame *frames, size_t count, enum unwind_end end);
/* Ids of frames are 1 to this. */
uint32_t stack_table_frames(const struct stack_table *table);
const struct stack_frame *stack_table_frame(const struct stack_table *table, uint32_t id);

#endif
