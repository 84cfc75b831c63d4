/*
 * The call that a thread was in when it was attached to: in progress from the attach on, and the same event when the kernel
 * begins it anew, since attaching interrupts it for a moment.
 * Must not live here: which threads are attached to (attach.c), what a call's halves record (record.c).
 */
#ifndef SYSCOPE_TRACER_INSIDE_H
#define SYSCOPE_TRACER_INSIDE_H

#include <stdbool.h>

#include "record.h"

/* The thread is at its first stop after the attach. Records the call that it is in, if any; one that attaching has ended gets its result. */
void inside_begin(struct tracer *tracer, struct tracee *tracee);
/* The thread, of which tracee->inside holds, enters a call. True: it is that one, which goes on; else that one has ended. */
bool inside_goes_on(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info);
/* Something else comes first (a signal, another call): it ended as an interrupted call does. No-op unless tracee->inside. */
void inside_conclude(struct tracer *tracer, struct tracee *tracee);

#endif
