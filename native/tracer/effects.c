/* See effects.h. */
#include "effects.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "exits.h"
#include "ledger.h"
#include "memory.h"
#include "modules.h"
#include "record.h"

/* Where clone(2) has its flags. */
#define CLONE_FLAGS_REGISTER offsetof(struct user_regs_struct, rdi)

/* A clone that asks to be untraced would leave a child with our filter and without a tracer: its calls would all fail. */
static void keep_traced(struct tracer *tracer, struct tracee *tracee, struct remote_addr in_memory)
{
	uint64_t cleared = tracee->fork_flags & ~(uint64_t)CLONE_UNTRACED;
	int err = 0;

	if (in_memory.v)
		err = memory_write_word(tracee->tid, in_memory.v, cleared);
	else if (ptrace(PTRACE_POKEUSER, tracee->tid, (void *)CLONE_FLAGS_REGISTER, (void *)(uintptr_t)cleared) != 0)
		err = -errno;
	if (err != 0)
		return;
	tracee->clone_changed = true;
	tracee->clone_memory = in_memory;
	record_warning(tracer, tracee, WARNING_CODE_GENERAL,
		"A clone asked for a child that can't be traced (CLONE_UNTRACED): the flag was left out.");
}

void effects_restore_clone(const struct tracee *tracee, pid_t tid)
{
	if (!tracee->clone_changed)
		return;
	if (tracee->clone_memory.v)
		memory_write_word(tid, tracee->clone_memory.v, tracee->fork_flags);
	else
		ptrace(PTRACE_POKEUSER, tid, (void *)CLONE_FLAGS_REGISTER, (void *)(uintptr_t)tracee->fork_flags);
}

/* The flags are an argument (clone), or the first word of a struct (clone3), or there are none (fork, vfork). */
static void enter_fork(struct tracer *tracer, struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	struct remote_addr in_memory = { 0 };
	uint64_t flags = 0;

	if (call->row->argc > 0 && call->row->args[0].kind == ARG_STRUCT) {
		in_memory.v = call->args[0];
		if (memory_read(tracee->tid, in_memory.v, &flags, sizeof(flags)) != 0)
			flags = 0;
	} else if (call->row->argc > 0) {
		flags = call->args[0];
	}
	tracee->fork_flags = flags;
	tracee->clone_changed = false;
	if (flags & CLONE_UNTRACED)
		keep_traced(tracer, tracee, in_memory);
}

void effects_enter(struct tracer *tracer, struct tracee *tracee)
{
	const struct syscall_row *row = tracee->call.row;

	if (row && row->effect == EFFECT_FORK)
		enter_fork(tracer, tracee);
	exits_enter(tracer, tracee);
	ledger_enter(tracer, tracee);
}

/* From now on calls that the program's own filter refuses would not reach ours: stop at every call's entry and exit instead. */
static void stop_at_every_call(struct tracer *tracer, struct tracee *tracee, bool all_threads)
{
	tracee->every_call = true;
	if (!all_threads)
		return;
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct tracee *other = tracer->buckets[i]; other; other = other->next)
			other->every_call |= other->process == tracee->process;
	}
	if (tracee->process->threads > 1 && tracer->filter && call_set_narrows(&tracer->options->selection.calls))
		record_warning(tracer, tracee, WARNING_CODE_SECCOMP,
			"The program gave all its threads a seccomp filter of its own: what that refuses the others is seen from "
			"their next recorded call on.");
}

static void exit_seccomp(struct tracer *tracer, struct tracee *tracee, uint64_t operation, bool all_threads)
{
	if (operation == SECCOMP_SET_MODE_FILTER && tracee->call.ret >= 0) /* a listener's number, if one was asked for */
		stop_at_every_call(tracer, tracee, all_threads);
	if (operation == SECCOMP_SET_MODE_STRICT && tracee->call.ret == -EINVAL && tracer->filter)
		record_warning(tracer, tracee, WARNING_CODE_SECCOMP,
			"The program asked for seccomp's strict mode, which the filter that selects its calls does not allow: "
			"record it with --seccomp off.");
}

static void exit_prctl(struct tracer *tracer, struct tracee *tracee)
{
	const uint64_t *args = tracee->call.args;

	if (args[0] != PR_SET_SECCOMP)
		return;
	exit_seccomp(tracer, tracee, args[1] == SECCOMP_MODE_FILTER ? SECCOMP_SET_MODE_FILTER : SECCOMP_SET_MODE_STRICT, false);
}

static void exit_mmap(struct tracer *tracer, struct process *process, const struct fd_call *call)
{
	if (call->args[2] & PROT_EXEC)
		modules_mapped(tracer->modules, process, (uint64_t)call->ret, call->args[1],
			call->args[3] & MAP_ANONYMOUS ? -1 : (int)call->args[4], call->args[5]);
	else if (call->args[3] & MAP_FIXED)
		modules_unmapped(process, (uint64_t)call->ret, call->args[1]);
}

static void exit_mapping(struct tracer *tracer, struct process *process, const struct fd_call *call)
{
	switch (call->row->effect) {
	case EFFECT_MMAP: exit_mmap(tracer, process, call); break;
	case EFFECT_MUNMAP: modules_unmapped(process, call->args[0], call->args[1]); break;
	case EFFECT_MPROTECT:
		if (call->args[2] & PROT_EXEC)
			modules_changed(process);
		break;
	case EFFECT_MREMAP:
		if (modules_executable(process->space, call->args[0]))
			modules_rescan(tracer->modules, process);
		break;
	default: break;
	}
}

static bool failed(int64_t ret)
{
	return ret < 0 && ret >= -4095;
}

static void change_files(struct tracee *tracee, uint32_t files)
{
	tracee->files = files;
	tracee->files_apart = tracee->process->threads > 1;
}

void effects_exit(struct tracer *tracer, struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	struct process *process = tracee->process;

	if (call->table_changed_to)
		change_files(tracee, call->table_changed_to);
	exits_exit(tracer, tracee);
	ledger_exit(tracer, tracee);
	if (!call->row || call->row->effect == EFFECT_NONE)
		return;
	if (call->row->effect == EFFECT_SECCOMP)
		exit_seccomp(tracer, tracee, call->args[0], (call->args[1] & SECCOMP_FILTER_FLAG_TSYNC) != 0);
	else if (call->row->effect == EFFECT_PRCTL)
		exit_prctl(tracer, tracee);
	else if (call->row->effect == EFFECT_UNSHARE)
		process->nested |= !failed(call->ret);
	else if (!failed(call->ret) && process->space->unwind)
		exit_mapping(tracer, process, call);
}
