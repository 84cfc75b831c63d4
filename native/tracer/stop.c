/* See stop.h. */
#include "stop.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* The upper half of a stop's status is its event (ptrace(2)). */
static enum stop_kind classify_event(int event, int signal)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE: return STOP_FORK;
	case PTRACE_EVENT_EXEC: return STOP_EXEC;
	case PTRACE_EVENT_EXIT: return STOP_EXITING;
	case PTRACE_EVENT_SECCOMP: return STOP_SECCOMP;
	case PTRACE_EVENT_STOP: return signal == SIGTRAP ? STOP_INTERRUPT : STOP_GROUP;
	default: return STOP_EVENT;
	}
}

enum stop_kind stop_classify(int status, int *signal)
{
	int event = (int)((unsigned int)status >> 16);

	*signal = 0;
	if (!WIFSTOPPED(status))
		return STOP_GONE;
	*signal = WSTOPSIG(status);
	if (*signal == (SIGTRAP | 0x80))
		return STOP_SYSCALL;
	return event ? classify_event(event, *signal) : STOP_SIGNAL;
}
