/*
 * A lone thread's stops made cheaper: the tracer polls for them, or runs on the thread's own CPU (wait_mode.h chooses).
 * Must not live here: any change of the tracee's affinity.
 */
#ifndef SYSCOPE_TRACER_CPU_H
#define SYSCOPE_TRACER_CPU_H

#include "tracer.h"
#include "wait_mode.h"

/* After each round. only: the one thread that stopped in it, 0 if there were several. Returns how to wait for the next. */
enum wait_mode cpu_round(struct tracer *tracer, pid_t only);

#endif
