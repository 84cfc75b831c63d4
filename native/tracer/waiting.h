/*
 * Waiting for stops, many at a time.
 * Must not live here: what a status means (stop.h).
 */
#ifndef SYSCOPE_TRACER_WAITING_H
#define SYSCOPE_TRACER_WAITING_H

#include <sys/resource.h>

#include "tracer.h"
#include "wait_mode.h"

#define WAIT_BATCH 64

struct wait_result {
	pid_t tid;
	int status;
	struct rusage usage; /* of an ended process; else zero */
};

struct wait_batch {
	struct wait_result results[WAIT_BATCH];
	pid_t unreaped; /* the root process, which has ended and waits to be reaped; 0: none */
};

/* Once, before the first wait: stops then send no SIGCHLD along, which nobody would read. */
void waiting_begin(void);

/*
 * Waits for one stop, as mode says, and takes those that are pending.
 * Returns how many, 0 if interrupted, -errno (-ECHILD: nothing is traced).
 */
int waiting_batch(struct tracer *tracer, enum wait_mode mode, struct wait_batch *batch);
void waiting_reap(pid_t pid);

#endif
