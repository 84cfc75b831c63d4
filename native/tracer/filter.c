/*
 * See filter.h. The architecture and the x32 bit are looked at first, since numbers mean nothing without them: calls of
 * another architecture always stop. Every call of this one is recorded, so it stops too; the comparison by number has its
 * place where recording is narrowed.
 */
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* seccomp(2): the bit in a number that makes it one of the x32 ABI. */
#define X32_BIT 0x40000000u
/* The filter's word for the tracer (PTRACE_GETEVENTMSG): which rule it was. */
#define RULE_RECORDED 0
#define RULE_FOREIGN  1

static struct sock_filter program[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | RULE_FOREIGN),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | RULE_FOREIGN),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | RULE_RECORDED),
};

int filter_install(void)
{
	struct sock_fprog prog = { .len = sizeof(program) / sizeof(program[0]), .filter = program };
	int mode = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);

	if (mode < 0)
		return -errno;
	if (mode != SECCOMP_MODE_DISABLED)
		return -EBUSY;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	if (errno != EACCES)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0 ? 0 : -errno;
}
