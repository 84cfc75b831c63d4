/* See pass.h. */
#include "pass.h"

#include <errno.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "stop.h"

static void let_pass(pid_t tid, int status)
{
	int signal;
	enum stop_kind kind = stop_classify(status, &signal);

	if (kind == STOP_GROUP)
		ptrace(PTRACE_LISTEN, tid, NULL, NULL);
	else if (kind != STOP_GONE)
		ptrace(PTRACE_CONT, tid, NULL, (void *)(intptr_t)(kind == STOP_SIGNAL ? signal : 0));
}

void pass_run(void)
{
	int status;

	for (;;) {
		pid_t tid = wait4(-1, &status, __WALL, NULL);

		if (tid > 0)
			let_pass(tid, status);
		else if (errno != EINTR)
			return;
	}
}
