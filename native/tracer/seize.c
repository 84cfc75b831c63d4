/* See seize.h. */
#include "seize.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#define YAMA "/proc/sys/kernel/yama/ptrace_scope"

int seize(pid_t tid, enum seize_kind kind)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP;

	if (kind == SEIZE_LAUNCHED)
		options |= PTRACE_O_EXITKILL;
	return ptrace(PTRACE_SEIZE, tid, NULL, (void *)(uintptr_t)options) == 0 ? 0 : -errno;
}

/* A line of /proc/PID/status as a number, 0 if it can't be had. */
static long status_number(pid_t pid, const char *key)
{
	char path[64], line[256];
	long number = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0)
			number = strtol(line + strlen(key), NULL, 10);
	}
	fclose(file);
	return number;
}

static int yama_scope(void)
{
	FILE *file = fopen(YAMA, "re");
	int scope = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &scope) != 1)
		scope = 0;
	fclose(file);
	return scope;
}

void seize_explain(pid_t pid, int error, char *sentence, size_t size)
{
	long tracer = status_number(pid, "TracerPid:");

	if (error == ESRCH) {
		snprintf(sentence, size, "there is no process %d", pid);
	} else if (tracer != 0) {
		snprintf(sentence, size,
			"process %d is already traced, by process %ld (a debugger or strace): end that one first", pid, tracer);
	} else if (yama_scope() > 0 && geteuid() != 0) {
		snprintf(sentence, size, "the kernel refuses tracing (" YAMA " is %d): as root, write 0 to that file%s",
			yama_scope(), yama_scope() == 1 ? ", or start the program with syscope record" : "");
	} else if (error == EPERM || error == EACCES) {
		snprintf(sentence, size,
			"the kernel refuses tracing process %d: it belongs to another user, or this container forbids ptrace "
			"(run it with "
			"--cap-add=SYS_PTRACE)",
			pid);
	} else {
		snprintf(sentence, size, "process %d can't be traced: %s", pid, strerror(error));
	}
}
