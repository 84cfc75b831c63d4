/* See commands.h. */
#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>

#include "control.h"
#include "record.h"
#include "resume.h"

static void each_tracee(struct tracer *tracer, void (*act)(struct tracer *tracer, struct tracee *tracee, const void *context),
	const void *context)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct tracee *tracee = tracer->buckets[i], *next; tracee; tracee = next) {
			next = tracee->next;
			act(tracer, tracee, context);
		}
	}
}

static void present_thread(struct tracer *tracer, struct tracee *tracee, const void *request)
{
	if (tracee->process)
		control_present_thread(tracer->control, request, tracee->process->pid, tracee->tid, tracee->process->name);
}

/* A program held at its entry is held before its peer has found the socket. */
static void present_held(struct tracer *tracer, struct tracee *tracee, const void *request)
{
	if (tracee->process && tracee->hold == HOLD_PAUSE)
		control_present_stopped(tracer->control, request, tracee->tid, tracee->hold_reason, tracee->call.event);
}

static void greet(struct tracer *tracer, const struct control_request *request)
{
	control_greet(tracer->control, request);
	for (const struct process *process = tracer->processes; process; process = process->next)
		control_present_process(tracer->control, request, process->pid, process->ppid, process->name);
	each_tracee(tracer, present_thread, request);
	each_tracee(tracer, present_held, request);
}

static void say_status(struct tracer *tracer, const struct control_request *request)
{
	char fields[160];

	snprintf(fields, sizeof(fields), ",\"events\":%llu,\"threads\":%u,\"paused\":%s",
		(unsigned long long)tracer->counters.calls, tracer->tracees, tracer->paused ? "true" : "false");
	control_reply(tracer->control, request, fields);
}

static void resume_all(struct tracer *tracer)
{
	tracer->paused = false;
	tracer->entry_hold = false;
	resume_held(tracer, NULL);
	control_continued(tracer->control, 0);
}

static void step(struct tracer *tracer, const struct control_request *request)
{
	struct tracee *tracee = request->argument > 0 ? tracee_find(tracer, (pid_t)request->argument) : NULL;

	if (!tracee || !tracee->process) {
		control_refuse(tracer->control, request, "There is no such thread.");
		return;
	}
	tracee->step = true;
	control_reply(tracer->control, request, "");
	if (tracee->hold == HOLD_PAUSE) {
		resume_held(tracer, tracee);
		control_continued(tracer->control, tracee->tid);
	}
}

/* A held thread is in a stop already; any other comes to one when it is interrupted. */
static void let_go(struct tracer *tracer, struct tracee *tracee, const void *context)
{
	(void)context;
	tracee->detaching = true;
	if (tracee->hold == HOLD_PAUSE) {
		tracee->hold = HOLD_NONE;
		resume_tracee(tracee, 0);
		tracee_remove(tracer, tracee);
	} else {
		ptrace(PTRACE_INTERRUPT, tracee->tid, NULL, NULL);
	}
}

static void detach(struct tracer *tracer)
{
	tracer->end_reason = END_REASON_DETACHED;
	tracer->paused = tracer->entry_hold = false;
	if (tracer->filter) {
		resume_held(tracer, NULL);
		tracer->passing = true;
	} else {
		each_tracee(tracer, let_go, NULL);
	}
}

static void signal_processes(struct tracer *tracer, int signal)
{
	tracer->end_reason = END_REASON_TERMINATED;
	if (signal == SIGTERM) {
		kill(tracer->root_pid, SIGTERM);
		resume_all(tracer);
		return;
	}
	for (const struct process *process = tracer->processes; process; process = process->next)
		kill(process->pid, signal);
}

static void run(struct tracer *tracer, const struct control_request *request)
{
	switch (request->verb) {
	case VERB_HELLO: greet(tracer, request); return;
	case VERB_GONE: resume_all(tracer); return;
	case VERB_STATUS: say_status(tracer, request); return;
	case VERB_STEP: step(tracer, request); return;
	case VERB_UNKNOWN: control_refuse(tracer->control, request, "There is no such request."); return;
	case VERB_PAUSE: tracer->paused = true; break;
	case VERB_RESUME: break;
	case VERB_DETACH: detach(tracer); break;
	case VERB_TERMINATE: signal_processes(tracer, SIGTERM); break;
	case VERB_KILL: signal_processes(tracer, SIGKILL); break;
	}
	control_reply(tracer->control, request, "");
	if (request->verb == VERB_RESUME)
		resume_all(tracer);
}

void commands_run(struct tracer *tracer)
{
	struct control_request request;

	while (control_take(tracer->control, &request))
		run(tracer, &request);
}
