/* See exits.h. */
#include "exits.h"

#include <sys/wait.h>

#include "process_facts.h"

static uint64_t event_of(const struct tracee *tracee)
{
	return tracee->recorded ? tracee->call.event + 1 : 0;
}

static int argument_of(const struct syscall_row *row, uint8_t kind)
{
	for (int i = 0; i < row->argc && i < 6; i++) {
		if (row->args[i].kind == kind)
			return i;
	}
	return -1;
}

/*
 * The process that a call kills, if it is one of ours: SIGKILL is delivered without a stop that would say who sent it. Ids of
 * another pid namespace than ours mean nothing here.
 */
static struct process *killed_by(const struct tracer *tracer, const struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	int signal = argument_of(call->row, ARG_SIGNAL), pid = argument_of(call->row, ARG_PID);

	if (signal < 0 || pid < 0 || (int)call->args[signal] != SIGKILL || (pid_t)call->args[pid] <= 0 || tracee->process->nested)
		return NULL;
	return process_find(tracer, (pid_t)call->args[pid]);
}

static void note_killer(struct tracer *tracer, const struct tracee *tracee, pid_t sender)
{
	struct process *target = killed_by(tracer, tracee);

	if (!target)
		return;
	target->fatal_signal = SIGKILL;
	target->fatal_sender = sender;
}

void exits_enter(struct tracer *tracer, const struct tracee *tracee)
{
	struct process *process = tracee->process;

	if (!tracee->call.row)
		return;
	if (tracee->call.row->effect == EFFECT_EXIT_GROUP && !process->exits) {
		process->exits = true;
		process->exit_event = event_of(tracee);
	} else if (tracee->call.row->effect == EFFECT_EXEC) {
		process->execs = true;
		process->exec_event = event_of(tracee);
	} else {
		note_killer(tracer, tracee, process->pid);
	}
}

void exits_exit(struct tracer *tracer, const struct tracee *tracee)
{
	if (!tracee->call.row)
		return;
	if (tracee->call.row->effect == EFFECT_EXEC)
		tracee->process->execs = false;
	else if (tracee->call.ret < 0)
		note_killer(tracer, tracee, 0);
}

void exits_signal(const struct tracee *tracee, const siginfo_t *info)
{
	struct process *process = tracee->process;

	if (!process)
		return;
	process->fatal_signal = info->si_signo;
	process->fatal_sender = info->si_code <= 0 && info->si_code != SI_TIMER ? info->si_pid : 0;
}

static uint8_t cause_of(const struct tracee *tracee, int status)
{
	const struct process *process = tracee->process;
	const struct syscall_row *row = tracee->in_call ? tracee->call.row : NULL;

	if (WIFSIGNALED(status))
		return EXIT_CAUSE_SIGNAL;
	if (row && row->effect == EFFECT_EXIT)
		return EXIT_CAUSE_EXIT;
	if (process->exits)
		return EXIT_CAUSE_EXIT_GROUP;
	return process->execs ? EXIT_CAUSE_EXEC : EXIT_CAUSE_UNKNOWN;
}

static uint64_t event_of_cause(const struct tracee *tracee, uint8_t cause)
{
	switch (cause) {
	case EXIT_CAUSE_EXIT: return event_of(tracee);
	case EXIT_CAUSE_EXIT_GROUP: return tracee->process->exit_event;
	case EXIT_CAUSE_EXEC: return tracee->process->exec_event;
	default: return 0;
	}
}

void exits_begin(struct tracee *tracee, int status)
{
	struct process *process = tracee->process;

	if (tracee->exiting || !process) {
		tracee->exiting = true;
		return;
	}
	tracee->exiting = true;
	tracee->exit_cause = cause_of(tracee, status);
	tracee->exit_event = event_of_cause(tracee, tracee->exit_cause);
	if (++process->exiting == process->threads)
		process_facts_children(process->pid, &process->children_user_us, &process->children_system_us);
}

void exits_fill(const struct tracee *tracee, int status, struct row_exited *row)
{
	const struct process *process = tracee->process;

	row->cause = tracee->exit_cause;
	row->event = tracee->exit_event;
	row->sender = 0;
	if (WIFSIGNALED(status)) {
		row->cause = EXIT_CAUSE_SIGNAL;
		row->event = 0;
		row->sender = process->fatal_signal == WTERMSIG(status) ? process->fatal_sender : 0;
	} else if (row->scope == EXIT_SCOPE_PROCESS && process->exits) {
		row->cause = EXIT_CAUSE_EXIT_GROUP;
		row->event = process->exit_event;
	}
}
