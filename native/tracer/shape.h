/*
 * Which calls shape what the tracer keeps of a process: descriptors, working directory, processes, executable mappings,
 * filters of its own, blind spots (ledger.h). They stop whether they are recorded or not. A table row's effect says so, and for some only with certain
 * arguments: those are tested in the same way by the seccomp filter and by the tracer.
 * Must not live here: what is done about it.
 */
#ifndef SYSCOPE_TRACER_SHAPE_H
#define SYSCOPE_TRACER_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "syscalls.h"

/* One thing to look for in the low 32 bits of an argument. */
struct shape_test {
	uint8_t arg;
	bool bits; /* any of value's bits are set; else: equal to value */
	uint32_t value;
};

#define SHAPE_TESTS 3

struct shape {
	bool shapes;                          /* false: nothing that is kept depends on it */
	uint8_t count;                        /* of tests, one of which must hold; 0: always */
	struct shape_test tests[SHAPE_TESTS]; /* by the row's own arguments */
};

/* mappings: whether executable mappings are kept (they are for stacks). row NULL: an unknown number, which shapes nothing. */
const struct shape *shape_of(const struct syscall_row *row, bool mappings);
bool shape_holds(const struct shape *shape, const uint64_t args[6]);

#endif
