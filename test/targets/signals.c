/*
 * Signals as the program sees them, by name of the case in argument 1. Each prints its own result.
 *   eintr    read on a pipe interrupted by a handler without SA_RESTART; restart: with it
 *   info     a queued signal's value and sender
 *   stop     a child stops itself; the parent sees the stop, continues it, sees that and its exit status
 *   killed   ends by SIGKILL from a child while in read(2); abort: by SIGABRT; fault: by SIGSEGV
 *   sleep    nanosleep interrupted by SIGSTOP and SIGCONT goes on (restart_syscall)
 *   timedwait sigtimedwait gets what another process sends
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "blocked.h"

static volatile sig_atomic_t handled;

static void handler(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	handled = info->si_code == SI_QUEUE ? info->si_value.sival_int : 1;
}

static void handle(int signal, int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };

	sigaction(signal, &action, NULL);
}

static void nap(int milliseconds)
{
	struct timespec time = { .tv_nsec = milliseconds * 1000000L };

	nanosleep(&time, NULL);
}

/* A child that signals the parent when that sleeps, then when it sleeps again writes a byte. */
static pid_t disturb(int fd, int signal)
{
	pid_t child = fork();

	if (child == 0) {
		wait_until_blocked(getppid());
		kill(getppid(), signal);
		nap(100);
		_exit(write(fd, "x", 1) != 1);
	}
	return child;
}

static int interrupted_read(int flags)
{
	int ends[2];
	char byte;
	ssize_t got;
	pid_t child;

	handle(SIGUSR1, flags);
	if (pipe(ends) != 0)
		return 1;
	child = disturb(ends[1], SIGUSR1);
	got = read(ends[0], &byte, 1);
	printf("read %zd %s handled %d\n", got, got < 0 ? strerrorname_np(errno) : "-", handled);
	waitpid(child, NULL, 0);
	return 0;
}

static int queued(void)
{
	handle(SIGRTMIN, 0);
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 42 });
	printf("value %d\n", handled);
	return 0;
}

static int stopped_child(void)
{
	int ends[2], status;
	char byte;
	pid_t child;

	if (pipe(ends) != 0)
		return 1;
	child = fork();
	if (child == 0) {
		close(ends[1]);
		raise(SIGSTOP);
		_exit(read(ends[0], &byte, 1) == 0 ? 7 : 8); /* not before the parent has seen that it goes on */
	}
	waitpid(child, &status, WUNTRACED);
	printf("stopped %d by %d\n", WIFSTOPPED(status), WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
	kill(child, SIGCONT);
	waitpid(child, &status, WCONTINUED);
	printf("continued %d\n", WIFCONTINUED(status));
	close(ends[1]);
	waitpid(child, &status, 0);
	printf("exited %d with %d\n", WIFEXITED(status), WEXITSTATUS(status));
	return 0;
}

static int killed(void)
{
	int ends[2];
	char byte;

	if (pipe(ends) != 0)
		return 1;
	disturb(ends[1], SIGKILL);
	return read(ends[0], &byte, 1) == 1 ? 3 : 4;
}

static int long_sleep(void)
{
	struct timespec time = { .tv_sec = 1 };
	pid_t parent = getpid();
	pid_t child = fork();
	int result;

	if (child == 0) {
		wait_until_blocked(parent);
		kill(parent, SIGSTOP);
		while (state_of(parent) != 'T' && state_of(parent) != 't')
			nap(5);
		nap(20);
		kill(parent, SIGCONT);
		_exit(0);
	}
	result = nanosleep(&time, NULL);
	printf("sleep %d\n", result);
	waitpid(child, NULL, 0);
	return 0;
}

static int timed_wait(void)
{
	struct timespec time = { .tv_sec = 30 };
	siginfo_t info;
	sigset_t set;
	pid_t child;
	int got;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	child = fork();
	if (child == 0) {
		wait_until_blocked(getppid());
		_exit(kill(getppid(), SIGUSR2) != 0);
	}
	got = sigtimedwait(&set, &info, &time);
	printf("got %d from child %d\n", got == SIGUSR2, info.si_pid == child);
	waitpid(child, NULL, 0);
	return 0;
}

static int run(const char *name)
{
	if (strcmp(name, "eintr") == 0)
		return interrupted_read(0);
	if (strcmp(name, "restart") == 0)
		return interrupted_read(SA_RESTART);
	if (strcmp(name, "info") == 0)
		return queued();
	if (strcmp(name, "stop") == 0)
		return stopped_child();
	if (strcmp(name, "killed") == 0)
		return killed();
	if (strcmp(name, "sleep") == 0)
		return long_sleep();
	if (strcmp(name, "timedwait") == 0)
		return timed_wait();
	if (strcmp(name, "abort") == 0)
		abort();
	if (strcmp(name, "fault") == 0)
		raise(SIGSEGV);
	return 2;
}

int main(int argc, char **argv)
{
	int status = argc > 1 ? run(argv[1]) : 2;

	fflush(stdout);
	return status;
}
