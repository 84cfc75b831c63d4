/*
 * Files tables that are not one per process: a thread that leaves its process's (unshare, close_range), a thread made without
 * CLONE_FILES, threads of one that was made so, a process that shares its parent's, one that shares and then execs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "expect.h"

#define STACK_BYTES (256 * 1024)

static int opened(const char *path)
{
	int fd = open(path, O_RDONLY);

	succeed(path, fd);
	return fd;
}

static char *stack_top(void)
{
	char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		_exit(97);
	return stack + STACK_BYTES;
}

/* Number 10 is a thing of the thread's own from here on; 11 it closes. */
static void *leave(void *how)
{
	if (how)
		succeed("close_range", close_range(11, 11, CLOSE_RANGE_UNSHARE));
	else
		succeed("unshare", unshare(CLONE_FILES));
	succeed("dup2", dup2(opened("/dev/zero"), 10));
	close(11);
	touch(10);
	touch(11);
	return NULL;
}

static void in_thread(void *(*run)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, argument) != 0)
		_exit(96);
	pthread_join(thread, NULL);
}

static int says(void *argument)
{
	(void)argument;
	touch(10);
	succeed("dup2", dup2(opened("/dev/full"), 10));
	touch(10);
	return 0;
}

/* A thread with its own table; what it makes there nobody else has. By hand: the library has no word for it. */
static volatile int own_done;
static int own_thread(void *argument)
{
	(void)argument;
	succeed("dup2", dup2(12, 10));
	touch(10);
	close(12);
	touch(12);
	__atomic_store_n(&own_done, 1, __ATOMIC_RELEASE);
	syscall(SYS_exit, 0); /* not of the process */
	return 0;
}

static void clone_thread_apart(void)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	succeed("clone", clone(own_thread, stack_top(), flags, NULL));
	while (!__atomic_load_n(&own_done, __ATOMIC_ACQUIRE))
		usleep(1000);
	touch(10);
	touch(12);
}

/* A process that shares the table (and memory, so that its lines are ours): what it changes is changed here. */
static void clone_process_sharing(void)
{
	pid_t child = clone(says, stack_top(), CLONE_VM | CLONE_FILES | SIGCHLD, NULL);

	succeed("clone", child);
	succeed("waitpid", waitpid(child, NULL, 0));
	touch(10);
}

static int execs(void *unused)
{
	(void)unused;
	execl("/proc/self/exe", "apart", "again", (char *)NULL);
	_exit(95);
}

/* Its exec gives it a table of its own, in which 13 is closed; ours keeps it. */
static void clone_that_execs(void)
{
	int status;
	pid_t child;

	succeed("dup3", dup3(10, 13, O_CLOEXEC));
	child = clone(execs, stack_top(), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, NULL);
	succeed("clone", child);
	succeed("waitpid", waitpid(child, &status, 0));
	if (status != 0)
		_exit(94);
	touch(13);
}

int main(int argc, char **argv)
{
	if (argc > 1 && argv[1][0] == 'a') {
		touch(10);
		touch(13);
		close(10);
		say_expected();
		return 0;
	}
	succeed("dup2", dup2(opened("/dev/null"), 10));
	succeed("dup2", dup2(opened("/dev/null"), 11));
	succeed("dup2", dup2(opened("/proc/version"), 12));
	in_thread(leave, NULL);
	touch(10);
	touch(11);
	in_thread(leave, "close_range");
	touch(10);
	touch(11);
	clone_thread_apart();
	clone_process_sharing();
	clone_that_execs();
	touch(10);
	say_expected();
	return 0;
}
