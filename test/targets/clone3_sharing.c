/*
 * clone3(2) with each set of the flags that share something: files, directory, memory, both parents. The child opens a file and
 * changes its directory; then the parent looks whether its own descriptor table and directory have changed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "strace_lines.h"

#define FD 40

static volatile int in_memory;

static void child(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	check(fd >= 0 && dup2(fd, FD) == FD && close(fd) == 0);
	check(chdir("/usr") == 0);
	in_memory = 1;
	_exit(0);
}

/* By hand, since the child must not return: where it shares memory it has a stack of its own. */
static pid_t start(uint64_t flags)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct clone_args args = { .flags = flags, .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD };
	long ret = SYS_clone3;

	if (flags & CLONE_VM) {
		args.stack = (uintptr_t)stack;
		args.stack_size = sizeof(stack);
	}
	__asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\tcall *%[child]\n1:"
		: "+a"(ret)
		: "D"(&args), "S"(sizeof(args)), [child] "r"(child)
		: "rcx", "r11", "memory");
	return (pid_t)ret;
}

static void try_flags(uint64_t flags, const char *names)
{
	char cwd[64];
	ssize_t got;
	char byte;
	pid_t pid;

	check(chdir("/") == 0);
	in_memory = 0;
	pid = start(flags);
	check(pid > 0);
	join(pid);
	expect("clone3({flags=%s, exit_signal=SIGCHLD, stack=*}, 88) = %d", names, pid);
	expect_of(pid, "dup2(*, %d) = %d", FD, FD);
	expect_of(pid, "chdir(\"/usr\") = 0");
	got = read(FD, &byte, 1);
	check(got == (flags & CLONE_FILES ? 1 : -1));
	if (got == 1)
		expect("read(%d, \"%c\", 1) = 1", FD, byte);
	else
		expect("read(%d, *, 1) = -1 EBADF (Bad file descriptor)", FD);
	close(FD);
	check(getcwd(cwd, sizeof(cwd)) && strcmp(cwd, flags & CLONE_FS ? "/usr" : "/") == 0);
	check(in_memory == ((flags & CLONE_VM) != 0));
}

/* A brother: the parent's parent is to wait for it. Done from a child, so that this is us. */
static void brother(void)
{
	int status, ends[2];
	pid_t half, whole;

	check(pipe(ends) == 0);
	half = fork();
	if (half == 0) {
		pid_t pid = start(CLONE_PARENT);

		check(pid > 0 && write(ends[1], &pid, sizeof(pid)) == sizeof(pid));
		_exit(0);
	}
	check(read(ends[0], &whole, sizeof(whole)) == sizeof(whole));
	check(waitpid(whole, &status, __WALL) == whole && status == 0);
	join(half);
	printf("parent %d brother %d of %d\n", getpid(), whole, half);
	expect_of(half, "clone3({flags=CLONE_PARENT, *}, 88) = %d", whole);
}

int main(void)
{
	try_flags(0, "0");
	try_flags(CLONE_FILES, "CLONE_FILES");
	try_flags(CLONE_FS, "CLONE_FS");
	try_flags(CLONE_FS | CLONE_FILES, "CLONE_FS|CLONE_FILES");
	try_flags(CLONE_VM | CLONE_VFORK, "CLONE_VM|CLONE_VFORK");
	try_flags(CLONE_VM | CLONE_FILES | CLONE_VFORK, "CLONE_VM|CLONE_FILES|CLONE_VFORK");
	try_flags(CLONE_VM | CLONE_FS | CLONE_VFORK, "CLONE_VM|CLONE_FS|CLONE_VFORK");
	try_flags(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK,
		"CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_VFORK");
	try_flags(CLONE_FILES | CLONE_CLEAR_SIGHAND, "CLONE_FILES|CLONE_CLEAR_SIGHAND");
	fflush(stdout);
	brother();
	return 0;
}
