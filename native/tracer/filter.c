/* See filter.h. The program is filter_program.c's. */
#include "filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter_program.h"

int filter_install(const struct call_set *calls, bool mappings)
{
	static struct sock_filter program[BPF_MAXINSNS];
	struct sock_fprog prog = { .len = (unsigned short)filter_program(calls, mappings, program), .filter = program };
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
