/*
 * A recording's parts put together and taken apart: trace, fd state, capture, stacks, control channel.
 * Must not live here: processes (launch.c, attach.c), the loop.
 */
#ifndef SYSCOPE_TRACER_RECORDING_H
#define SYSCOPE_TRACER_RECORDING_H

#include "tracer.h"

/*
 * Opens the trace and everything that writes to it. program: the path that is run or attached to.
 * Returns 0, or -1 with one sentence without a full stop; what was opened stays for recording_close.
 */
int recording_open(struct tracer *tracer, const struct options *options, const char *program, char *sentence, size_t size);

/* Facts about the recording, for people. */
void recording_describe(struct tracer *tracer, const char *program);

/* Completes the trace: symbols, losses, end. Safe to call again. */
void recording_commit(struct tracer *tracer);

/* Ends the control channel and frees all. remove_trace: nothing was recorded, so nothing is left behind. */
void recording_close(struct tracer *tracer, bool remove_trace);

#endif
