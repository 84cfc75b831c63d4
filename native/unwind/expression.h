/* DWARF expressions (DWARF 5, 2.5) as far as CFI uses them. What must not live here: which register an expression is for. */
#ifndef SYSCOPE_UNWIND_EXPRESSION_H
#define SYSCOPE_UNWIND_EXPRESSION_H

#include <stdbool.h>

#include "module.h"

/*
 * Evaluates an expression; registers are the 16 of the frame and its pc. With has_first, first lies on the stack at the
 * start (a register's rule gets the CFA). Bounded: at most 256 operations. Returns 0 and *value, -EINVAL for what is broken
 * or not allowed in CFI, or what read returned.
 */
int expression_evaluate(const struct expression *expression, const uint64_t registers[CFI_REGISTERS], bool has_first,
	uint64_t first, unwind_read_fn read, void *context, uint64_t *value);

#endif
