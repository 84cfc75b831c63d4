/*
 * Installs a seccomp filter of its own that answers getppid with EPERM, in the thread that runs, then forks: calls that the
 * filter refuses must be in the trace, in the child too. Prints what getppid gave.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int install(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static void ask(const char *who)
{
	long parent = syscall(SYS_getppid);

	dprintf(1, "%s %ld %d\n", who, parent, errno);
}

int main(void)
{
	pid_t child;

	if (install() != 0)
		return 2;
	ask("parent");
	child = fork();
	if (child == 0) {
		ask("child");
		_exit(0);
	}
	return waitpid(child, NULL, 0) != child;
}
