/*
 * See loop.h. A round: wait for a stop, then take all others that are pending before any thread is resumed, so that a
 * busy thread which is found first does not starve the rest; then handle them in that order.
 */
#include "loop.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <stddef.h>

#include "children.h"
#include "commands.h"
#include "control.h"
#include "cpu.h"
#include "exits.h"
#include "inside.h"
#include "ledger.h"
#include "modules.h"
#include "record.h"
#include "resume.h"
#include "statistics.h"
#include "stop.h"
#include "waiting.h"

/* The code segment of 32-bit programs (the kernel's __USER32_CS). */
#define COMPAT_SEGMENT 0x23

/* Fills *out from an entry or seccomp stop. Returns false if it is neither, or the thread has vanished. */
static bool read_stop(struct tracee *tracee, struct entry_info *out, int64_t *ret, uint8_t *operation)
{
	struct __ptrace_syscall_info info;

	out->seen_ns = tracer_now();
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, (void *)sizeof(info), &info) <= 0)
		return false;
	*operation = info.op;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		*ret = info.exit.rval;
		return true;
	}
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY && info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return false;
	/* The two have the number and the arguments at the same places. */
	out->arch = info.arch;
	out->ip = info.instruction_pointer;
	out->sp = info.stack_pointer;
	out->nr = info.entry.nr;
	for (size_t i = 0; i < 6; i++)
		out->args[i] = info.entry.args[i];
	return true;
}

static void handle_entry(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info)
{
	bool anew = tracee->inside && inside_goes_on(tracer, tracee, info);
	const char *hold;

	if (!anew)
		record_entry(tracer, tracee, info);
	tracee->in_call = tracee->recorded || tracee->followed || tracee->every_call; /* else its exit will not stop */
	hold = resume_hold_reason(tracer, tracee);
	if (!hold)
		resume_tracee(tracee, 0);
	if (!anew)
		record_entry_rows(tracer, tracee, info);
	if (hold)
		resume_hold(tracer, tracee, hold);
}

static void handle_exit(struct tracer *tracer, struct tracee *tracee, const struct exit_info *info)
{
	if (tracee->detaching && record_restarts(info->ret)) { /* it goes on without us: no end of it is to be seen */
		resume_tracee(tracee, 0);
		return;
	}
	record_exit(tracer, tracee, info);
	if (tracee->detaching && tracee->recorded && info->ret == -EINTR)
		record_interrupted(tracer, tracee, "detaching");
	resume_tracee(tracee, 0);
	record_exit_rows(tracer, tracee, info);
}

static void handle_syscall(struct tracer *tracer, struct tracee *tracee)
{
	struct entry_info entry;
	struct exit_info result;
	uint8_t operation = PTRACE_SYSCALL_INFO_NONE;

	if (!read_stop(tracee, &entry, &result.ret, &operation))
		resume_tracee(tracee, 0);
	else if (operation != PTRACE_SYSCALL_INFO_EXIT && (!tracee->in_call || tracee->inside))
		handle_entry(tracer, tracee, &entry);
	else if (operation == PTRACE_SYSCALL_INFO_EXIT && tracee->in_call) {
		result.seen_ns = entry.seen_ns;
		handle_exit(tracer, tracee, &result);
	} else
		resume_tracee(tracee, 0);
}

static void handle_exec(struct tracer *tracer, struct tracee *tracee)
{
	const struct tracee *former = tracee_find(tracer, (pid_t)children_event_message(tracee->tid, PTRACE_EVENT_EXEC));
	struct process *process = tracee->process;
	struct fd_user user;
	unsigned long sp;

	if (former && former != tracee) {
		record_superseded(tracer, former);
		tracee_take_over(tracer, tracee, former->tid);
	}
	errno = 0;
	sp = (unsigned long)ptrace(PTRACE_PEEKUSER, tracee->tid, (void *)offsetof(struct user_regs_struct, rsp), NULL);
	modules_exec(tracer->modules, process, errno == 0 ? sp : 0);
	process->compat =
		ptrace(PTRACE_PEEKUSER, tracee->tid, (void *)offsetof(struct user_regs_struct, cs), NULL) == COMPAT_SEGMENT;
	tracee_keep_alone(tracer, tracee);
	user = (struct fd_user){ .tid = tracee->tid, .process = process->index, .thread = tracee->index };
	tracee->files = fd_state_table_exec(tracer->fds, tracee->files, &user, tracee->call.event);
	tracee->files_apart = false;
	tracee->call.files = tracee->files;
	if (process->root)
		tracer->entry_ready = true;
	record_exec(tracer, tracee);
	ledger_exec(tracer, tracee);
	resume_tracee(tracee, 0);
}

static void handle_exiting(struct tracer *tracer, struct tracee *tracee)
{
	if (tracer->options->stats && tracee->tid == tracer->root_pid)
		statistics_tell(tracer);
	exits_begin(tracee, (int)children_event_message(tracee->tid, PTRACE_EVENT_EXIT));
	if (tracee->process)
		process_check_ending(tracer, tracee->process);
	ledger_exiting(tracer, tracee);
	resume_tracee(tracee, 0);
}

static void handle_group_stop(struct tracer *tracer, struct tracee *tracee, int signal)
{
	if (!tracee->group_stopped)
		record_signal(tracer, tracee, signal, NULL, SIGNAL_FLAG_GROUP_STOP);
	tracee->group_stopped = true;
	if (tracee->detaching)
		resume_tracee(tracee, signal);
	else
		resume_listen(tracee);
}

static void handle_interrupt(struct tracer *tracer, struct tracee *tracee)
{
	if (tracee->group_stopped)
		record_signal(tracer, tracee, SIGCONT, NULL, SIGNAL_FLAG_CONTINUED);
	tracee->group_stopped = false;
	resume_tracee(tracee, 0);
}

static void handle_signal(struct tracer *tracer, struct tracee *tracee, int signal)
{
	siginfo_t info;

	inside_conclude(tracer, tracee);
	memset(&info, 0, sizeof(info));
	if (ptrace(PTRACE_GETSIGINFO, tracee->tid, NULL, &info) == 0) {
		exits_signal(tracee, &info);
		record_signal(tracer, tracee, signal, &info, 0);
	}
	resume_tracee(tracee, signal);
}

static void handle_gone(struct tracer *tracer, struct tracee *tracee, int status, const struct rusage *usage)
{
	pid_t gone = tracee->process ? tracee->process->pid : 0;

	if (!tracee->process) {
		children_vanished(tracer, tracee, status);
		return;
	}
	ledger_thread_end(tracer, tracee);
	record_exited(tracer, tracee, status, usage);
	tracee_remove(tracer, tracee);
	if (tracer->unclaimed > 0)
		children_adopt(tracer, gone);
}

static void handle(struct tracer *tracer, struct tracee *tracee, enum stop_kind kind, int signal, int status)
{
	switch (kind) {
	case STOP_SYSCALL:
	case STOP_SECCOMP: handle_syscall(tracer, tracee); break;
	case STOP_FORK:
		children_forked(tracer, tracee, status);
		resume_tracee(tracee, 0);
		break;
	case STOP_EXEC: handle_exec(tracer, tracee); break;
	case STOP_EXITING: handle_exiting(tracer, tracee); break;
	case STOP_GROUP: handle_group_stop(tracer, tracee, signal); break;
	case STOP_INTERRUPT: handle_interrupt(tracer, tracee); break;
	case STOP_SIGNAL: handle_signal(tracer, tracee, signal); break;
	case STOP_EVENT: resume_tracee(tracee, 0); break;
	case STOP_GONE: break;
	}
}

static void handle_wait(struct tracer *tracer, const struct wait_result *result)
{
	struct tracee *tracee = tracee_find(tracer, result->tid);
	enum stop_kind kind;
	bool detaching;
	int signal;

	kind = stop_classify(result->status, &signal);
	tracer->counters.stops++;
	if (tracee && tracee->gone) { /* the number has been given to another one meanwhile */
		children_give_up(tracer, tracee);
		tracee = NULL;
	}
	if (!tracee) {
		children_unknown(tracer, result->tid, kind, result->status);
		return;
	}
	if (kind == STOP_GONE) {
		handle_gone(tracer, tracee, result->status, &result->usage);
		return;
	}
	tracee->hold = tracee->hold == HOLD_PAUSE ? HOLD_NONE : tracee->hold; /* only SIGKILL ends a hold */
	if (tracee->hold == HOLD_UNCLAIMED && kind != STOP_EXITING)
		return;
	detaching = tracee->detaching;
	if (tracee->fresh && children_first_stop(tracer, tracee, kind, signal))
		resume_first(tracee);
	else
		handle(tracer, tracee, kind, signal, result->status);
	if (detaching)
		tracee_remove(tracer, tracee);
}

void loop_handle(struct tracer *tracer, pid_t tid, int status)
{
	struct wait_result result = { .tid = tid, .status = status };

	handle_wait(tracer, &result);
}

void loop_run(struct tracer *tracer, void (*commit)(struct tracer *tracer))
{
	struct wait_batch batch;
	enum wait_mode mode = WAIT_SLEEP;

	waiting_begin();
	while (tracer->tracees > tracer->gone && !tracer->passing) {
		int count;

		if (control_waiting(tracer->control))
			commands_run(tracer);
		if (tracer->tracees == tracer->gone || tracer->passing)
			break;
		count = waiting_batch(tracer, mode, &batch);
		if (count < 0)
			break;
		tracer->counters.batches++;
		for (int i = 0; i < count; i++)
			handle_wait(tracer, &batch.results[i]);
		if (batch.unreaped) {
			/* Its parent learns of the end when it is reaped: not before the trace is complete. */
			if (tracer->tracees == tracer->gone) {
				children_give_up_all(tracer);
				commit(tracer);
			}
			waiting_reap(batch.unreaped);
		}
		mode = cpu_round(tracer, count == 1 ? batch.results[0].tid : 0);
	}
	children_give_up_all(tracer);
	commit(tracer);
}
