/*
 * Seccomp filters of the program's own, by name of the case in argument 1:
 *   trap    getppid is answered by SIGSYS, whose handler gives the result
 *   kill    getppid ends the process with SIGSYS
 *   thread  getppid ends only the thread that calls it
 *   tsync   a filter put on all threads refuses getppid in each
 *   notify  another process answers getppid (SECCOMP_RET_USER_NOTIF)
 *   log     two filters, one on the other: the stricter counts
 */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <ucontext.h>

#include "strace_lines.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1 /* the only si_code of SIGSYS */
#endif

static long install(unsigned int action, unsigned int flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void *expected_call;

static void trapped(int signal, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	check(signal == SIGSYS && info->si_code == SYS_SECCOMP && info->si_syscall == SYS_getppid);
	check(info->si_arch == AUDIT_ARCH_X86_64);
	expected_call = info->si_call_addr;
	user->uc_mcontext.gregs[REG_RAX] = 4242;
}

static void trap(void)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };

	check(sigaction(SIGSYS, &action, NULL) == 0 && install(SECCOMP_RET_TRAP | 5, 0) == 0);
	check(syscall(SYS_getppid) == 4242);
	expect("--- SIGSYS {si_signo=SIGSYS, si_code=SYS_SECCOMP, si_errno=EIO, si_call_addr=%p, si_syscall=__NR_getppid, "
	       "si_arch=AUDIT_ARCH_X86_64} ---",
		expected_call);
}

static void kill_process(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		check(install(SECCOMP_RET_KILL_PROCESS, 0) == 0);
		syscall(SYS_getppid);
		_exit(1);
	}
	check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	expect_of(child, "getppid() = %d", SYS_getppid); /* what the kernel leaves in the register */
	expect_of(child, "+++ killed by SIGSYS%s +++", WCOREDUMP(status) ? " (core dumped)" : "");
}

static void *call_and_die(void *unused)
{
	check(install(SECCOMP_RET_KILL_THREAD, 0) == 0);
	syscall(SYS_getppid);
	return unused;
}

static void kill_thread(void)
{
	static volatile int alive = 1;
	pthread_t id;

	check(pthread_create(&id, NULL, call_and_die, NULL) == 0);
	check(pthread_join(id, NULL) == 0); /* the kernel clears the thread's id as it does at any end */
	check(alive && syscall(SYS_getppid) == getppid());
}

static pthread_barrier_t barrier;

static void *refused(void *unused)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	check(syscall(SYS_getppid) == -1 && errno == ENOTTY);
	expect("getppid() = -1 ENOTTY (Inappropriate ioctl for device)");
	return unused;
}

static void all_threads(void)
{
	pthread_t ids[3];

	pthread_barrier_init(&barrier, NULL, 4);
	for (int i = 0; i < 3; i++)
		check(pthread_create(&ids[i], NULL, refused, NULL) == 0);
	pthread_barrier_wait(&barrier);
	check(install(SECCOMP_RET_ERRNO | ENOTTY, SECCOMP_FILTER_FLAG_TSYNC) == 0);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 3; i++)
		pthread_join(ids[i], NULL);
	check(syscall(SYS_getppid) == -1 && errno == ENOTTY);
	expect("getppid() = -1 ENOTTY (Inappropriate ioctl for device)");
}

/* The supervisor shares the descriptor table through fork only: it is forked after the filter is there. */
static void notify(void)
{
	long listener = install(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	struct seccomp_notif request = { 0 };
	struct seccomp_notif_resp answer = { 0 };
	pid_t child;

	check(listener >= 0);
	child = fork();
	if (child == 0) {
		long got = syscall(SYS_getppid);

		_exit(got != 77);
	}
	check(ioctl((int)listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0 && request.data.nr == SYS_getppid);
	answer.id = request.id;
	answer.val = 77;
	check(ioctl((int)listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0);
	join(child);
	expect_of(child, "getppid() = 77");
}

static void stacked(void)
{
	check(install(SECCOMP_RET_LOG, 0) == 0 && syscall(SYS_getppid) > 0);
	check(install(SECCOMP_RET_ERRNO | EXDEV, 0) == 0 && syscall(SYS_getppid) == -1 && errno == EXDEV);
	expect("getppid() = *");
	expect("getppid() = -1 EXDEV (Invalid cross-device link)");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = { { "trap", trap }, { "kill", kill_process }, { "thread", kill_thread }, { "tsync", all_threads },
		{ "notify", notify }, { "log", stacked } };

	for (size_t i = 0; argc > 1 && i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(argv[1], cases[i].name) != 0)
			continue;
		cases[i].run();
		printf("done\n");
		return 0;
	}
	return 2;
}
