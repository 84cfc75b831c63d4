/*
 * The blind-spot ledger: what a program does without system calls, each a `blind` row: io_uring and Linux AIO submissions,
 * files mapped shared and writable, time calls through the vDSO, code of another mode (32 bits, x32).
 * A table row's `ledger` says what a call has to do with it; such calls always stop.
 * Must not live here: how a ring is laid out (uring_ring.h), which operation has a descriptor (submissions.json).
 */
#ifndef SYSCOPE_TRACER_LEDGER_H
#define SYSCOPE_TRACER_LEDGER_H

#include "tracer.h"

struct ledger;

/* Returns 0 or -ENOMEM. */
int ledger_new(struct ledger **out);
void ledger_free(struct ledger *ledger);

/* tracee->call is filled and its descriptors are known; the thread is at its entry stop. May correct call.fd and what it is. */
void ledger_enter(struct tracer *tracer, struct tracee *tracee);
/* The call's result is no descriptor, though its row says so: a ring that exists as a registered one only. Exit, before fd state. */
bool ledger_result_is_index(const struct tracee *tracee);
/* tracee->call.ret is set and fd state knows of it; the thread is at its exit stop. */
void ledger_exit(struct tracer *tracer, struct tracee *tracee);

/* A call of another mode than x86-64. Counted; the first of a program image is a row, the rest one at its end. */
void ledger_foreign_call(struct tracer *tracer, struct tracee *tracee, uint32_t arch);
/* A process has become another program: tracee is its only thread, stopped. */
void ledger_exec(struct tracer *tracer, struct tracee *tracee);
/* A process that ran before, seized and stopping: what it has mapped by now. tracee: one of its threads. */
void ledger_attached(struct tracer *tracer, const struct tracee *tracee);

/* A thread's end is under way (exits.h knows). */
void ledger_exiting(struct tracer *tracer, const struct tracee *tracee);
/* A thread is over: what it was handing over when it died. */
void ledger_thread_end(struct tracer *tracer, struct tracee *tracee);
/* With its process's last thread. */
void ledger_process_end(struct tracer *tracer, const struct tracee *tracee);
/* The recording ends while threads live. */
void ledger_finish(struct tracer *tracer);

#endif
