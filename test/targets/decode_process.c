/* Calls on processes: signals, waiting, clones, prctl, futexes, schedulers, limits, identities, clocks. See decode.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>

#include "decode.h"

struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

static void signals(void)
{
	uint64_t *set = PUT(uint64_t, { 0x10003 }), *full = PUT(uint64_t, { ~0ULL & ~0x100ULL });
	siginfo_t queued = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };

	queued.si_pid = 5;
	queued.si_value.sival_int = 77;
	CALL(rt_sigaction, SIGUSR1, NULL, data + 3 * PAGE, 8);
	CALL(rt_sigaction, SIGUSR1, PUT(struct kernel_sigaction, { SIG_IGN, SA_RESTART | SA_NODEFER, NULL, 1 }), NULL, 8);
	CALL(rt_sigaction, SIGUSR1,
		PUT(struct kernel_sigaction, { (void *)5, 0x04000000 | SA_SIGINFO | SA_ONSTACK, (void *)7, ~0ULL }),
		data + 3 * PAGE, 8);
	CALL(rt_sigaction, SIGUSR1, PUT(struct kernel_sigaction, { SIG_DFL, 0x80000000 | 0x400, NULL, 0 }), data + 3 * PAGE, 8);
	CALL(rt_sigaction, SIGUSR2, BAD, BAD, 8);
	CALL(rt_sigaction, 99, PUT(struct kernel_sigaction, { SIG_DFL, 0, NULL, 0 }), NULL, 8);
	CALL(rt_sigaction, SIGUSR2, PUT(struct kernel_sigaction, { SIG_DFL, 0, NULL, 0 }), NULL, 16);
	CALL(rt_sigprocmask, SIG_BLOCK, set, data + 3 * PAGE, 8);
	CALL(rt_sigprocmask, SIG_SETMASK, full, data + 3 * PAGE, 8);
	CALL(rt_sigprocmask, SIG_SETMASK, PUT(uint64_t, { 0 }), data + 3 * PAGE, 8);
	CALL(rt_sigprocmask, 9, NULL, data + 3 * PAGE, 8);
	CALL(rt_sigprocmask, 9, set, NULL, 8);
	CALL(rt_sigprocmask, SIG_BLOCK, set, NULL, 4);
	CALL(rt_sigpending, data + 3 * PAGE, 8);
	CALL(rt_sigpending, data + 3 * PAGE, 4);
	CALL(rt_sigtimedwait, set, data + 3 * PAGE, PUT(struct timespec, { 0, 1 }), 8);
	CALL(rt_sigtimedwait, set, NULL, PUT(struct timespec, { -1, 1 }), 8);
	CALL(rt_sigsuspend, set, 4);
	CALL(rt_sigqueueinfo, 99999999, SIGUSR1, put_bytes(&queued, sizeof(queued)));
	CALL(rt_sigqueueinfo, 99999999, SIGUSR1, BAD);
	CALL(rt_tgsigqueueinfo, 99999999, 5, SIGRTMIN, put_bytes(&queued, sizeof(queued)));
	CALL(sigaltstack, PUT(stack_t, { (void *)0x5000, SS_DISABLE, 8192 }), data + 3 * PAGE);
	CALL(sigaltstack, PUT(stack_t, { (void *)0x5000, 0x12, 8 }), NULL);
	CALL(sigaltstack, NULL, data + 3 * PAGE);
	CALL(kill, 99999999, SIGKILL);
	CALL(kill, -99999999, 0);
	CALL(kill, 99999999, 99);
	CALL(tkill, 99999999, 40);
	CALL(tgkill, 99999999, -1, SIGSTOP);
	CALL(signalfd, NO_FD, set, 8);
	CALL(signalfd4, NO_FD, set, 8, 0x80801);
	CALL(signalfd4, -1, set, 4, 0x80000);
	CALL(pidfd_open, 99999999, 0x800);
	CALL(pidfd_open, 99999999, 1);
	CALL(pidfd_send_signal, NO_FD, SIGUSR1, put_bytes(&queued, sizeof(queued)), 0);
	CALL(pidfd_send_signal, NO_FD, SIGUSR1, NULL, 1);
	CALL(pidfd_getfd, NO_FD, 5, 1);
	CALL(process_madvise, NO_FD, data, 1, 21, 0);
	CALL(process_mrelease, NO_FD, 1);
}

static void children(void)
{
	int *status = (int *)(data + 3 * PAGE);
	long pid;

	CALL(wait4, -1, status, WNOHANG | WUNTRACED | WCONTINUED | __WALL, NULL);
	CALL(wait4, 99999999, NULL, 0x80, BAD);
	CALL(waitid, P_ALL, 0, data + 3 * PAGE, WEXITED | WNOWAIT, NULL);
	CALL(waitid, P_PID, 99999999, NULL, WSTOPPED | WNOHANG, NULL);
	CALL(waitid, P_PIDFD, NO_FD, data + 3 * PAGE, WEXITED, BAD);
	CALL(waitid, 9, -1, NULL, 0, NULL);
	pid = fork();
	if (pid == 0)
		_exit(3);
	CALL(waitid, P_PID, pid, data + 3 * PAGE, WEXITED | WNOWAIT, NULL);
	CALL(wait4, pid, status, 0, NULL);
	pid = vfork();
	if (pid == 0) {
		raise(SIGTERM);
		_exit(0);
	}
	CALL(wait4, pid, status, __WALL, NULL);
	CALL(clone, 0x10000 /* CLONE_THREAD without what it needs */, NULL, NULL, NULL, NULL);
	CALL(clone, 0x11a80a00 | SIGCHLD, (void *)0x5000, (void *)1, (void *)2, (void *)3);
	CALL(clone3,
		PUT(struct clone_args,
			{ .flags = CLONE_THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_SETTLS, .tls = 5 }),
		64);
	CALL(clone3,
		PUT(struct clone_args,
			{ .flags = CLONE_PIDFD | CLONE_INTO_CGROUP, .pidfd = 0x10, .exit_signal = 99, .cgroup = 7 }),
		88);
	CALL(clone3, PUT(struct clone_args, { .set_tid = 0x10, .set_tid_size = 5, .stack = 1 }), 80);
	CALL(clone3, BAD, 64);
	CALL(clone3, NULL, 64);
	CALL(clone3, PUT(struct clone_args, { 0 }), 8);
	CALL(execve, TEXT("/nonexistent"), put_bytes((char *[4]){ TEXT("a\n"), TEXT(""), NULL }, 32),
		put_bytes((char *[3]){ TEXT("X=1"), TEXT("Y=2"), NULL }, 24));
	CALL(execve, TEXT("/nonexistent"), NULL, NULL);
	CALL(execve, TEXT("/nonexistent"), BAD, BAD);
	CALL(execve, TEXT("/nonexistent"), put_bytes((char *[3]){ TEXT("x"), BAD, NULL }, 24), put_bytes((char *[1]){ NULL }, 8));
	CALL(execveat, AT_FDCWD, TEXT("/nonexistent"), put_bytes((char *[2]){ TEXT("x"), NULL }, 16), NULL,
		AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
	CALL(unshare, 0x80000000);
	CALL(unshare, 0);
	CALL(setns, NO_FD, CLONE_NEWNET);
	CALL(setns, NO_FD, 1);
	CALL(setpgid, 99999999, 1);
	CALL(getpgid, 99999999);
	CALL(getsid, 99999999);
	CALL(ptrace, PTRACE_TRACEME + 100, 5, 6, 7);
	CALL(ptrace, PTRACE_PEEKTEXT, 99999999, 0x10, data);
	CALL(ptrace, PTRACE_SETOPTIONS, 99999999, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	CALL(ptrace, PTRACE_SEIZE, 99999999, 0, 0x7f);
	CALL(ptrace, PTRACE_CONT, 99999999, 0, SIGUSR1);
	CALL(ptrace, PTRACE_GETREGS, 99999999, 0, data);
	CALL(ptrace, PTRACE_GETREGSET, 99999999, 1, data);
	CALL(ptrace, PTRACE_PEEKUSER, 99999999, 8 * 15, data);
	CALL(ptrace, PTRACE_GETSIGINFO, 99999999, 0, data);
	CALL(ptrace, PTRACE_GETEVENTMSG, 99999999, 0, data);
	CALL(ptrace, 0x420e /* PTRACE_GET_SYSCALL_INFO */, 99999999, 88, data);
	CALL(kcmp, 99999999, 1, 0, 5, 6);
	CALL(kcmp, 99999999, 1, 3, 5, 6);
	CALL(kcmp, 99999999, 1, 7, data, 6);
	CALL(kcmp, 99999999, 1, 99, 5, 6);
	CALL(process_vm_readv, 99999999, data, 1, data, 1, 0);
	CALL(process_vm_writev, 99999999, put_bytes((void *[2]){ TEXT("abc"), (void *)3 }, 16), 1,
		put_bytes((void *[2]){ BAD, (void *)3 }, 16), 1, 1);
}

static void controls(void)
{
	for (int option = 0; option < 80; option++) {
		if (option != 22 && option != 29 && option != 35 && option != 4 && option != 26 && option != 38 && option != 16)
			CALL(prctl, option, -1L, -2L, -3L, -4L);
	}
	for (int option = 1; option < 17; option++)
		CALL(prctl, PR_SET_MM, option, 0x10, 0, 5);
	CALL(prctl, PR_SET_NAME, TEXT("a name of more than fifteen characters"));
	CALL(prctl, PR_SET_NAME, TEXT("decode"));
	CALL(prctl, PR_GET_NAME, data + 3 * PAGE);
	CALL(prctl, PR_GET_PDEATHSIG, data + 3 * PAGE);
	CALL(prctl, PR_SET_PDEATHSIG, SIGTERM);
	CALL(prctl, PR_SET_PDEATHSIG, 0);
	CALL(prctl, PR_GET_DUMPABLE);
	CALL(prctl, PR_SET_DUMPABLE, 77);
	CALL(prctl, PR_GET_KEEPCAPS);
	CALL(prctl, PR_GET_SECUREBITS);
	CALL(prctl, PR_GET_TIMERSLACK);
	CALL(prctl, PR_GET_TID_ADDRESS, BAD);
	CALL(prctl, PR_CAPBSET_READ, CAP_SYS_ADMIN);
	CALL(prctl, PR_CAPBSET_READ, 99);
	CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0);
	CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	CALL(prctl, PR_CAP_AMBIENT, 9, 0, 0, 0);
	CALL(prctl, PR_SET_VMA, 0, 0x10, 4096, TEXT("name"));
	CALL(prctl, PR_SET_VMA, 5, 0x10, 4096, TEXT("name"));
	CALL(prctl, PR_GET_SPECULATION_CTRL, 9, 0, 0, 0);
	CALL(prctl, PR_SET_SPECULATION_CTRL, 9, 4, 0, 0);
	CALL(prctl, PR_SET_PTRACER, -1L);
	CALL(prctl, PR_SET_PTRACER, 0);
	CALL(prctl, PR_GET_CHILD_SUBREAPER, data + 3 * PAGE);
	CALL(prctl, PR_GET_TSC, data + 3 * PAGE);
	CALL(prctl, PR_MCE_KILL, 1, 2, 0, 0);
	CALL(prctl, PR_MCE_KILL, 0, 0, 0, 0);
	CALL(prctl, 9999, 1L, 2L, 3L, 4L);
	CALL(arch_prctl, 0x1001, 0x10);
	CALL(arch_prctl, 0x1004, data + 3 * PAGE);
	CALL(arch_prctl, 0x1011, 0);
	CALL(arch_prctl, 0x1012, 1);
	CALL(arch_prctl, 0x1022, BAD);
	CALL(arch_prctl, 0x1023, 18);
	CALL(arch_prctl, 0x2003, 5);
	CALL(arch_prctl, 0x9999, 5);
	CALL(personality, 0xffffffff);
	CALL(seccomp, 0, 1, NULL);
	CALL(seccomp, 1, 0x100, BAD);
	CALL(seccomp, 2, 0, PUT(uint32_t, { 0x7fff0000 }));
	CALL(seccomp, 3, 0, data + 3 * PAGE);
	CALL(seccomp, 9, 1, data);
	CALL(prctl, PR_SET_SECCOMP, 2, BAD, 0, 0);
	CALL(prctl, PR_SET_SECCOMP, 9, 0, 0, 0);
}

static void futexes(void)
{
	uint32_t *word = PUT(uint32_t, { 5 });
	struct timespec *past = PUT(struct timespec, { 0, 1 });

	for (int op = 0; op < 15; op++) {
		CALL(futex, word, op, 7, past, word, 0x12345678);
		if (op != 6)
			CALL(futex, word, op | 0x80, 7, NULL, BAD, -1);
	}
	CALL(futex, word, 9 | 0x180, 5, past, NULL, -1);
	CALL(futex, word, 9 | 0x400, 7, BAD, NULL, 3);
	CALL(futex, word, 1 | 0x100, 0x7fffffff, NULL, NULL, 0);
	CALL(futex, word, 99, 1, 2, 3, 4);
	CALL(set_robust_list, (void *)0x10, 5);
	CALL(get_robust_list, 99999999, data, data);
	CALL(futex_waitv, BAD, 1, 0, NULL, 0);
	CALL(futex_waitv, put_bytes((uint64_t[3]){ 7, (uintptr_t)word, 0x82 }, 24), 1, 0, past, CLOCK_REALTIME);
	CALL(futex_waitv, put_bytes((uint64_t[3]){ 7, (uintptr_t)word, 0x82 }, 24), 0, 1, NULL, 99);
	CALL(rseq, (void *)0x10, 32, 1, 0x53053053);
	CALL(membarrier, 0, 0, 0);
	CALL(membarrier, 8, 1, 3);
	CALL(membarrier, 0x300, 1, 3);
}

static void scheduling(void)
{
	struct rlimit *limit = PUT(struct rlimit, { 1024 * 5, RLIM_INFINITY });
	uint32_t attributes[14] = { 48, 0, 0, 0, 7 };

	CALL(sched_setscheduler, 99999999, SCHED_FIFO | SCHED_RESET_ON_FORK, PUT(int, { 5 }));
	CALL(sched_setscheduler, 99999999, 77, BAD);
	CALL(sched_getscheduler, 0);
	CALL(sched_getparam, 0, data + 3 * PAGE);
	CALL(sched_setparam, 99999999, PUT(int, { 5 }));
	CALL(sched_get_priority_max, SCHED_RR);
	CALL(sched_get_priority_min, 99);
	CALL(sched_rr_get_interval, 99999999, data);
	CALL(sched_setaffinity, 99999999, 8, PUT(uint64_t, { 0x1005 }));
	CALL(sched_setaffinity, 99999999, 8, BAD);
	CALL(sched_setaffinity, 99999999, 0, NULL);
	CALL(sched_getaffinity, 99999999, 128, data);
	CALL(sched_setattr, 99999999, put_bytes(attributes, 56), 0);
	CALL(sched_setattr, 99999999, BAD, 1);
	CALL(sched_getattr, 0, data + 3 * PAGE, 48, 0);
	CALL(sched_getattr, 0, data + 3 * PAGE, 56, 0);
	CALL(sched_getattr, 99999999, data + 3 * PAGE, 5, 1);
	CALL(getpriority, PRIO_USER, 99999999);
	CALL(getpriority, PRIO_PROCESS, 0);
	CALL(setpriority, 9, 1, -5);
	CALL(ioprio_get, 1, 99999999);
	CALL(ioprio_get, 1, 0);
	CALL(ioprio_set, 1, 99999999, 2 << 13 | 4);
	CALL(ioprio_set, 9, 0, 7 << 13 | 9);
	CALL(getrlimit, RLIMIT_NOFILE, BAD);
	CALL(getrlimit, 77, data);
	CALL(setrlimit, 77, limit);
	CALL(prlimit64, 99999999, RLIMIT_CORE, limit, NULL);
	CALL(prlimit64, 0, RLIMIT_CORE, NULL, data + 3 * PAGE);
	CALL(getrusage, 9, data);
	CALL(getcpu, BAD, NULL, NULL);
	CALL(set_mempolicy, 2, PUT(uint64_t, { 5 }), 64);
	CALL(get_mempolicy, data + 3 * PAGE, NULL, 0, NULL, 0);
	CALL(get_mempolicy, NULL, BAD, 64, BAD, 7);
	CALL(mbind, data, 4096, 0x8002, PUT(uint64_t, { 5 }), 64, 3);
	CALL(mbind, BAD, 4096, 99, NULL, 0, 8);
	CALL(migrate_pages, 99999999, 64, PUT(uint64_t, { 1 }), PUT(uint64_t, { 2 }));
	CALL(move_pages, 99999999, 1, put_bytes((void *[1]){ BAD }, 8), PUT(int, { 5 }), data, 2);
	CALL(set_mempolicy_home_node, data, 4096, 0, 0);
}

static void identities(void)
{
	struct __user_cap_header_struct *header = PUT(struct __user_cap_header_struct, { _LINUX_CAPABILITY_VERSION_3, 99999999 });

	CALL(setuid, -1);
	CALL(setreuid, -1, -1);
	CALL(setresgid, -1, -1, -1);
	CALL(getresuid, data + 3 * PAGE, data + 3 * PAGE + 4, BAD);
	CALL(getgroups, 0, NULL);
	CALL(getgroups, -1, data);
	CALL(setgroups, 40, put_bytes((uint32_t[40]){ -1, 2 }, 160));
	CALL(setgroups, -1, BAD);
	CALL(setfsuid, -1);
	CALL(setfsgid, -1);
	CALL(capget, header, NULL);
	CALL(capget, BAD, BAD);
	CALL(capset, header, put_bytes((uint32_t[6]){ 3, 1 << 21, 0, 0x100, 0, 0x80000000 }, 24));
	CALL(capset, PUT(struct __user_cap_header_struct, { 0x19980330, 1 }), put_bytes((uint32_t[6]){ 3, 1 << 21, 0 }, 24));
	CALL(capset, PUT(struct __user_cap_header_struct, { 5, 1 }), BAD);
	CALL(sethostname, BAD, 70);
	CALL(setdomainname, BAD, 5);
	CALL(add_key, TEXT("user"), TEXT("description"), BAD, 5, -3);
	CALL(add_key, BAD, NULL, TEXT("payload"), 7, 99999999);
	CALL(request_key, TEXT("user"), TEXT("description"), NULL, -1);
	for (int op = 0; op < 34; op++) {
		if (op == 18) /* KEYCTL_SESSION_TO_PARENT: the result is the parent's business */
			continue;
		CALL(keyctl, op, 99999999, -3L, 0x10L, 0x10L);
	}
	CALL(keyctl, 99, 1, 2, 3, 4);
	CALL(reboot, 0xfee1dead, 0x28121969, 0x99, NULL);
	CALL(reboot, 0xfee1dead, 0x12, 0x01234567, BAD);
	CALL(syslog, 77, data, 5);
	CALL(init_module, BAD, 5, TEXT("a=1"));
	CALL(finit_module, NO_FD, TEXT("a=1"), 7);
	CALL(delete_module, TEXT("nomodule"), O_NONBLOCK | O_TRUNC);
	CALL(kexec_load, 0, 0, BAD, 0xffff0000);
	CALL(kexec_file_load, NO_FD, NO_FD, 5, TEXT("abc"), 7);
	CALL(iopl, 5);
	CALL(ioperm, 70000, 5, 1);
	CALL(modify_ldt, 9, data, 16);
	CALL(set_thread_area, BAD);
	CALL(get_thread_area, BAD);
	CALL(_sysctl, BAD);
	CALL(lookup_dcookie, 5L, data, 5);
	for (int number = 174; number <= 185; number++) {
		if (number != 175 && number != 176 && number != 179)
			syscall(number, 1L, 2L, 3L, 4L, 5L, 6L);
	}
	syscall(214, 1L, 2L, 3L, 4L, 5L, 6L);
	syscall(215, 1L, 2L, 3L, 4L, 5L, 6L);
	syscall(9999, 1L, 2L, 3L, 4L, 5L, 6L);
	syscall(-5, 1L, 2L, 3L, 4L, 5L, 6L);
	syscall(0x40000000 + 39);
	syscall(0x40000000 + 520, 1L, 2L, 3L);
	syscall(0x40000000 + 9999, 1L, 2L, 3L, 4L, 5L, 6L);
}

static void clocks(void)
{
	struct itimerspec *interval = PUT(struct itimerspec, { { 1, 2 }, { 3, 4 } });
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value = { .sival_int = 5 } };

	CALL(clock_gettime, 99, data);
	CALL(clock_getres, CLOCK_REALTIME, data + 3 * PAGE);
	CALL(clock_getres, CLOCK_MONOTONIC, NULL);
	CALL(clock_getres, -6, data + 3 * PAGE);
	CALL(clock_getres, 3 | 8, data + 3 * PAGE);
	CALL(clock_settime, CLOCK_MONOTONIC, PUT(struct timespec, { 1, 2 }));
	CALL(clock_settime, CLOCK_BOOTTIME, BAD);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, PUT(struct timespec, { 1, 2 }), NULL);
	CALL(clock_nanosleep, CLOCK_REALTIME, 0, PUT(struct timespec, { 0, 1 }), data + 3 * PAGE);
	CALL(clock_nanosleep, CLOCK_REALTIME, 5, PUT(struct timespec, { 0, 1000000000 }), data + 3 * PAGE);
	CALL(nanosleep, PUT(struct timespec, { -1, 5 }), NULL);
	CALL(clock_adjtime, 99, PUT(struct timex, { .modes = 0 }));
	CALL(clock_adjtime, 99, BAD);
	CALL(adjtimex, BAD);
	CALL(getitimer, ITIMER_REAL, data + 3 * PAGE);
	CALL(getitimer, 9, data);
	CALL(setitimer, ITIMER_VIRTUAL, PUT(struct itimerval, { { 0, 0 }, { 0, 0 } }), data + 3 * PAGE);
	CALL(setitimer, 9, PUT(struct itimerval, { { 1, 2 }, { 3, 4 } }), NULL);
	CALL(alarm, 0);
	CALL(timer_create, CLOCK_REALTIME, NULL, data + 3 * PAGE);
	CALL(timer_create, CLOCK_MONOTONIC, put_bytes(&event, sizeof(event)), data + 3 * PAGE);
	CALL(timer_create, 99, BAD, BAD);
	CALL(timer_settime, 99, TIMER_ABSTIME, interval, data);
	CALL(timer_settime, 99, 2, BAD, NULL);
	CALL(timer_gettime, 99, data);
	CALL(timer_getoverrun, 99);
	CALL(timer_delete, 99);
	CALL(timerfd_create, 99, 0x80800);
	CALL(timerfd_create, 1, 1);
	CALL(timerfd_settime, NO_FD, 3, interval, NULL);
	CALL(timerfd_gettime, NO_FD, data);
	CALL(settimeofday, BAD, BAD);
	CALL(settimeofday, PUT(struct timeval, { -1, 5 }), NULL);
	CALL(times, NULL);
	CALL(eventfd2, 5, 0x80801);
	CALL(eventfd2, 5, 2);
}

static void waiting(void)
{
	struct pollfd *fds =
		put_bytes((struct pollfd[3]){ { NO_FD, POLLIN | POLLOUT, 0 }, { -1, POLLIN, 0 }, { NO_FD + 1, 0x3fff, 0 } }, 24);
	struct epoll_event *event = PUT(struct epoll_event, { EPOLLIN | EPOLLET | EPOLLONESHOT, { .u64 = 0x100000005 } });
	uint64_t set[16] = { 1UL << 0, 1UL << 36 };
	struct timespec *little = PUT(struct timespec, { 0, 1000 });
	int epoll = epoll_create1(0);

	CALL(poll, fds, 3, 0);
	CALL(poll, fds, 0, 0);
	CALL(poll, BAD, 2, 0);
	CALL(poll, NULL, 0, 0);
	CALL(poll, put_bytes((struct pollfd[1]){ { -5, 0, 0 } }, 8), 1, 0);
	CALL(ppoll, fds, 3, little, PUT(uint64_t, { 1 }), 8);
	CALL(ppoll, fds, 0, little, NULL, 8);
	CALL(ppoll, fds, 1, BAD, BAD, 4);
	CALL(select, 0, NULL, NULL, NULL, PUT(struct timeval, { 0, 1 }));
	CALL(select, 101, NULL, put_bytes(set, 128), NULL, PUT(struct timeval, { 0, 1 }));
	CALL(select, -1, put_bytes(set, 128), NULL, NULL, NULL);
	CALL(select, 5, BAD, NULL, NULL, NULL);
	CALL(pselect6, 101, NULL, put_bytes(set, 128), NULL, little,
		put_bytes((void *[2]){ PUT(uint64_t, { 1 }), (void *)8 }, 16));
	CALL(pselect6, 0, NULL, NULL, NULL, little, NULL);
	CALL(pselect6, 0, NULL, NULL, NULL, BAD, BAD);
	CALL(epoll_create, 0);
	CALL(epoll_create1, 0x80000);
	CALL(epoll_create1, 1);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, NO_FD, event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_DEL, NO_FD, event);
	CALL(epoll_ctl, epoll, EPOLL_CTL_MOD, NO_FD, BAD);
	CALL(epoll_ctl, epoll, 9, NO_FD, NULL);
	CALL(epoll_wait, epoll, data + 3 * PAGE, 5, 0);
	CALL(epoll_wait, epoll, data + 3 * PAGE, -1, 0);
	CALL(epoll_pwait, epoll, data + 3 * PAGE, 5, 0, PUT(uint64_t, { 5 }), 8);
	CALL(epoll_pwait2, epoll, data + 3 * PAGE, 5, little, NULL, 8);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, (int)syscall(SYS_eventfd2, 1, 0),
		PUT(struct epoll_event, { EPOLLOUT | 0x10000000, { .u32 = 7 } }));
	CALL(epoll_wait, epoll, data + 3 * PAGE, 5, 0);
	CALL(epoll_pwait2, NO_FD, BAD, 5, BAD, BAD, 4);
}

int main(void)
{
	decode_begin();
	signals();
	children();
	controls();
	futexes();
	scheduling();
	identities();
	clocks();
	waiting();
	return 0;
}
