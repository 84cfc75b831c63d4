/*
 * Letting stopped threads go: with which request, and holding them.
 * Must not live here: deciding what a stop means (loop.c).
 */
#ifndef SYSCOPE_TRACER_RESUME_H
#define SYSCOPE_TRACER_RESUME_H

#include "tracer.h"

/* Resumes the thread as its state asks for, delivering signal (0: none). A thread that has vanished is no error. */
void resume_tracee(struct tracee *tracee, int signal);
/* After its first stop, at which it may turn out to be in a group-stop. */
void resume_first(struct tracee *tracee);
/* Leaves the thread in its group-stop, so that it is woken by SIGCONT. */
void resume_listen(struct tracee *tracee);
/* Why the thread, at its entry stop, is to be held there (pause, step, entry); NULL: it is not. */
const char *resume_hold_reason(const struct tracer *tracer, const struct tracee *tracee);
/* Holds it, and says so on the control channel: its event is in the trace then. */
void resume_hold(struct tracer *tracer, struct tracee *tracee, const char *reason);
/* Lets a held thread go, or all of them (NULL). */
void resume_held(struct tracer *tracer, struct tracee *only);

#endif
