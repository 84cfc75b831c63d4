/*
 * Running on the tracee's own CPU: a stop then costs two context switches instead of two wake-ups of an idle CPU.
 * Must not live here: any change of the tracee's affinity.
 */
#ifndef SYSCOPE_TRACER_CPU_H
#define SYSCOPE_TRACER_CPU_H

#include "tracer.h"

/* After each round. only: the one thread that stopped in it, 0 if there were several. */
void cpu_follow(struct tracer *tracer, pid_t only);

#endif
