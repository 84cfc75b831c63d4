/*
 * Threads and processes: their tables and their rows' beginnings.
 * Must not live here: ptrace, wait statuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "choose.h"
#include "control.h"
#include "modules.h"
#include "process_facts.h"
#include "tracer.h"

uint64_t tracer_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct tracee **bucket_of(struct tracer *tracer, pid_t tid)
{
	return &tracer->buckets[(uint32_t)tid % TRACEE_BUCKETS];
}

struct tracee *tracee_find(const struct tracer *tracer, pid_t tid)
{
	struct tracee *tracee = tracer->buckets[(uint32_t)tid % TRACEE_BUCKETS];

	while (tracee && tracee->tid != tid)
		tracee = tracee->next;
	return tracee;
}

struct tracee *tracee_add(struct tracer *tracer, pid_t tid)
{
	struct tracee **bucket = bucket_of(tracer, tid);
	struct tracee *tracee = calloc(1, sizeof(*tracee));

	if (!tracee)
		return NULL;
	tracee->tid = tid;
	tracee->fresh = true;
	tracee->every_call = !tracer->filter;
	tracee->next = *bucket;
	*bucket = tracee;
	tracer->tracees++;
	return tracee;
}

void tracee_claim(struct tracer *tracer, struct tracee *tracee, struct process *process)
{
	struct row_thread row = {
		.seq = writer_sequence(tracer->writer),
		.time = tracer_now(),
		.process = process->index,
		.tid = tracee->tid,
		.ns_tid = process->nested ? process_facts_namespaces(tracee->tid, NULL, 0) : tracee->tid,
		.name = writer_string(tracer->writer, process->name, strlen(process->name)),
	};

	tracee->index = (uint32_t)writer_append(tracer->writer, RECORD_THREAD, &row);
	tracee->process = process;
	process->threads++;
	process->exiting += tracee->exiting;
	process_check_ending(tracer, process);
	control_thread(tracer->control, process->pid, tracee->tid, process->name);
}

/* Another thread with this table, so that proc can still be asked about it: of the same process, if there is one. */
static pid_t stand_in(const struct tracer *tracer, const struct tracee *gone)
{
	if (!gone->process || gone->process->threads <= 1)
		return 0;
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (const struct tracee *other = tracer->buckets[i]; other; other = other->next) {
			if (other != gone && other->process == gone->process && other->files == gone->files && !other->exiting)
				return other->tid;
		}
	}
	return 0;
}

static void release_files(struct tracer *tracer, struct tracee *tracee)
{
	if (tracee->files)
		fd_state_table_release(tracer->fds, tracee->files, tracee->tid, stand_in(tracer, tracee));
	tracee->files = 0;
}

static void process_remove(struct tracer *tracer, struct process *process)
{
	struct process **link = &tracer->processes;

	while (*link != process)
		link = &(*link)->next;
	*link = process->next;
	tracer->ending -= process->ending;
	space_release(process->space);
	free(process);
}

void tracee_remove(struct tracer *tracer, struct tracee *tracee)
{
	struct tracee **link = bucket_of(tracer, tracee->tid);

	while (*link != tracee)
		link = &(*link)->next;
	*link = tracee->next;
	tracer->tracees--;
	tracer->gone -= tracee->gone;
	if (tracee->hold == HOLD_UNCLAIMED)
		tracer->unclaimed--;
	release_files(tracer, tracee);
	if (tracee->process) {
		tracee->process->exiting -= tracee->exiting;
		if (--tracee->process->threads == 0)
			process_remove(tracer, tracee->process);
		else
			process_check_ending(tracer, tracee->process);
	}
	free(tracee->ledger);
	free(tracee->path_kept);
	free(tracee);
}

void tracee_take_over(struct tracer *tracer, struct tracee *leader, pid_t former_tid)
{
	struct tracee *former = tracee_find(tracer, former_tid);

	if (!former || former == leader)
		return;
	/* The leader's own call, if any, stays unfinished; the call that goes on is the exec of the other thread. */
	leader->in_call = former->in_call;
	leader->recorded = former->recorded;
	leader->followed = former->followed;
	leader->call = former->call;
	leader->resumed_ns = former->resumed_ns;
	leader->entry_class = former->entry_class;
	leader->every_call = former->every_call;
	leader->step = former->step;
	leader->process->exiting -= leader->exiting; /* it was killed by the exec, and is the one that goes on after all */
	leader->exiting = false;
	leader->inside = false;
	leader->group_stopped = false;
	leader->hold = HOLD_NONE;
	release_files(tracer, leader);
	leader->files = former->files;
	leader->files_apart = former->files_apart;
	former->files = 0;
	tracee_remove(tracer, former);
}

void tracee_keep_alone(struct tracer *tracer, const struct tracee *tracee)
{
	for (size_t i = 0; i < TRACEE_BUCKETS && tracee->process->threads > 1; i++) {
		for (struct tracee *other = tracer->buckets[i]; other; other = other->next) {
			if (other != tracee && other->process == tracee->process)
				release_files(tracer, other);
		}
	}
}

void process_check_ending(struct tracer *tracer, struct process *process)
{
	bool ending = process->threads > 0 && process->exiting == process->threads;

	tracer->ending += ending;
	tracer->ending -= process->ending;
	process->ending = ending;
}

struct process *process_find(const struct tracer *tracer, pid_t pid)
{
	struct process *process = tracer->processes;

	while (process && process->pid != pid)
		process = process->next;
	return process;
}

void process_read_name(struct process *process)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", process->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	got = read(fd, process->name, sizeof(process->name) - 1);
	close(fd);
	if (got > 0 && process->name[got - 1] == '\n')
		got--;
	process->name[got > 0 ? got : 0] = '\0';
}

struct fd_user tracee_user(const struct tracer *tracer, pid_t tid, const struct process *process)
{
	return (struct fd_user){
		.tid = tid,
		.process = process ? process->index : (uint32_t)writer_rows(tracer->writer, RECORD_PROCESS),
		.thread = (uint32_t)writer_rows(tracer->writer, RECORD_THREAD),
	};
}

static uint32_t intern(struct tracer *tracer, const char *text)
{
	return writer_string(tracer->writer, text, strlen(text));
}

static void fill_namespaces(struct tracer *tracer, pid_t pid, struct row_process *row)
{
	char ids[512];

	row->ns_pid = process_facts_namespaces(pid, ids, sizeof(ids));
	row->ns_pids = intern(tracer, ids);
}

/* Of a process that ran before: what its exec would have said. */
static void fill_before(struct tracer *tracer, pid_t pid, struct row_process *row)
{
	static char words[PROCESS_ARGV_BYTES];
	char cwd[4096];
	uint64_t full;
	size_t length = process_facts_argv(pid, words, sizeof(words), &full);
	int64_t position = length > 0 ? writer_heap(tracer->writer, words, length) : 0;

	if (position >= 0) {
		row->argv_pos = (uint64_t)position;
		row->argv_length = (uint32_t)length;
	}
	process_facts_cwd(pid, cwd, sizeof(cwd));
	row->cwd = intern(tracer, cwd);
	row->started = process_facts_started(pid);
}

struct process *process_add(
	struct tracer *tracer, pid_t pid, const struct process *parent, pid_t ppid, uint32_t files, uint32_t flags)
{
	struct process *process = calloc(1, sizeof(*process));
	struct row_process row = { .seq = writer_sequence(tracer->writer), .time = tracer_now(), .pid = pid, .flags = flags };

	if (!process)
		return NULL;
	process->pid = pid;
	process->index = (uint32_t)writer_rows(tracer->writer, RECORD_PROCESS);
	if (!parent)
		process->space = space_new(tracer->modules);
	else if (flags & PROCESS_FLAG_SHARES_MEMORY)
		process->space = space_share(parent->space);
	else
		process->space = space_clone(parent->space);
	if (!process->space) {
		free(process);
		return NULL;
	}
	process->root = (flags & PROCESS_FLAG_ROOT) != 0;
	process->nested = parent && parent->nested;
	if (parent)
		memcpy(process->name, parent->name, sizeof(process->name));
	else
		process_read_name(process);
	row.ns_pid = pid;
	if (process->nested || !parent)
		fill_namespaces(tracer, pid, &row);
	if (flags & PROCESS_FLAG_ATTACHED)
		fill_before(tracer, pid, &row);
	row.ppid = process->ppid = ppid > 0 ? ppid : process_facts_parent(pid);
	row.parent = parent ? parent->index + 1 : 0;
	row.files = files;
	row.name = writer_string(tracer->writer, process->name, strlen(process->name));
	writer_append(tracer->writer, RECORD_PROCESS, &row);
	process->next = tracer->processes;
	tracer->processes = process;
	choose_process(tracer, process);
	control_process(tracer->control, pid, row.ppid, process->name);
	return process;
}
