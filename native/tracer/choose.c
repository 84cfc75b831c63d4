/* See choose.h. */
#include "choose.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"

bool choose_call(const struct tracer *tracer, const struct tracee *tracee, const struct syscall_row *row)
{
	return call_set_has(&tracer->options->selection.calls, row) && !tracee->process->left_out;
}

/* A link of proc, NUL-terminated; false: it can't be read or is too long. */
static bool read_link(const char *link, char *out, size_t size)
{
	ssize_t got = readlink(link, out, size);

	if (got <= 0 || (size_t)got >= size)
		return false;
	out[got] = '\0';
	return true;
}

/* Where a relative path begins: the process's directory, or a descriptor's. */
static bool read_base(const struct fd_call *call, uint8_t arg, char *out, size_t size)
{
	char link[64];
	bool has_directory = arg > 0 && call->row->args[arg - 1].kind == ARG_FD_AT;
	int fd = has_directory ? (int)call->args[arg - 1] : AT_FDCWD;

	if (fd == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", call->tid);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", call->tid, fd);
	return read_link(link, out, size);
}

static bool path_wanted(const struct path_set *paths, const struct fd_call *call, uint8_t arg, const char *path)
{
	char base[4096] = "", whole[8300];

	if (path[0] != '/' && !read_base(call, arg, base, sizeof(base)))
		return path_set_has(paths, path);
	return path_join(base, path, whole, sizeof(whole)) && path_set_has(paths, whole);
}

/* What a descriptor refers to, by the name that fd state has for it. */
static bool description_wanted(const struct tracer *tracer, uint64_t description)
{
	uint8_t cls;
	const char *name = description ? fd_state_name(tracer->fds, description, &cls) : "";

	return name[0] && path_set_has(&tracer->options->selection.paths, name);
}

/* The call's own descriptor, and any other that it names. */
static bool descriptor_wanted(const struct tracer *tracer, const struct fd_call *call)
{
	if (description_wanted(tracer, call->description))
		return true;
	for (uint8_t i = 0; i < call->row->argc; i++) {
		const struct syscall_arg *spec = syscall_arg_of(&call->row->args[i], call->args);
		int fd = (int)call->args[i];

		if (spec->kind == ARG_FD && fd != call->fd &&
			description_wanted(tracer, fd_state_lookup(tracer->fds, call->files, call->tid, call->process, fd)))
			return true;
	}
	return false;
}

static bool paths_wanted(const struct tracer *tracer, const struct fd_call *call)
{
	const char *path;
	uint8_t arg;

	if (!call->row)
		return false;
	for (size_t at = 0; (path = capture_path(tracer->capture, &at, &arg));) {
		if (path_wanted(&tracer->options->selection.paths, call, arg, path))
			return true;
	}
	return descriptor_wanted(tracer, call);
}

bool choose_target(const struct tracer *tracer, const struct tracee *tracee)
{
	const struct selection *selection = &tracer->options->selection;

	if (!selection_has_class(selection, tracee->call.cls))
		return false;
	return !selection->paths.patterns || paths_wanted(tracer, &tracee->call);
}

/* The name of a process that may not be traced; "" if it can't be had. */
static void read_name(pid_t pid, char name[PROCESS_NAME_BYTES])
{
	char path[64];
	ssize_t got;
	int fd;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	got = read(fd, name, PROCESS_NAME_BYTES);
	close(fd);
	name[got > 0 ? got - 1 : 0] = '\0'; /* a newline ends it */
}

static void choose_one(const struct tracer *tracer, struct process *process)
{
	const struct process *parent = process_find(tracer, process->ppid);
	char name[PROCESS_NAME_BYTES] = "";
	struct process_facts facts = {
		.pid = process->pid, .ppid = process->ppid, .name = process->name, .parent = parent ? parent->name : name
	};

	if (!parent)
		read_name(process->ppid, name);
	process->left_out = !process_set_has(&tracer->options->selection.processes, &facts);
}

void choose_process(const struct tracer *tracer, struct process *process)
{
	if (!tracer->options->selection.processes.terms)
		return;
	choose_one(tracer, process);
	for (struct process *child = tracer->processes; child; child = child->next) {
		if (child->ppid == process->pid && child != process)
			choose_one(tracer, child);
	}
}
