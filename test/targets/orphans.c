/*
 * A process group is orphaned while a member is stopped: the kernel sends all of it SIGHUP and SIGCONT (setpgid(2)). And a
 * background member of an orphaned group that reads from nowhere special just goes on. Prints what the stopped one saw.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>

#include "strace_lines.h"

static volatile sig_atomic_t hung_up, continued;

static void handler(int signal)
{
	if (signal == SIGHUP)
		hung_up = 1;
	else
		continued = 1;
}

static void member(int out)
{
	char seen[2];

	signal(SIGHUP, handler);
	signal(SIGCONT, handler);
	raise(SIGSTOP);
	while (!hung_up || !continued)
		;
	seen[0] = 'h';
	seen[1] = 'c';
	_exit(write(out, seen, 2) != 2);
}

int main(void)
{
	int ends[2], status;
	char seen[2] = "";
	pid_t middle, last;

	check(pipe(ends) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	middle = fork();
	if (middle == 0) {
		pid_t child;

		check(setsid() == getpid());
		child = fork();
		if (child == 0) {
			check(setpgid(0, 0) == 0);
			member(ends[1]);
		}
		check(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
		_exit(0); /* the only process outside the group that could have continued it */
	}
	join(middle);
	check(read(ends[0], seen, 2) == 2 && seen[0] == 'h' && seen[1] == 'c');
	last = waitpid(-1, &status, 0); /* to us, the subreaper */
	check(last > 0 && status == 0);
	expect_of(last, "--- SIGSTOP {si_signo=SIGSTOP, si_code=SI_TKILL, si_pid=%d, si_uid=%d} ---", last, getuid());
	expect_of(last, "--- stopped by SIGSTOP ---");
	expect_of(last, "--- SIGHUP {si_signo=SIGHUP, si_code=SI_KERNEL} ---");
	expect_of(last, "+++ exited with 0 +++");
	expect("wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = %d", last);
	printf("orphaned\n");
	return 0;
}
