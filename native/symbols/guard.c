/* Limits on the process. See guard.h. */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Files are mapped as a whole, the largest debug files have some 5 GB, and 64 modules may be open. */
#define MAX_ADDRESS_SPACE ((rlim_t)64 << 30)

/* What may be allocated on the heap (with anonymous mappings): far above any real file's needs. */
#define MAX_DATA ((rlim_t)4 << 30)

/*
 * In place of the C library's, for libdw as well, which opens files that debug information names (split units, dwz): a pipe, a
 * device or a terminal among them must neither be waited for nor have its side effects. Only regular files are opened.
 */
__attribute__((visibility("default"))) int open(const char *path, int flags, ...)
{
	struct stat st;
	int fd;

	if (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) {
		errno = EACCES;
		return -1;
	}
	fd = openat(AT_FDCWD, path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

#ifndef __SANITIZE_ADDRESS__ /* which maps terabytes, and starts a process for its report */

/* The calls that looking symbols up is made of; every other fails with EPERM, writing opens with EACCES. */
static const unsigned int allowed_calls[] = {
	SYS_read,
	SYS_write,
	SYS_pread64,
	SYS_sendto,
	SYS_poll,
	SYS_close,
	SYS_lseek,
	SYS_fstat,
	SYS_newfstatat,
	SYS_stat,
	SYS_lstat,
	SYS_statx,
	SYS_readlink,
	SYS_readlinkat,
	SYS_getcwd,
	SYS_fcntl,
	SYS_mmap,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_brk,
	SYS_futex,
	SYS_getrandom,
	SYS_clock_gettime,
	SYS_sysinfo,
	SYS_rt_sigreturn,
	SYS_restart_syscall,
	SYS_exit,
	SYS_exit_group,
	SYS_getpid,
	SYS_gettid,
	SYS_rt_sigprocmask,
	SYS_tgkill,
};

#define CALLS (sizeof(allowed_calls) / sizeof(allowed_calls[0]))

#define LOAD(field)             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP_IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define RETURN(what)            BPF_STMT(BPF_RET | BPF_K, (what))

static void filter_calls(void)
{
	struct sock_filter filter[CALLS + 12];
	struct sock_fprog program = { .filter = filter };
	unsigned short n = 0;

	filter[n++] = (struct sock_filter)LOAD(arch);
	filter[n++] = (struct sock_filter)JUMP_IF(AUDIT_ARCH_X86_64, 1, 0);
	filter[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	filter[n++] = (struct sock_filter)LOAD(nr);
	filter[n++] = (struct sock_filter)JUMP_IF(SYS_openat, 0, 4);
	filter[n++] = (struct sock_filter)LOAD(args[2]);
	filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1);
	filter[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EACCES);
	filter[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < CALLS; i++)
		filter[n++] = (struct sock_filter)JUMP_IF(allowed_calls[i], (unsigned char)(CALLS - i), 0);
	filter[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	filter[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0 || (now.rlim_cur != RLIM_INFINITY && now.rlim_cur <= value))
		return;
	now.rlim_cur = value;
	setrlimit(resource, &now);
}

void guard_begin(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_AS, MAX_ADDRESS_SPACE);
	limit(RLIMIT_DATA, MAX_DATA);
	filter_calls();
}

#else

void guard_begin(void)
{
}

#endif
