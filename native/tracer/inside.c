/*
 * See inside.h. At the stop that attaching causes, a thread in a call is on its way out of it: the result register has what
 * the kernel will make of it, one of its restart codes (the call is entered again when the thread runs) or a result.
 *
 *   in a call --SEIZE, INTERRUPT--> first stop: ENTER is recorded
 *       restart code: inside ---- the same call's entry, or restart_syscall: goes on, its exit is the event's
 *                        \------- a signal, another call: EXIT with the restart code, as of any interrupted call
 *       anything else: EXIT with that result; EINTR (signal(7)) is named in a warning
 */
#include "inside.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/user.h>

/* Reads the call from the registers. Returns false: the thread is in none. */
static bool read_call(pid_t tid, struct entry_info *entry, int64_t *result)
{
	struct __ptrace_syscall_info info;
	struct user_regs_struct regs;

	entry->seen_ns = tracer_now();
	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) != 0 || (int64_t)regs.orig_rax < 0)
		return false;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info), &info) <= 0)
		return false;
	entry->arch = info.arch;
	entry->ip = info.instruction_pointer;
	entry->sp = info.stack_pointer;
	entry->nr = regs.orig_rax;
	*result = (int64_t)regs.rax;
	if (info.arch == AUDIT_ARCH_X86_64) {
		const uint64_t args[6] = { regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9 };

		for (size_t i = 0; i < 6; i++)
			entry->args[i] = args[i];
	} else {
		const uint64_t args[6] = { regs.rbx, regs.rcx, regs.rdx, regs.rsi, regs.rdi, regs.rbp };

		for (size_t i = 0; i < 6; i++)
			entry->args[i] = (uint32_t)args[i];
		*result = (int32_t)regs.rax;
	}
	return true;
}

static void record_end_of_call(struct tracer *tracer, struct tracee *tracee, int64_t ret, bool interrupted)
{
	struct exit_info result = { .ret = ret, .seen_ns = tracer_now() };

	tracee->inside = false;
	tracee->resumed_ns = 0; /* how long it took says nothing of what a stop costs */
	record_exit(tracer, tracee, &result);
	if (interrupted && tracee->recorded)
		record_interrupted(tracer, tracee, "attaching");
	record_exit_rows(tracer, tracee, &result);
}

void inside_begin(struct tracer *tracer, struct tracee *tracee)
{
	struct entry_info entry;
	int64_t ret;

	if (!read_call(tracee->tid, &entry, &ret))
		return;
	tracee->attached_inside = true;
	record_entry(tracer, tracee, &entry);
	record_entry_rows(tracer, tracee, &entry);
	tracee->in_call = tracee->recorded || tracee->followed;
	if (!tracee->in_call)
		return;
	tracee->inside = record_restarts(ret);
	tracee->inside_ret = ret;
	tracee->inside_nr = entry.nr;
	tracee->inside_arch = entry.arch;
	if (!tracee->inside)
		record_end_of_call(tracer, tracee, ret, ret == -EINTR);
}

void inside_conclude(struct tracer *tracer, struct tracee *tracee)
{
	if (tracee->inside)
		record_end_of_call(tracer, tracee, tracee->inside_ret, false);
}

bool inside_goes_on(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info)
{
	const struct syscall_row *row = syscall_row_of(info->arch, info->nr);
	bool same = info->nr == tracee->inside_nr && info->arch == tracee->inside_arch;

	if (same || (row && row->flags & ROW_RESUMES)) {
		tracee->inside = false;
		return true;
	}
	inside_conclude(tracer, tracee);
	return false;
}
