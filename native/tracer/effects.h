/*
 * What a call does to the tracer's own picture: address space, seccomp, children to come. By the row's effect, never by name.
 * Must not live here: effects on descriptors (fd_state.h), rows.
 */
#ifndef SYSCOPE_TRACER_EFFECTS_H
#define SYSCOPE_TRACER_EFFECTS_H

#include "tracer.h"

/* tracee->call is filled; the thread is at its entry stop. */
void effects_enter(struct tracer *tracer, struct tracee *tracee);
/* tracee->call.ret is set; the thread is at its exit stop. */
void effects_exit(struct tracer *tracer, struct tracee *tracee);
/* Undoes in the stopped thread what effects_enter changed of a clone's flags (CLONE_UNTRACED). tid: it or its new child. */
void effects_restore_clone(const struct tracee *tracee, pid_t tid);

#endif
