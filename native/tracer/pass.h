/*
 * Tracing without recording: after a detach from a program with our filter, whose calls would fail without a tracer.
 * Must not live here: anything that knows of the trace.
 */
#ifndef SYSCOPE_TRACER_PASS_H
#define SYSCOPE_TRACER_PASS_H

/* Lets everything through until no tracee is left. */
void pass_run(void);

#endif
