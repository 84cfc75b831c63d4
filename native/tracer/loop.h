/*
 * The event loop: waits, classifies, reacts.
 * Must not live here: rows (record.c), how a program is started (launch.c) or attached to (attach.c).
 */
#ifndef SYSCOPE_TRACER_LOOP_H
#define SYSCOPE_TRACER_LOOP_H

#include "tracer.h"

/*
 * Runs until no tracee is left or all have been let go. commit is called once, when the root process has ended but
 * has not been reaped, so that its parent does not see its end before the trace is complete; not if others still run then.
 */
void loop_run(struct tracer *tracer, void (*commit)(struct tracer *tracer));

/* Handles one stop as the loop would (the first one, which the launch waited for). */
void loop_handle(struct tracer *tracer, pid_t tid, int status);

#endif
