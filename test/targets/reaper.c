/*
 * A process takes its descendants' place as init would (PR_SET_CHILD_SUBREAPER): daemons that fork twice come to it, it reaps
 * each, by waitid(2) with WNOWAIT first. Everything but what it has started itself is ignored or blocked.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>

#include "strace_lines.h"

#define DAEMONS 5

static void daemonise(int number)
{
	pid_t middle = fork();

	if (middle == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		while (getppid() == middle) /* of the memory of our parent: until we are the reaper's */
			;
		_exit(10 + number);
	}
	join(middle);
}

int main(void)
{
	int seen = 0;
	sigset_t all;

	for (int signal = 1; signal < 65; signal++) {
		if (signal != SIGCHLD) /* ignored, children would be reaped unseen */
			(void)sigaction(signal, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	}
	sigfillset(&all);
	check(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	check(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	for (int i = 0; i < DAEMONS; i++)
		daemonise(i);
	for (int i = 0; i < DAEMONS; i++) {
		siginfo_t info;
		int status;

		check(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0 && info.si_code == CLD_EXITED);
		check(waitpid(info.si_pid, &status, 0) == info.si_pid && WEXITSTATUS(status) == info.si_status);
		expect_of(info.si_pid, "+++ exited with %d +++", info.si_status);
		seen |= 1 << (info.si_status - 10);
	}
	check(seen == (1 << DAEMONS) - 1);
	check(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
	printf("reaped %d\n", DAEMONS);
	return 0;
}
