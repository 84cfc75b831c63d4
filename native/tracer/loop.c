/*
 * See loop.h. A round: wait for a stop, then take all others that are pending before any thread is resumed, so that a
 * busy thread which is found first does not starve the rest; then handle them in that order.
 */
#include "loop.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "control.h"
#include "cpu.h"
#include "effects.h"
#include "modules.h"
#include "record.h"
#include "resume.h"
#include "statistics.h"
#include "stop.h"
#include "waiting.h"

static uint64_t event_message(pid_t tid)
{
	unsigned long message = 0;

	return ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message) == 0 ? message : 0;
}

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

static void handle_syscall(struct tracer *tracer, struct tracee *tracee)
{
	struct entry_info info;
	uint8_t operation = PTRACE_SYSCALL_INFO_NONE;
	int64_t ret = 0;

	if (!read_stop(tracee, &info, &ret, &operation)) {
		resume_tracee(tracee, 0);
		return;
	}
	if (operation == PTRACE_SYSCALL_INFO_EXIT) {
		if (tracee->in_call)
			record_exit(tracer, tracee, ret, info.seen_ns);
	} else if (!tracee->in_call) {
		record_entry(tracer, tracee, &info);
		tracee->in_call = tracee->recorded || tracee->every_call; /* else its exit will not stop */
		if (resume_hold(tracer, tracee))
			return;
	}
	resume_tracee(tracee, 0);
}

/* A thread that was in a call when it was attached to goes back into it: the entry that is seen then is not its first. */
static bool was_in_call(pid_t tid)
{
	struct user_regs_struct regs;
	long long result;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) != 0)
		return false;
	result = (long long)regs.rax;
	return (long long)regs.orig_rax >= 0 && result <= -512 && result >= -516; /* the kernel's codes for "begin it anew" */
}

static void first_stop(struct tracee *tracee)
{
	tracee->fresh = false;
	if (tracee->attached)
		tracee->attached_inside = was_in_call(tracee->tid);
	effects_restore_clone(tracee, tracee->tid);
	tracee->clone_changed = false;
	if (tracee->group_stopped)
		resume_listen(tracee);
	else
		resume_tracee(tracee, 0);
}

static bool is_thread_of(pid_t pid, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, tid);
	return access(path, F_OK) == 0;
}

/* Gives a new thread or process its place, once its parent's event and the thread itself are both known. */
static void claim_child(struct tracer *tracer, struct tracee *parent, struct tracee *child, uint64_t flags)
{
	struct process *process = parent->process;
	uint32_t process_flags = 0;

	if (flags & CLONE_VM)
		process_flags |= PROCESS_FLAG_SHARES_MEMORY;
	if (flags & CLONE_FILES)
		process_flags |= PROCESS_FLAG_SHARES_FILES;
	if (flags & CLONE_NEWPID)
		process->nested = true;
	if (!(flags & CLONE_THREAD))
		process = process_add(tracer, child->tid, process, process_flags);
	if (!process)
		return;
	child->every_call = parent->every_call;
	child->fork_flags = parent->fork_flags;
	child->clone_changed = parent->clone_changed && !(parent->clone_memory.v && (flags & CLONE_VM));
	child->clone_memory = parent->clone_memory;
	tracee_claim(tracer, child, process);
	if (child->hold == HOLD_UNCLAIMED) {
		child->hold = HOLD_NONE;
		tracer->unclaimed--;
		first_stop(child);
	}
}

static uint64_t flags_of_fork(const struct tracee *parent, pid_t child, int event)
{
	uint64_t flags = parent->recorded ? parent->fork_flags : 0;

	if (!parent->recorded && is_thread_of(parent->process->pid, child))
		flags = CLONE_THREAD | CLONE_VM | CLONE_FILES;
	if (event == PTRACE_EVENT_VFORK && flags == 0)
		flags = CLONE_VM;
	return flags;
}

static void handle_fork(struct tracer *tracer, struct tracee *parent, int status)
{
	pid_t child_tid = (pid_t)event_message(parent->tid);
	struct tracee *child = child_tid > 0 ? tracee_find(tracer, child_tid) : NULL;

	if (!child && child_tid > 0)
		child = tracee_add(tracer, child_tid);
	if (child && !child->process)
		claim_child(tracer, parent, child, flags_of_fork(parent, child_tid, (int)((unsigned int)status >> 16)));
	effects_restore_clone(parent, parent->tid);
	resume_tracee(parent, 0);
}

static void handle_exec(struct tracer *tracer, struct tracee *tracee)
{
	const struct tracee *former = tracee_find(tracer, (pid_t)event_message(tracee->tid));
	struct process *process = tracee->process;
	unsigned long sp;

	if (former && former != tracee) {
		record_superseded(tracer, former);
		tracee_take_over(tracer, tracee, former->tid);
	}
	errno = 0;
	sp = (unsigned long)ptrace(PTRACE_PEEKUSER, tracee->tid, (void *)offsetof(struct user_regs_struct, rsp), NULL);
	modules_exec(tracer->modules, process, errno == 0 ? sp : 0);
	process->files = fd_state_table_exec(tracer->fds, process->files, process->index, tracee->call.event);
	tracee->call.files = process->files;
	if (process->root)
		tracer->entry_ready = true;
	record_exec(tracer, tracee);
	resume_tracee(tracee, 0);
}

static void handle_exiting(struct tracer *tracer, struct tracee *tracee)
{
	if (tracer->options->stats && tracee->tid == tracer->root_pid)
		statistics_tell(tracer);
	if (!tracee->exiting && tracee->process && tracee->tid == tracee->process->pid)
		tracer->exiting_leaders++;
	tracee->exiting = true;
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

	memset(&info, 0, sizeof(info));
	if (ptrace(PTRACE_GETSIGINFO, tracee->tid, NULL, &info) == 0)
		record_signal(tracer, tracee, signal, &info, 0);
	resume_tracee(tracee, signal);
}

/* Reads a number of a thread's status in proc, such as "Tgid:". 0: it can't be had. */
static pid_t status_number(pid_t tid, const char *key)
{
	char path[64], line[256];
	long number = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (number == 0 && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0)
			number = strtol(line + strlen(key), NULL, 10);
	}
	fclose(file);
	return (pid_t)number;
}

/* A parent that was killed may not have told of its new child: what proc says of the child has to do. */
static void adopt(struct tracer *tracer, struct tracee *child)
{
	struct process *process = process_find(tracer, status_number(child->tid, "Tgid:"));

	if (!process)
		process = process_add(tracer, child->tid, process_find(tracer, status_number(child->tid, "PPid:")), 0);
	if (!process)
		return;
	tracee_claim(tracer, child, process);
	child->hold = HOLD_NONE;
	tracer->unclaimed--;
	first_stop(child);
}

static void adopt_unclaimed(struct tracer *tracer, pid_t gone)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct tracee *tracee = tracer->buckets[i]; tracee; tracee = tracee->next) {
			pid_t parent = tracee->hold == HOLD_UNCLAIMED ? status_number(tracee->tid, "PPid:") : 0;

			if (tracee->hold == HOLD_UNCLAIMED && (parent == gone || !process_find(tracer, parent)))
				adopt(tracer, tracee);
		}
	}
}

static void handle_gone(struct tracer *tracer, struct tracee *tracee, int status, const struct rusage *usage)
{
	pid_t gone = tracee->process ? tracee->process->pid : 0;

	if (tracee->exiting && tracee->tid == gone)
		tracer->exiting_leaders--;
	if (tracee->process)
		record_exited(tracer, tracee, status, usage);
	tracee_remove(tracer, tracee);
	if (tracer->unclaimed > 0)
		adopt_unclaimed(tracer, gone);
}

/* The first stop of a thread of which no parent has told yet: it stays until one does. */
static void handle_unknown(struct tracer *tracer, pid_t tid, enum stop_kind kind)
{
	struct tracee *tracee;

	if (kind == STOP_GONE)
		return;
	tracee = tracee_add(tracer, tid);
	if (!tracee)
		return;
	tracee->group_stopped = kind == STOP_GROUP;
	tracee->hold = HOLD_UNCLAIMED;
	tracer->unclaimed++;
}

static void handle(struct tracer *tracer, struct tracee *tracee, enum stop_kind kind, int signal, int status)
{
	switch (kind) {
	case STOP_SYSCALL:
	case STOP_SECCOMP: handle_syscall(tracer, tracee); break;
	case STOP_FORK: handle_fork(tracer, tracee, status); break;
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
	int signal;

	kind = stop_classify(result->status, &signal);
	tracer->counters.stops++;
	if (!tracee) {
		handle_unknown(tracer, result->tid, kind);
		return;
	}
	if (kind == STOP_GONE) {
		handle_gone(tracer, tracee, result->status, &result->usage);
		return;
	}
	tracee->hold = tracee->hold == HOLD_PAUSE ? HOLD_NONE : tracee->hold; /* only SIGKILL ends a hold */
	if (tracee->hold == HOLD_UNCLAIMED)
		return;
	if (tracee->fresh) {
		tracee->group_stopped = kind == STOP_GROUP;
		first_stop(tracee);
	} else {
		bool detaching = tracee->detaching;

		handle(tracer, tracee, kind, signal, result->status);
		if (detaching)
			tracee_remove(tracer, tracee);
	}
}

void loop_handle(struct tracer *tracer, pid_t tid, int status)
{
	struct wait_result result = { .tid = tid, .status = status };

	handle_wait(tracer, &result);
}

void loop_run(struct tracer *tracer, void (*commit)(struct tracer *tracer))
{
	struct wait_batch batch;

	while (tracer->tracees > 0 && !tracer->passing) {
		int count;

		if (control_waiting(tracer->control))
			commands_run(tracer);
		if (tracer->tracees == 0 || tracer->passing)
			break;
		count = waiting_batch(tracer, &batch);
		if (count < 0)
			break;
		tracer->counters.batches++;
		for (int i = 0; i < count; i++)
			handle_wait(tracer, &batch.results[i]);
		if (batch.unreaped) {
			/* Its parent learns of the end when it is reaped: not before the trace is complete. */
			if (tracer->tracees == 0)
				commit(tracer);
			waiting_reap(batch.unreaped);
		}
		cpu_follow(tracer, count == 1 ? batch.results[0].tid : 0);
	}
	commit(tracer);
}
