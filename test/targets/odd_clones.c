/*
 * Children made in ways that a tracer must not lose: clone(2) with CLONE_UNTRACED, clone3(2) with it, clone with CLONE_PARENT's
 * opposite numbers, vfork whose child execs. Prints each child's exit status.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_UNTRACED
#define CLONE_UNTRACED 0x00800000
#endif

static int child(const char *text)
{
	return write(1, text, strlen(text)) == (ssize_t)strlen(text) ? 9 : 1;
}

static void wait_for(pid_t pid, const char *what)
{
	int status = -1;

	waitpid(pid, &status, __WALL);
	dprintf(1, "%s %d\n", what, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void old_clone(void)
{
	long pid = syscall(SYS_clone, (unsigned long)(CLONE_UNTRACED | SIGCHLD), NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(child("untraced clone\n"));
	wait_for((pid_t)pid, "clone");
}

static void new_clone(void)
{
	struct clone_args args = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(args.flags == CLONE_UNTRACED ? child("untraced clone3\n") : 2);
	wait_for((pid_t)pid, "clone3");
	dprintf(1, "flags kept %d\n", args.flags == CLONE_UNTRACED);
}

static void quick_fork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	wait_for(pid, "vfork");
}

int main(void)
{
	old_clone();
	new_clone();
	quick_fork();
	return 0;
}
