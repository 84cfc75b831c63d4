/*
 * Rows of the trace: a call's entry and exit, exec, signals, ends, warnings, losses.
 * Must not live here: ptrace and wait statuses (loop.c), how arguments are copied (capture.c).
 */
#ifndef SYSCOPE_TRACER_RECORD_H
#define SYSCOPE_TRACER_RECORD_H

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "tracer.h"

/* A call as the kernel told it at its entry stop. */
struct entry_info {
	uint32_t arch; /* AUDIT_ARCH_* */
	uint64_t nr;
	uint64_t args[6];
	uint64_t ip, sp;
	uint64_t seen_ns;
};

/* Its result. */
struct exit_info {
	int64_t ret;
	uint64_t seen_ns;
};

/*
 * Each half of a call is recorded in two steps, so that the thread does not wait while rows are written: what needs it
 * stopped, then, before any other stop is handled, the rest. The first sets tracee->recorded to whether there is a rest.
 */
void record_entry(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info);
void record_entry_rows(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info);
void record_exit(struct tracer *tracer, struct tracee *tracee, const struct exit_info *info);
void record_exit_rows(struct tracer *tracer, struct tracee *tracee, const struct exit_info *info);
/* Whether a result is one of the codes by which the kernel says that it will begin the call anew (include/linux/errno.h). */
bool record_restarts(int64_t ret);
/* The call, which is at its exit, returned EINTR because of what (attaching, detaching) the tracer did: named in a warning. */
void record_interrupted(struct tracer *tracer, const struct tracee *tracee, const char *what);
/* The call that the thread was held in goes on; sets tracee->resumed_ns. */
void record_let_go(struct tracer *tracer, struct tracee *tracee);
void record_exec(struct tracer *tracer, struct tracee *tracee);
/* flags: enum signal_flag; info may be NULL. */
void record_signal(struct tracer *tracer, const struct tracee *tracee, int signal, const siginfo_t *info, uint32_t flags);
/* A thread's end, and with the last one its process's. status: as wait4(2) gives it. */
void record_exited(struct tracer *tracer, const struct tracee *tracee, int status, const struct rusage *usage);
/* A thread whose exec made it its process's leader is over under its former id. */
void record_superseded(struct tracer *tracer, const struct tracee *former);
/* Something that no system call shows; about has what it is, text a sentence or nothing. */
void record_blind(struct tracer *tracer, const struct tracee *tracee, const struct row_blind *about, const char *text);
/* tracee may be NULL. Also told to the control channel. */
void record_warning(struct tracer *tracer, const struct tracee *tracee, uint32_t code, const char *text);
void record_meta(struct tracer *tracer, const char *key, const char *value, size_t length);
/* The closing LOST rows, if anything was lost, and END. */
/* ended_at: when the program was done, CLOCK_MONOTONIC ns. */
void record_end(struct tracer *tracer, uint64_t ended_at);

#endif
