/* See children.h. */
#include "children.h"

#include <linux/kcmp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "effects.h"
#include "exits.h"
#include "inside.h"
#include "record.h"
#include "resume.h"

uint64_t children_event_message(pid_t tid, int event)
{
	unsigned long message = 0;
	siginfo_t info;

	if (ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message) != 0)
		return 0;
	/* Killed meanwhile, it is at its end's event already, and the message is that one's: asked second, since stops only go on. */
	if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) != 0 || info.si_code != (SIGTRAP | event << 8))
		return 0;
	return message;
}

/* Stopped at an event of its own making, an attached thread is in the midst of a call that can't be told as one that waits. */
static bool may_be_inside(enum stop_kind kind)
{
	return kind == STOP_INTERRUPT || kind == STOP_GROUP || kind == STOP_SIGNAL;
}

bool children_first_stop(struct tracer *tracer, struct tracee *child, enum stop_kind kind, int signal)
{
	child->fresh = false;
	if (child->attached && may_be_inside(kind))
		inside_begin(tracer, child);
	effects_restore_clone(child, child->tid);
	child->clone_changed = false;
	if (kind == STOP_GROUP) {
		child->group_stopped = true;
		record_signal(tracer, child, signal, NULL, SIGNAL_FLAG_GROUP_STOP);
	}
	return kind == STOP_INTERRUPT || kind == STOP_GROUP;
}

/* The child has its place: what was kept back until then is done. It may be forgotten by that. */
static void settle(struct tracer *tracer, struct tracee *child)
{
	const struct rusage unknown = { 0 };

	if (child->gone) {
		record_exited(tracer, child, child->gone_status, &unknown);
		tracee_remove(tracer, child);
	} else if (child->hold == HOLD_UNCLAIMED) {
		child->hold = HOLD_NONE;
		tracer->unclaimed--;
		children_first_stop(tracer, child, child->group_stopped ? STOP_GROUP : STOP_INTERRUPT, SIGSTOP);
		resume_first(child);
		if (child->detaching)
			tracee_remove(tracer, child);
	}
}

static bool is_thread_of(pid_t pid, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, tid);
	return access(path, F_OK) == 0;
}

/* Gives a new thread or process its place, once its parent's event and the thread itself are both known. */
static void claim_child(struct tracer *tracer, const struct tracee *parent, struct tracee *child, uint64_t flags)
{
	struct process *process = parent->process;
	uint32_t process_flags = 0;
	struct fd_user user;

	if (flags & CLONE_VM)
		process_flags |= PROCESS_FLAG_SHARES_MEMORY;
	if (flags & CLONE_FILES)
		process_flags |= PROCESS_FLAG_SHARES_FILES;
	if (flags & CLONE_NEWPID)
		process->nested = true;
	user = tracee_user(tracer, child->tid, flags & CLONE_THREAD ? process : NULL);
	user.apart = (flags & CLONE_THREAD) && (parent->files_apart || !(flags & CLONE_FILES));
	child->files = fd_state_table_fork(tracer->fds, parent->files, &user, (flags & CLONE_FILES) != 0);
	child->files_apart = user.apart;
	if (!(flags & CLONE_FILES) && (parent->recorded || parent->followed) && fd_state_unsettled(tracer->fds, &parent->call))
		fd_state_table_verify(tracer->fds, child->files, &user); /* it is stopped, or about to stop */
	if (!(flags & CLONE_THREAD))
		process = process_add(tracer, child->tid, process, flags & CLONE_PARENT ? process->ppid : process->pid,
			child->files, process_flags);
	if (!process)
		return;
	child->every_call = parent->every_call;
	child->fork_flags = parent->fork_flags;
	child->clone_changed = parent->clone_changed && !(parent->clone_memory.v && (flags & CLONE_VM));
	child->clone_memory = parent->clone_memory;
	child->detaching = parent->detaching;
	tracee_claim(tracer, child, process);
	settle(tracer, child);
}

static uint64_t flags_of_fork(const struct tracee *parent, pid_t child, int event)
{
	bool known = (parent->recorded || parent->followed) && parent->call.row && parent->call.row->effect == EFFECT_FORK;
	uint64_t flags = known ? parent->fork_flags : 0;

	if (!known && is_thread_of(parent->process->pid, child))
		flags = CLONE_THREAD | CLONE_VM | CLONE_FILES;
	if (event == PTRACE_EVENT_VFORK && flags == 0)
		flags = CLONE_VM;
	return flags;
}

void children_forked(struct tracer *tracer, const struct tracee *parent, int status)
{
	int event = (int)((unsigned int)status >> 16);
	pid_t child_tid = (pid_t)children_event_message(parent->tid, event);
	struct tracee *child = child_tid > 0 ? tracee_find(tracer, child_tid) : NULL;

	if (!child && child_tid > 0)
		child = tracee_add(tracer, child_tid);
	if (child && !child->process)
		claim_child(tracer, parent, child, flags_of_fork(parent, child_tid, event));
	effects_restore_clone(parent, parent->tid);
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

static bool same_table(pid_t a, pid_t b)
{
	return syscall(SYS_kcmp, a, b, KCMP_FILES, 0ul, 0ul) == 0;
}

/* A thread of the process with whose table this one's is the same as far as the kernel tells; NULL: none. */
static const struct tracee *find_sharer(const struct tracer *tracer, pid_t tid, const struct process *process)
{
	for (size_t i = 0; i < TRACEE_BUCKETS && process; i++) {
		for (const struct tracee *other = tracer->buckets[i]; other; other = other->next) {
			if (other->process == process && other->files && same_table(other->tid, tid))
				return other;
		}
	}
	return NULL;
}

void children_find_files(struct tracer *tracer, struct tracee *tracee, const struct process *process)
{
	const struct tracee *sharer = find_sharer(tracer, tracee->tid, process);
	struct fd_user user = tracee_user(tracer, tracee->tid, process);

	user.apart = sharer ? sharer->files_apart : process && process->threads > 0;
	if (sharer)
		tracee->files = fd_state_table_fork(tracer->fds, sharer->files, &user, true);
	else
		tracee->files = fd_state_table_found(tracer->fds, &user);
	tracee->files_apart = user.apart;
}

static void adopt(struct tracer *tracer, struct tracee *child)
{
	struct process *process = process_find(tracer, status_number(child->tid, "Tgid:"));

	children_find_files(tracer, child, process);
	if (!process)
		process = process_add(
			tracer, child->tid, process_find(tracer, status_number(child->tid, "PPid:")), 0, child->files, 0);
	if (!process)
		return;
	tracee_claim(tracer, child, process);
	settle(tracer, child);
}

void children_adopt(struct tracer *tracer, pid_t gone)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct tracee *tracee = tracer->buckets[i], *next; tracee; tracee = next) {
			pid_t parent = tracee->hold == HOLD_UNCLAIMED ? status_number(tracee->tid, "PPid:") : 0;

			next = tracee->next;
			if (tracee->hold == HOLD_UNCLAIMED && (parent == gone || !process_find(tracer, parent)))
				adopt(tracer, tracee);
		}
	}
}

void children_vanished(struct tracer *tracer, struct tracee *child, int status)
{
	if (child->hold == HOLD_UNCLAIMED)
		tracer->unclaimed--;
	child->hold = HOLD_NONE;
	child->gone = true;
	child->gone_status = status;
	tracer->gone++;
}

void children_give_up(struct tracer *tracer, struct tracee *child)
{
	struct process *process;

	children_find_files(tracer, child, NULL);
	process = process_add(tracer, child->tid, NULL, 0, child->files, 0);

	if (process) {
		tracee_claim(tracer, child, process);
		settle(tracer, child);
	} else {
		tracee_remove(tracer, child);
	}
}

void children_give_up_all(struct tracer *tracer)
{
	for (size_t i = 0; i < TRACEE_BUCKETS && tracer->gone > 0; i++) {
		for (struct tracee *tracee = tracer->buckets[i], *next; tracee; tracee = next) {
			next = tracee->next;
			if (tracee->gone)
				children_give_up(tracer, tracee);
		}
	}
}

void children_unknown(struct tracer *tracer, pid_t tid, enum stop_kind kind, int status)
{
	struct tracee *tracee = tracee_add(tracer, tid);

	if (!tracee)
		return;
	if (kind == STOP_GONE) {
		children_vanished(tracer, tracee, status);
		return;
	}
	tracee->fresh = kind != STOP_EXITING;
	if (!tracee->fresh) { /* killed before it ran, perhaps together with the thread that would have told of it: nothing to wait for */
		struct process *process = process_find(tracer, status_number(tid, "Tgid:"));

		if (process) {
			children_find_files(tracer, tracee, process);
			tracee_claim(tracer, tracee, process);
		}
		exits_begin(tracee, (int)children_event_message(tid, PTRACE_EVENT_EXIT));
		resume_tracee(tracee, 0);
		return;
	}
	tracee->group_stopped = kind == STOP_GROUP;
	tracee->hold = HOLD_UNCLAIMED;
	tracer->unclaimed++;
}
