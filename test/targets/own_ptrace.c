/*
 * A program that would trace its own children, as a debugger does. Untraced it can; traced it is refused with EPERM at each
 * attempt, and neither it nor its children hang. Prints which.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/ptrace.h>

#include "strace_lines.h"

static pid_t sleeper(int ask)
{
	pid_t child = fork();

	if (child == 0) {
		if (ask && ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(errno == EPERM ? 7 : 8);
		if (ask)
			raise(SIGSTOP);
		else
			pause();
		_exit(0);
	}
	check(child > 0);
	return child;
}

static int by_request(enum __ptrace_request request)
{
	pid_t child = sleeper(0);
	long ret = ptrace(request, child, NULL, NULL);
	int refused = ret != 0 && errno == EPERM, status;

	check(ret == 0 || refused);
	if (refused)
		expect("ptrace(%s, %d, *) = -1 EPERM (Operation not permitted)",
			request == PTRACE_SEIZE ? "PTRACE_SEIZE" : "PTRACE_ATTACH", child);
	check(kill(child, SIGKILL) == 0);
	do
		check(waitpid(child, &status, __WALL) == child);
	while (WIFSTOPPED(status));
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return refused;
}

static int by_child(void)
{
	pid_t child = sleeper(1);
	int status;

	check(waitpid(child, &status, WUNTRACED) == child);
	if (WIFEXITED(status)) {
		check(WEXITSTATUS(status) == 7);
		expect_of(child, "ptrace(PTRACE_TRACEME*) = -1 EPERM (Operation not permitted)");
		return 1;
	}
	check(WIFSTOPPED(status) && ptrace(PTRACE_CONT, child, NULL, NULL) == 0);
	join(child);
	return 0;
}

int main(void)
{
	int attach = by_request(PTRACE_ATTACH), seize = by_request(PTRACE_SEIZE), traceme = by_child();

	printf("attach %d seize %d traceme %d\n", attach, seize, traceme);
	return 0;
}
