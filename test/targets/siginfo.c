/*
 * Signals from every kind of source, each with its siginfo: kill, tgkill, sigqueue, a timer, a message queue, faults of several
 * kinds, children that exit, die, stop and go on, descriptors (F_SETOWN with F_SETSIG, with SIGIO), a broken pipe, a trap, an alarm.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "strace_lines.h"

static volatile sig_atomic_t handled;
static siginfo_t last;
static sigjmp_buf back;

static void handler(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	last = *info;
	handled++;
}

static void leap(int signal, siginfo_t *info, void *context)
{
	handler(signal, info, context);
	siglongjmp(back, 1);
}

static void handle(int signal, void (*with)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = with, .sa_flags = SA_SIGINFO };

	check(sigaction(signal, &action, NULL) == 0);
}

static void await(int count)
{
	const struct timespec tick = { .tv_nsec = 1000000 };

	for (int i = 0; handled < count && i < 10000; i++)
		nanosleep(&tick, NULL);
	check(handled >= count);
	handled = 0;
}

static void sent(void)
{
	handle(SIGUSR1, handler);
	handle(SIGRTMIN + 3, handler);
	check(kill(getpid(), SIGUSR1) == 0);
	await(1);
	expect("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=%d, si_uid=%d} ---", getpid(), getuid());
	check(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1) == 0);
	await(1);
	expect("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=%d, si_uid=%d} ---", getpid(), getuid());
	check(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_ptr = (void *)0x1122334455667788 }) == 0);
	await(1);
	expect("--- SIGRT_5 {si_signo=SIGRT_5, si_code=SI_QUEUE, si_pid=%d, si_uid=%d, si_int=%d, si_ptr=0x1122334455667788} ---",
		getpid(), getuid(), 0x55667788);
	check(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_ptr = NULL }) == 0);
	await(1);
	expect("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=%d, si_uid=%d} ---", getpid(), getuid());
}

static void queued_by_hand(void)
{
	siginfo_t info = { .si_signo = SIGUSR1, .si_code = -60, .si_errno = ENOENT };

	info.si_pid = 4321;
	info.si_uid = 99;
	info.si_value.sival_ptr = (void *)0x77;
	check(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info) == 0);
	await(1);
	expect("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_ASYNCNL, si_errno=ENOENT, si_pid=4321, si_uid=99, si_int=119, "
	       "si_ptr=0x77} ---");
}

static void timers(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 5 };
	struct itimerspec once = { .it_value.tv_nsec = 1000000 };
	struct itimerval alarm = { .it_value.tv_usec = 1000 };
	timer_t timer;

	check(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &once, NULL) == 0);
	await(1);
	check(last.si_code == SI_TIMER);
	expect("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TIMER, si_timerid=%s%x, si_overrun=0, si_int=5, si_ptr=*} ---",
		last.si_timerid ? "0x" : "", (unsigned int)last.si_timerid);
	timer_delete(timer);
	handle(SIGALRM, handler);
	check(setitimer(ITIMER_REAL, &alarm, NULL) == 0);
	await(1);
	expect("--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---");
}

static void message_queue(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 6 };
	struct mq_attr size = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	char name[32];
	mqd_t queue;

	snprintf(name, sizeof(name), "/syscope-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &size);
	if (queue == (mqd_t)-1) /* a container may have none */
		return;
	mq_unlink(name);
	check(mq_notify(queue, &event) == 0 && mq_send(queue, "x", 1, 0) == 0);
	await(1);
	expect("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_MESGQ, si_pid=%d, si_uid=%d, si_int=6, si_ptr=*} ---", getpid(),
		getuid());
	mq_close(queue);
}

static void faults(void)
{
	char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *file;
	volatile char *volatile nowhere = NULL;
	int fd = memfd_create("short", 0);

	handle(SIGSEGV, leap);
	handle(SIGBUS, leap);
	handle(SIGFPE, leap);
	handle(SIGILL, leap);
	handle(SIGTRAP, handler);
	if (sigsetjmp(back, 1) == 0)
		*nowhere = 1;
	expect("--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---");
	if (sigsetjmp(back, 1) == 0)
		*(volatile char *)(page + 5) = 1;
	expect("--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=%p} ---", (void *)(page + 5));
	if (sigsetjmp(back, 1) == 0)
		*(volatile char *)0x8000000000000000 = 1;
	expect("--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL} ---");
	check(fd >= 0 && ftruncate(fd, 1) == 0);
	file = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	if (sigsetjmp(back, 1) == 0)
		(void)*(volatile char *)(file + 4096);
	expect("--- SIGBUS {si_signo=SIGBUS, si_code=BUS_ADRERR, si_addr=%p} ---", (void *)(file + 4096));
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx" : : : "eax", "ecx", "edx");
	expect("--- SIGFPE {si_signo=SIGFPE, si_code=FPE_INTDIV, si_addr=%p} ---", last.si_addr);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("ud2");
	expect("--- SIGILL {si_signo=SIGILL, si_code=ILL_ILLOPN, si_addr=%p} ---", last.si_addr);
	handled = 0;
	__asm__ volatile("int3");
	check(handled == 1 && last.si_signo == SIGTRAP);
	expect("--- SIGTRAP {si_signo=SIGTRAP, si_code=SI_KERNEL, si_addr=NULL} ---");
	handled = 0;
}

static void children(void)
{
	const struct rlimit none = { 0, 0 };
	pid_t child;

	handle(SIGCHLD, handler);
	child = fork();
	if (child == 0)
		_exit(12);
	await(1);
	expect("--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=%d, si_uid=%d, si_status=12, si_utime=*, si_stime=*} "
	       "---",
		child, getuid());
	check(waitpid(child, NULL, 0) == child);
	child = fork();
	if (child == 0)
		pause();
	check(kill(child, SIGSTOP) == 0);
	await(1);
	expect("--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_STOPPED, si_pid=%d, si_uid=%d, si_status=SIGSTOP, si_utime=*, "
	       "si_stime=*} ---",
		child, getuid());
	check(kill(child, SIGCONT) == 0);
	await(1);
	expect("--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_CONTINUED, si_pid=%d, si_uid=%d, si_status=SIGCONT, si_utime=*, "
	       "si_stime=*} ---",
		child, getuid());
	check(kill(child, SIGTERM) == 0);
	await(1);
	expect("--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=%d, si_uid=%d, si_status=SIGTERM, si_utime=*, "
	       "si_stime=*} ---",
		child, getuid());
	check(waitpid(child, NULL, 0) == child);
	child = fork();
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none); /* a pipe as core pattern dumps all the same: so the name of the code is open */
		abort();
	}
	await(1);
	expect("--- SIGCHLD {si_signo=SIGCHLD, si_code=%s, si_pid=%d, si_uid=%d, si_status=SIGABRT, si_utime=*, si_stime=*} ---",
		last.si_code == CLD_DUMPED ? "CLD_DUMPED" : "CLD_KILLED", child, getuid());
	expect_of(child, "+++ killed by SIGABRT%s +++", last.si_code == CLD_DUMPED ? " (core dumped)" : "");
	check(waitpid(child, NULL, 0) == child);
	signal(SIGCHLD, SIG_DFL);
}

static void descriptors(void)
{
	int ends[2];

	check(pipe(ends) == 0);
	handle(SIGIO, handler);
	handle(SIGPIPE, handler);
	check(fcntl(ends[0], F_SETOWN, getpid()) == 0 && fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0);
	check(write(ends[1], "x", 1) == 1);
	await(1);
	expect("--- SIGIO {si_signo=SIGIO, si_code=SI_KERNEL} ---");
	check(fcntl(ends[0], F_SETSIG, SIGRTMIN + 3) == 0 && write(ends[1], "x", 1) == 1);
	await(1);
	check(last.si_code == POLL_IN && last.si_fd == ends[0]);
	/* strace reads si_band and si_fd only where the signal is SIGIO: elsewhere the words at their places. */
	expect("--- SIGRT_5 {si_signo=SIGRT_5, si_code=0x1, si_pid=%ld, si_uid=0, si_int=%d, si_ptr=*} ---", last.si_band,
		last.si_fd);
	check(fcntl(ends[0], F_SETSIG, SIGIO) == 0 && write(ends[1], "x", 1) == 1);
	await(1);
	check(last.si_code == POLL_IN && last.si_fd == ends[0]);
	expect("--- SIGIO {si_signo=SIGIO, si_code=POLL_IN, si_band=%ld, si_fd=%d} ---", last.si_band, ends[0]);
	check(close(ends[0]) == 0 && write(ends[1], "x", 1) == -1 && errno == EPIPE);
	await(1);
	expect("--- SIGPIPE {si_signo=SIGPIPE, si_code=SI_USER, si_pid=%d, si_uid=%d} ---", getpid(), getuid());
}

int main(void)
{
	sent();
	queued_by_hand();
	timers();
	message_queue();
	faults();
	children();
	descriptors();
	printf("done\n");
	return 0;
}
