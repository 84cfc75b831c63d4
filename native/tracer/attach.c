/* See session.h: the recording of a process that runs already. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "children.h"
#include "control.h"
#include "ledger.h"
#include "loop.h"
#include "modules.h"
#include "record.h"
#include "recording.h"
#include "seize.h"
#include "session.h"

/* Takes hold of one thread that is not ours yet. files: the table of the first. Returns 1, 0 (it is, or it has gone) or -errno. */
static int seize_thread(struct tracer *tracer, struct process *process, uint32_t files, pid_t tid)
{
	struct tracee *tracee;
	int err;

	if (tracee_find(tracer, tid))
		return 0;
	err = seize(tid, SEIZE_ATTACHED);
	if (err == -ESRCH)
		return 0;
	/* A new thread of one that we hold is held already, and comes by itself. */
	if (err != 0)
		return process->threads > 0 ? 0 : err;
	tracee = tracee_add(tracer, tid);
	if (!tracee)
		return -ENOMEM;
	tracee->attached = true;
	if (process->threads == 0)
		tracee->files = files;
	else
		children_find_files(tracer, tracee, process);
	tracee_claim(tracer, tracee, process);
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return 1;
}

/* All threads there are, as often as new ones turn up. Returns 0 or -errno. */
static int seize_threads(struct tracer *tracer, struct process *process, uint32_t files)
{
	char path[64];
	int found;

	snprintf(path, sizeof(path), "/proc/%d/task", process->pid);
	do {
		DIR *dir = opendir(path);
		struct dirent *entry;

		if (!dir)
			return -ESRCH;
		found = 0;
		while (found >= 0 && (entry = readdir(dir))) {
			pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
			int one = tid > 0 ? seize_thread(tracer, process, files, tid) : 0;

			found = one < 0 ? one : found + one;
		}
		closedir(dir);
	} while (found > 0);
	return found;
}

static int begin(struct tracer *tracer, char *sentence, size_t size)
{
	const struct options *options = tracer->options;
	struct fd_user user = tracee_user(tracer, options->attach_pid, NULL);
	uint32_t files = fd_state_table_found(tracer->fds, &user);
	struct process *process =
		process_add(tracer, options->attach_pid, NULL, 0, files, PROCESS_FLAG_ROOT | PROCESS_FLAG_ATTACHED);
	int err = process ? seize_threads(tracer, process, files) : -ENOMEM;

	if (err != 0) {
		seize_explain(options->attach_pid, -err, sentence, size);
		return -1;
	}
	modules_rescan(tracer->modules, process);
	process->space->started = true;
	tracer->entry_ready = true;
	tracer->root_pid = options->attach_pid;
	control_set_root(tracer->control, options->attach_pid);
	if (tracee_find(tracer, options->attach_pid))
		ledger_attached(tracer, tracee_find(tracer, options->attach_pid));
	return 0;
}

int session_attach(const struct options *options)
{
	static struct tracer tracer;
	char link[64], program[4096], sentence[1024];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/%d/exe", options->attach_pid);
	length = readlink(link, program, sizeof(program) - 1);
	program[length > 0 ? length : 0] = '\0';
	if (access("/proc/self", F_OK) == 0 && kill(options->attach_pid, 0) != 0 && errno == ESRCH) {
		fprintf(stderr, "syscope: there is no process %d.\n", options->attach_pid);
		return EXIT_SYSCOPE_FAILED;
	}
	if (recording_open(&tracer, options, program[0] ? program : "process", sentence, sizeof(sentence)) != 0) {
		fprintf(stderr, "syscope: %s.\n", sentence);
		recording_close(&tracer, false);
		return EXIT_SYSCOPE_FAILED;
	}
	recording_describe(&tracer, program);
	if (begin(&tracer, sentence, sizeof(sentence)) != 0) {
		fprintf(stderr, "syscope: %s.\n", sentence);
		recording_close(&tracer, true);
		return EXIT_SYSCOPE_FAILED;
	}
	loop_run(&tracer, recording_commit);
	recording_close(&tracer, false);
	return 0;
}
