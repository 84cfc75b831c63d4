/* See record.h. A call's two halves; the other rows are in record_rows.c. */
#include "record.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "choose.h"
#include "control.h"
#include "effects.h"
#include "ledger.h"
#include "modules.h"
#include "notice.h"
#include "origin.h"
#include "program.h"
#include "shape.h"
#include "stacks.h"

/* Codes by which a call's exit says that the kernel will begin it anew (include/linux/errno.h). */
#define FIRST_RESTART_CODE 512
#define LAST_RESTART_CODE  516

/* seccomp(2): the bit in a number that makes it one of the x32 ABI. */
#define X32_BIT 0x40000000u

static bool is_foreign(const struct entry_info *info)
{
	return info->arch != AUDIT_ARCH_X86_64 || (info->nr & X32_BIT);
}

/* Where an open's path is kept if others can write to its memory. NULL: none can, or no memory: then nothing is compared. */
static char *place_for_path(struct tracee *tracee, const struct syscall_row *row)
{
	const struct process *process = tracee->process;

	if (!row || row->effect != EFFECT_OPEN || row->touch != TOUCH_PATH ||
		(process->threads <= 1 && process->space->references <= 1))
		return NULL;
	if (!tracee->path_kept)
		tracee->path_kept = malloc(FD_PATH_BYTES);
	return tracee->path_kept;
}

static void fill_call(struct tracee *tracee, const struct entry_info *info, uint64_t event)
{
	struct process *process = tracee->process;

	tracee->call = (struct fd_call){
		.files = tracee->files,
		.process = process->index,
		.thread = tracee->index,
		.has_others = process->threads > 1,
		.tid = tracee->tid,
		.event = event,
		.row = syscall_row_of(info->arch, info->nr),
		.fd = -1,
	};
	tracee->call.kept_path = place_for_path(tracee, tracee->call.row);
	memcpy(tracee->call.args, info->args, sizeof(tracee->call.args));
}

/* Writing has failed: calls pass by from now on and are counted. Who started the program is told at once, on its stderr. */
static void stop_recording(struct tracer *tracer, int failure)
{
	const char *reason = failure == -EFBIG ? "the trace has reached its size limit" : strerror(-failure);
	char line[4608];

	tracer->recording = false;
	snprintf(line, sizeof(line),
		"syscope: %s: recording stopped after %llu calls, the program goes on; %s holds what came before.\n", reason,
		(unsigned long long)tracer->counters.calls, tracer->trace_path);
	notice(tracer->root_pid, line);
	record_warning(tracer, NULL, WARNING_CODE_GENERAL,
		"The trace could not be written any further (the disk is full, or the size limit is reached): the program goes "
		"on, "
		"its later calls are not in the trace.");
}

static void check_writer(struct tracer *tracer)
{
	int failure = tracer->recording ? writer_failed(tracer->writer) : 0;

	if (failure != 0)
		stop_recording(tracer, failure);
}

static uint16_t entry_flags(struct tracee *tracee, const struct entry_info *info)
{
	uint16_t flags = 0;

	if (info->arch != AUDIT_ARCH_X86_64)
		flags |= ENTER_FLAG_COMPAT;
	if (tracee->restarting)
		flags |= ENTER_FLAG_RESUMED_BY_RESTART;
	if (tracee->attached_inside)
		flags |= ENTER_FLAG_ATTACHED_INSIDE;
	if (tracee->call.row && tracee->call.row->touch == TOUCH_PATH)
		flags |= ENTER_FLAG_PATH_CLASS;
	tracee->restarting = false;
	tracee->attached_inside = false;
	return flags;
}

static bool append_entry(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info)
{
	struct row_enter row = {
		.seq = tracee->half_seq,
		.time = info->seen_ns,
		.resumed = tracee->resumed_ns,
		.thread = tracee->index,
		.nr = (uint32_t)info->nr,
		.arch = info->arch,
		.arg0 = info->args[0],
		.arg1 = info->args[1],
		.arg2 = info->args[2],
		.arg3 = info->args[3],
		.arg4 = info->args[4],
		.arg5 = info->args[5],
		.ip = info->ip,
		.stack = tracee->stack,
		.fd = tracee->call.fd,
		.description = tracee->call.description,
		.class = tracee->call.cls,
		.origin = tracee->origin,
		.flags = entry_flags(tracee, info),
	};

	return writer_append(tracer->writer, RECORD_ENTER, &row) >= 0;
}

static struct capture_call capture_of(const struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;

	return (struct capture_call){
		.tid = tracee->tid, .event = call->event, .row = call->row, .args = call->args, .ret = call->ret
	};
}

/* The call is not recorded. If it shapes what is kept of its process it is followed all the same; nothing is copied. */
static void leave_out(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info)
{
	const struct shape *shape = shape_of(syscall_row_of(info->arch, info->nr), tracer->options->stacks);

	tracer->counters.left_out++;
	tracee->recorded = tracee->restarting = tracee->attached_inside = false;
	tracee->followed = shape_holds(shape, info->args);
	if (tracee->foreign)
		ledger_foreign_call(tracer, tracee, info->arch);
	if (!tracee->followed)
		return;
	fill_call(tracee, info, FD_EVENT_NONE | tracer->counters.left_out);
	capture_forget(tracer->capture);
	fd_state_enter(tracer->fds, &tracee->call);
	effects_enter(tracer, tracee);
}

/* By what the call is about. */
static bool target_chosen(struct tracer *tracer, struct tracee *tracee)
{
	if (!selection_looks_at_targets(&tracer->options->selection))
		return true;
	fd_state_look(tracer->fds, &tracee->call);
	return choose_target(tracer, tracee);
}

/* A restarted call comes again at once, as itself or as one without arguments (restart_syscall(2)). */
static bool is_restart(const struct tracee *tracee, const struct entry_info *info)
{
	const struct syscall_row *row = syscall_row_of(info->arch, info->nr);

	return tracee->restarting && row && (row == tracee->call.row || row->argc == 0);
}

void record_entry(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info)
{
	struct stacks *stacks = tracer->entry_ready ? tracer->stacks : NULL; /* the launcher's own stack is of no interest */
	struct capture_call call;
	struct memory_piece slice;

	tracee->followed = false;
	tracee->foreign = is_foreign(info);
	tracee->recorded = tracer->recording && !tracer->failed_start;
	if (!tracee->recorded) {
		tracer->counters.lost_calls += !tracer->recording;
		return;
	}
	if (!choose_call(tracer, tracee, syscall_row_of(info->arch, info->nr))) {
		leave_out(tracer, tracee, info);
		return;
	}
	tracee->restarting = is_restart(tracee, info);
	fill_call(tracee, info, writer_rows(tracer->writer, RECORD_ENTER));
	call = capture_of(tracee);
	call.sp = info->sp;
	if (stacks)
		stacks_prepare(stacks, tracee, info->sp, &slice);
	tracee->call.path = capture_read_entry(tracer->capture, &call, stacks ? &slice : NULL);
	if (!target_chosen(tracer, tracee)) {
		leave_out(tracer, tracee, info);
		return;
	}
	tracee->stack = stacks ? stacks_take(stacks, tracee, &slice) : 0;
	fd_state_enter(tracer->fds, &tracee->call);
	tracee->entry_class = tracee->call.cls;
	tracee->call.path = NULL;
	tracee->origin = origin_of(tracee, info);
	effects_enter(tracer, tracee);
	if (tracee->foreign)
		ledger_foreign_call(tracer, tracee, info->arch);
	/* What a vector points to is read as its rows are written. */
	tracee->half_seq = writer_sequence(tracer->writer);
	capture_write_entry(tracer->capture, &call);
	tracee->resumed_ns = tracer_now();
}

void record_entry_rows(struct tracer *tracer, struct tracee *tracee, const struct entry_info *info)
{
	if (!tracee->recorded)
		return;
	tracee->recorded = append_entry(tracer, tracee, info);
	check_writer(tracer);
	if (!tracee->recorded)
		tracer->counters.lost_calls++;
	else
		tracer->counters.calls++;
}

bool record_restarts(int64_t ret)
{
	return ret <= -FIRST_RESTART_CODE && ret >= -LAST_RESTART_CODE;
}

/* The shortest call seen is one that does next to nothing: what it took is the stop itself. */
static void calibrate(struct tracer *tracer, const struct tracee *tracee, uint64_t seen_ns)
{
	uint64_t took = seen_ns - tracee->resumed_ns;

	if (tracer->cheapest_ns == 0 || took < tracer->cheapest_ns)
		tracer->cheapest_ns = took;
}

/* What the launcher does now is to say so on stderr: no part of the program. */
static void explain_failed_start(struct tracer *tracer, const struct tracee *tracee)
{
	char sentence[4608];

	tracer->failed_start = true;
	program_explain(tracer->program_path, (int)-tracee->call.ret, sentence, sizeof(sentence));
	control_text(tracer->control, "error", sentence);
}

/*
 * Whether what the call did to its process's state can be found out while the thread runs on: a number that it obtained
 * stays until a thread closes it, which is a stop of its own.
 */
static bool may_run_on(const struct fd_call *call)
{
	if (!call->row || (call->row->effect == EFFECT_OPEN && call->ret >= 0 && !call->kept_path))
		return true;
	/* A path may be read once more, and so may what was handed over through memory, or the lengths of many messages. */
	return call->row->effect == EFFECT_NONE && call->row->touch != TOUCH_PATH && call->row->ledger == LEDGER_NONE &&
	       call->row->args[1].kind != ARG_MMSGHDR;
}

static void take_effects(struct tracer *tracer, struct tracee *tracee)
{
	if (!ledger_result_is_index(tracee))
		fd_state_exit(tracer->fds, &tracee->call);
	effects_exit(tracer, tracee);
}

static void copy_exit(struct tracer *tracer, struct tracee *tracee, const struct exit_info *info)
{
	struct capture_call call = capture_of(tracee);

	calibrate(tracer, tracee, info->seen_ns);
	tracee->half_seq = writer_sequence(tracer->writer);
	capture_exit(tracer->capture, &call);
}

void record_exit(struct tracer *tracer, struct tracee *tracee, const struct exit_info *info)
{
	tracee->in_call = false;
	if (!tracee->recorded && !tracee->followed)
		return;
	tracee->restarting = tracee->recorded && record_restarts(info->ret);
	tracee->call.ret = info->ret;
	if (!tracer->entry_ready && info->ret < 0)
		explain_failed_start(tracer, tracee);
	if (tracee->recorded)
		copy_exit(tracer, tracee, info);
	else
		capture_forget(tracer->capture);
	if (!may_run_on(&tracee->call))
		take_effects(tracer, tracee);
}

void record_exit_rows(struct tracer *tracer, struct tracee *tracee, const struct exit_info *info)
{
	struct fd_call *call = &tracee->call;
	struct row_exit row = { .seq = tracee->half_seq, .event = call->event, .time = info->seen_ns, .ret = info->ret };

	if (!tracee->recorded && !tracee->followed)
		return;
	if (may_run_on(call))
		take_effects(tracer, tracee);
	tracee->followed = false;
	if (!tracee->recorded)
		return;
	if (call->path_rewritten)
		record_warning(tracer, tracee, WARNING_CODE_PATH_REWRITTEN,
			"The path of a call was rewritten by another thread while the call was made: the kernel opened another "
			"file than the recorded path names.");
	tracee->recorded = false;
	row.fd = call->fd;
	row.description = call->description;
	row.class = call->cls;
	row.flags = (uint16_t)((tracee->restarting ? EXIT_FLAG_RESTART : 0) |
			       (call->cls != tracee->entry_class ? EXIT_FLAG_CLASS_CHANGED : 0) |
			       (call->path_rewritten ? EXIT_FLAG_PATH_REWRITTEN : 0));
	if (writer_append(tracer->writer, RECORD_EXIT, &row) < 0)
		tracer->counters.lost_calls++;
	check_writer(tracer);
}
