/* See resume.h. */
#include "resume.h"

#include <sys/ptrace.h>

#include "control.h"
#include "record.h"
#include "schema.h"

void resume_tracee(struct tracee *tracee, int signal)
{
	bool exit_wanted = tracee->in_call && (tracee->recorded || tracee->followed);
	enum __ptrace_request request = exit_wanted || tracee->every_call ? PTRACE_SYSCALL : PTRACE_CONT;

	if (tracee->detaching)
		request = PTRACE_DETACH;
	ptrace(request, tracee->tid, NULL, (void *)(intptr_t)signal);
}

void resume_listen(struct tracee *tracee)
{
	ptrace(PTRACE_LISTEN, tracee->tid, NULL, NULL);
}

void resume_first(struct tracee *tracee)
{
	if (tracee->group_stopped && !tracee->detaching)
		resume_listen(tracee);
	else
		resume_tracee(tracee, 0);
}

const char *resume_hold_reason(const struct tracer *tracer, const struct tracee *tracee)
{
	if (!tracee->recorded)
		return NULL;
	if (tracee->step)
		return "step";
	if (tracer->paused)
		return "pause";
	/* The program's own first call: exec itself and what the loader does are not it. */
	if (tracer->entry_hold && tracer->entry_ready && tracee->origin == ORIGIN_PROGRAM)
		return "entry";
	return NULL;
}

void resume_hold(struct tracer *tracer, struct tracee *tracee, const char *reason)
{
	tracer->entry_hold = false;
	tracee->step = false;
	tracee->hold = HOLD_PAUSE;
	tracee->hold_reason = reason;
	tracer->counters.held++;
	control_stopped(tracer->control, tracee->tid, reason, tracee->call.event);
}

static void let_go(struct tracer *tracer, struct tracee *tracee)
{
	if (tracee->hold != HOLD_PAUSE)
		return;
	tracee->hold = HOLD_NONE;
	record_let_go(tracer, tracee);
	resume_tracee(tracee, 0);
}

void resume_held(struct tracer *tracer, struct tracee *only)
{
	if (only) {
		let_go(tracer, only);
		return;
	}
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct tracee *tracee = tracer->buckets[i]; tracee; tracee = tracee->next)
			let_go(tracer, tracee);
	}
}
