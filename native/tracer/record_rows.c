/* See record.h. The rows that are not halves of a call. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"
#include "choose.h"
#include "control.h"
#include "exits.h"
#include "ledger.h"
#include "process_facts.h"
#include "record.h"

/* As the event of an exec whose call is not in the trace. */
#define EXEC_EVENT_NONE UINT64_MAX

static uint32_t intern(struct tracer *tracer, const char *text)
{
	return writer_string(tracer->writer, text, strlen(text));
}

static void warn_if_setuid(struct tracer *tracer, const struct tracee *tracee, const char *path)
{
	char link[64], text[4352];
	struct stat st;

	snprintf(link, sizeof(link), "/proc/%d/exe", tracee->process->pid);
	if (geteuid() == 0 || stat(link, &st) != 0 || !(st.st_mode & (S_ISUID | S_ISGID)))
		return;
	snprintf(text, sizeof(text),
		"%s is a set-user-id or set-group-id program: while it is traced it runs without that privilege.", path);
	record_warning(tracer, tracee, WARNING_CODE_SETUID, text);
}

void record_exec(struct tracer *tracer, struct tracee *tracee)
{
	struct process *process = tracee->process;
	struct row_exec row = { .time = tracer_now(),
		.process = process->index,
		.thread = tracee->index,
		.event = tracee->recorded ? tracee->call.event : EXEC_EVENT_NONE };
	static char words[PROCESS_ARGV_BYTES];
	char link[64], path[4096], cwd[4096];
	size_t length = process_facts_argv(process->pid, words, sizeof(words), &row.argv_full);
	ssize_t got;
	int64_t position;

	snprintf(link, sizeof(link), "/proc/%d/exe", process->pid);
	got = readlink(link, path, sizeof(path) - 1);
	path[got > 0 ? got : 0] = '\0';
	process_read_name(process);
	process_facts_cwd(process->pid, cwd, sizeof(cwd));
	choose_process(tracer, process);
	row.seq = writer_sequence(tracer->writer);
	row.path = intern(tracer, path);
	row.cwd = intern(tracer, cwd);
	row.name = intern(tracer, process->name);
	position = length > 0 ? writer_heap(tracer->writer, words, length) : 0;
	if (position >= 0) {
		row.argv_pos = (uint64_t)position;
		row.argv_length = (uint32_t)length;
	}
	writer_append(tracer->writer, RECORD_EXEC, &row);
	control_process(tracer->control, process->pid, process->ppid, process->name);
	warn_if_setuid(tracer, tracee, path);
}

/* Which fields of siginfo mean something depends on the signal and its code, sigaction(2). */
static void describe_signal(struct row_signal *row, const siginfo_t *info)
{
	row->code = info->si_code;
	row->error = info->si_errno;
	if (info->si_code == SI_TIMER) {
		row->sender = info->si_timerid;
		row->status = info->si_overrun;
		row->value = (uintptr_t)info->si_ptr;
	} else if (info->si_code <= 0) {
		row->sender = info->si_pid;
		row->uid = info->si_uid;
		row->value = info->si_code == SI_TKILL || info->si_code == SI_USER ? 0 : (uintptr_t)info->si_ptr;
	} else if (row->signo == SIGCHLD) {
		row->sender = info->si_pid;
		row->uid = info->si_uid;
		row->status = info->si_status;
		row->utime = (uint64_t)info->si_utime;
		row->stime = (uint64_t)info->si_stime;
	} else if (row->signo == SIGSEGV || row->signo == SIGBUS || row->signo == SIGILL || row->signo == SIGFPE ||
		   row->signo == SIGTRAP) {
		row->address = (uintptr_t)info->si_addr;
	} else if (row->signo == SIGIO && info->si_code != SI_KERNEL) {
		row->status = (int32_t)info->si_band;
		row->value = (uint64_t)(uint32_t)info->si_fd;
	} else if (row->signo == SIGSYS) {
		row->address = (uintptr_t)info->si_call_addr;
		row->status = info->si_syscall;
		row->value = info->si_arch;
	} else { /* a descriptor's own signal (F_SETSIG), say */
		row->sender = info->si_pid;
		row->uid = info->si_uid;
		row->value = (uintptr_t)info->si_ptr;
	}
}

void record_signal(struct tracer *tracer, const struct tracee *tracee, int signal, const siginfo_t *info, uint32_t flags)
{
	struct row_signal row = { .time = tracer_now(), .thread = tracee->index, .signo = signal, .flags = flags };

	if (!tracer->recording || (tracee->process && tracee->process->left_out))
		return;
	row.seq = writer_sequence(tracer->writer);
	if (info)
		describe_signal(&row, info);
	writer_append(tracer->writer, RECORD_SIGNAL, &row);
}

static void fill_usage(const struct process *process, const struct rusage *usage, struct row_exited *row)
{
	row->user_us = (uint64_t)usage->ru_utime.tv_sec * 1000000u + (uint64_t)usage->ru_utime.tv_usec;
	row->system_us = (uint64_t)usage->ru_stime.tv_sec * 1000000u + (uint64_t)usage->ru_stime.tv_usec;
	row->max_rss_kb = (uint64_t)usage->ru_maxrss;
	row->minor_faults = (uint64_t)usage->ru_minflt;
	row->major_faults = (uint64_t)usage->ru_majflt;
	row->voluntary_switches = (uint64_t)usage->ru_nvcsw;
	row->involuntary_switches = (uint64_t)usage->ru_nivcsw;
	row->blocks_in = (uint64_t)usage->ru_inblock;
	row->blocks_out = (uint64_t)usage->ru_oublock;
	row->children_user_us = process->children_user_us;
	row->children_system_us = process->children_system_us;
}

void record_exited(struct tracer *tracer, const struct tracee *tracee, int status, const struct rusage *usage)
{
	const struct process *process = tracee->process;
	struct row_exited row = { .time = tracer_now(),
		.process = process->index,
		.thread = tracee->index,
		.scope = EXIT_SCOPE_THREAD,
		.status = status };

	exits_fill(tracee, status, &row);
	row.seq = writer_sequence(tracer->writer);
	writer_append(tracer->writer, RECORD_EXITED, &row);
	control_thread_exit(tracer->control, process->pid, tracee->tid);
	if (process->threads > 1)
		return;
	ledger_process_end(tracer, tracee);
	row.seq = writer_sequence(tracer->writer);
	row.scope = EXIT_SCOPE_PROCESS;
	exits_fill(tracee, status, &row);
	fill_usage(process, usage, &row);
	writer_append(tracer->writer, RECORD_EXITED, &row);
	control_exited(tracer->control, process->pid, status);
}

void record_let_go(struct tracer *tracer, struct tracee *tracee)
{
	struct row_let_go row = { .time = tracer_now(), .event = tracee->call.event };

	tracee->resumed_ns = row.time;
	row.seq = writer_sequence(tracer->writer);
	writer_append(tracer->writer, RECORD_LET_GO, &row);
}

void record_superseded(struct tracer *tracer, const struct tracee *former)
{
	struct row_exited row = {
		.time = tracer_now(), .process = former->process->index, .thread = former->index, .scope = EXIT_SCOPE_THREAD
	};

	row.cause = EXIT_CAUSE_EXEC;
	row.event = former->process->exec_event;

	row.seq = writer_sequence(tracer->writer);
	writer_append(tracer->writer, RECORD_EXITED, &row);
	control_thread_exit(tracer->control, former->process->pid, former->tid);
}

void record_blind(struct tracer *tracer, const struct tracee *tracee, const struct row_blind *about, const char *text)
{
	struct row_blind row = *about;

	if (tracee->process->left_out)
		return;
	row.time = tracer_now();
	row.seq = writer_sequence(tracer->writer);
	row.thread = tracee->index;
	row.event = tracee->recorded ? tracee->call.event + 1 : 0;
	row.text = intern(tracer, text);
	writer_append(tracer->writer, RECORD_BLIND, &row);
}

void record_warning(struct tracer *tracer, const struct tracee *tracee, uint32_t code, const char *text)
{
	struct row_warning row = { .time = tracer_now(), .thread = tracee ? tracee->index + 1 : 0, .code = code };

	row.seq = writer_sequence(tracer->writer);
	row.event = tracee && tracee->recorded ? tracee->call.event + 1 : 0;
	row.text = intern(tracer, text);
	writer_append(tracer->writer, RECORD_WARNING, &row);
	control_text(tracer->control, "warning", text);
}

void record_interrupted(struct tracer *tracer, const struct tracee *tracee, const char *what)
{
	const struct syscall_row *row = tracee->call.row;
	char text[256];

	snprintf(text, sizeof(text), "%s in thread %d returned EINTR: %s interrupts such a call (signal(7)).",
		row ? row->name : "A call without a name", tracee->tid, what);
	record_warning(tracer, tracee, WARNING_CODE_INTERRUPTED, text);
}

void record_meta(struct tracer *tracer, const char *key, const char *value, size_t length)
{
	struct row_meta row = { .key = intern(tracer, key), .value = writer_string(tracer->writer, value, length) };

	writer_append(tracer->writer, RECORD_META, &row);
}

static void record_lost(struct tracer *tracer, uint64_t ended_at, uint32_t reason, uint64_t count, const char *text)
{
	struct row_lost row = { .time = ended_at, .reason = reason, .count = count };

	if (count == 0)
		return;
	row.seq = writer_sequence(tracer->writer);
	row.text = intern(tracer, text);
	writer_append(tracer->writer, RECORD_LOST, &row);
}

void record_end(struct tracer *tracer, uint64_t ended_at)
{
	struct row_end row = { .time = ended_at, .reason = tracer->end_reason };
	int failure = writer_failed(tracer->writer);
	uint64_t bytes = tracer->counters.lost_bytes + capture_take_lost(tracer->capture);

	if (failure == -EFBIG) {
		record_lost(tracer, ended_at, LOST_REASON_SIZE_LIMIT, tracer->counters.lost_calls,
			"calls made after the size limit was reached");
		row.reason = END_REASON_DISK_FULL;
	} else if (failure != 0) {
		record_lost(tracer, ended_at, LOST_REASON_DISK_FULL, tracer->counters.lost_calls,
			"calls made after the disk was full");
		row.reason = END_REASON_DISK_FULL;
	} else {
		record_lost(tracer, ended_at, LOST_REASON_DETACHED, tracer->counters.lost_calls,
			"calls made after recording was stopped");
		record_lost(tracer, ended_at, LOST_REASON_UNREADABLE, bytes,
			"bytes of arguments that had no room in the tracer's buffer");
	}
	row.seq = writer_sequence(tracer->writer);
	writer_append(tracer->writer, RECORD_END, &row);
}
