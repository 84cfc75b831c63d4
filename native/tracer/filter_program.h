/*
 * The seccomp filter's program: which calls stop, as BPF. Pure: numbers in, instructions out.
 * Must not live here: installing it (filter.c).
 */
#ifndef SYSCOPE_TRACER_FILTER_PROGRAM_H
#define SYSCOPE_TRACER_FILTER_PROGRAM_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

#include "call_set.h"

/* The filter's word for the tracer (PTRACE_GETEVENTMSG): which rule it was. */
#define FILTER_RULE_RECORDED 0
#define FILTER_RULE_FOREIGN  1

/* seccomp(2): the bit in a number that makes it one of the x32 ABI. */
#define FILTER_X32_BIT 0x40000000u

/*
 * Writes the program into out, which has room for BPF_MAXINSNS. Calls of another architecture always stop; of this one those
 * in calls, and those that shape what the tracer keeps (shape.h; mappings: as there). Returns its length.
 */
size_t filter_program(const struct call_set *calls, bool mappings, struct sock_filter *out);

#endif
