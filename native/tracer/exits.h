/*
 * Why threads and processes end: by which call, by whose signal, or because another thread's exit_group or exec ended them;
 * and what a process's children had used by then.
 * Must not live here: rows (record_rows.c), ptrace.
 */
#ifndef SYSCOPE_TRACER_EXITS_H
#define SYSCOPE_TRACER_EXITS_H

#include <signal.h>

#include "tracer.h"

/* tracee->call is filled; the thread is at its entry stop. */
void exits_enter(struct tracer *tracer, const struct tracee *tracee);
/* tracee->call.ret is set. */
void exits_exit(struct tracer *tracer, const struct tracee *tracee);
/* A signal is delivered to the thread. */
void exits_signal(const struct tracee *tracee, const siginfo_t *info);
/* The thread's end is under way (PTRACE_EVENT_EXIT). status: the event's message, as wait4(2) will tell it. */
void exits_begin(struct tracee *tracee, int status);
/* Cause, sender and event of a thread's or (scope) its process's end. */
void exits_fill(const struct tracee *tracee, int status, struct row_exited *row);

#endif
