/* Prints everything that a program can easily find out about what it was started with: the same with and without Syscope. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void print_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		struct stat st;
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0 || fstat(fd, &st) != 0)
			continue;
		printf("fd %d flags %d status %o mode %o device %llu inode %llu offset %lld\n", fd, flags, fcntl(fd, F_GETFL),
			st.st_mode, (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
			S_ISREG(st.st_mode) && fd != 1 ? (long long)lseek(fd, 0, SEEK_CUR) : 0);
	}
}

static void print_limits(void)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;

		if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
			printf("limit %d %llu %llu\n", i, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
	}
}

static void print_signals(void)
{
	sigset_t blocked, pending;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigpending(&pending);
	for (int signal = 1; signal <= SIGRTMAX; signal++) {
		struct sigaction action;

		if (sigaction(signal, NULL, &action) == 0)
			printf("signal %d %s%s%s\n", signal,
				action.sa_handler == SIG_IGN   ? "ignored"
				: action.sa_handler == SIG_DFL ? "default"
							       : "handled",
				sigismember(&blocked, signal) ? " blocked" : "", sigismember(&pending, signal) ? " pending" : "");
	}
}

static void print_environment(void)
{
	for (char **word = environ; *word; word++)
		printf("env %s\n", *word);
}

static void print_process(char **argv)
{
	const char *terminal = ttyname(0);
	char cwd[4096], name[32] = "";
	struct itimerval timer;
	cpu_set_t cpus;
	mode_t mask = umask(0);

	prctl(PR_GET_NAME, name);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	getitimer(ITIMER_REAL, &timer);
	printf("parent is starter %d group is own %d session %d\n", getenv("STARTER") && atoi(getenv("STARTER")) == getppid(),
		getpgrp() == getpid(), getsid(0) == getpid());
	printf("group is starter's %d foreground %d terminal %s\n", getpgrp() == getpgid(getppid()), tcgetpgrp(0) == getpgrp(),
		terminal ? terminal : "none");
	printf("uid %d %d gid %d %d umask %o nice %d cpus %d scheduler %d name %s timer %ld\n", getuid(), geteuid(), getgid(),
		getegid(), mask, getpriority(PRIO_PROCESS, 0), CPU_COUNT(&cpus), sched_getscheduler(0), name,
		timer.it_value.tv_sec);
	printf("cwd %s dumpable %d deathsig-free\n", getcwd(cwd, sizeof(cwd)), prctl(PR_GET_DUMPABLE));
	for (char **word = argv; *word; word++)
		printf("arg %s\n", *word);
	printf("children %s\n", waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? "none" : "some");
}

int main(int argc, char **argv)
{
	(void)argc;
	print_descriptors();
	print_limits();
	print_signals();
	print_environment();
	print_process(argv);
	return 0;
}
