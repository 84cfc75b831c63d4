/*
 * Sleeps and waits that are stopped and continued twice: the kernel goes on with them by restart_syscall(2), or begins them
 * anew. Each has to take as long as it was asked to, and to return what it does undisturbed.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <time.h>

#include "blocked.h"
#include "strace_lines.h"

#define ASKED_MS 400

static void nap(int milliseconds)
{
	struct timespec time = { .tv_nsec = milliseconds * 1000000L };

	nanosleep(&time, NULL);
}

static void stop_and_continue(pid_t pid)
{
	wait_until_blocked(pid);
	check(kill(pid, SIGSTOP) == 0);
	while (state_of(pid) != 'T' && state_of(pid) != 't')
		nap(2);
	nap(10);
	check(kill(pid, SIGCONT) == 0);
}

/* A process that is no child of the sleeper's: its end must not interrupt that as well. Ends with the sleeper's pipe. */
static pid_t disturber(void)
{
	pid_t parent = getpid(), child = fork();

	if (child == 0) {
		stop_and_continue(parent);
		stop_and_continue(parent);
		pause();
	}
	return child;
}

static long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

static const struct timespec time_asked = { .tv_nsec = ASKED_MS * 1000000L };
static unsigned int word = 7;

static long by_nanosleep(void)
{
	return syscall(SYS_nanosleep, &time_asked, NULL);
}

static long by_clock_nanosleep(void)
{
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time_asked, NULL);
}

static long by_poll(void)
{
	return syscall(SYS_poll, NULL, 0, ASKED_MS);
}

static long by_futex(void)
{
	return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, &time_asked, NULL, 0);
}

static long by_select(void)
{
	struct timeval time = { .tv_usec = ASKED_MS * 1000 };

	return syscall(SYS_select, 0, NULL, NULL, NULL, &time);
}

static void try_call(const char *name, long (*call)(void), long wanted, const char *result, const char *code, int resumes)
{
	struct timespec begin;
	pid_t child = disturber();
	long ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	ret = call();
	check(ret == wanted && (ret == 0 || errno == ETIMEDOUT));
	check(elapsed_ms(&begin) >= ASKED_MS - 10);
	kill(child, SIGKILL);
	check(waitpid(child, NULL, 0) == child);
	for (int i = 0; i < 2; i++) {
		if (i > 0 && resumes)
			expect("restart_syscall(<... resuming interrupted %s ...>) = ? %s (Interrupted by signal)", name, code);
		else
			expect("%s(*) = ? %s (*)", name, code);
		expect("--- SIGSTOP {si_signo=SIGSTOP, si_code=SI_USER, si_pid=%d, si_uid=%d} ---", child, getuid());
		expect("--- stopped by SIGSTOP ---");
		expect("--- SIGCONT {si_signo=SIGCONT, si_code=SI_USER, si_pid=%d, si_uid=%d} ---", child, getuid());
	}
	if (resumes)
		expect("restart_syscall(<... resuming interrupted %s ...>) = %s", name, result);
	else
		expect("%s(*) = %s", name, result);
	printf("%s done\n", name);
	fflush(stdout);
}

int main(void)
{
	signal(SIGCHLD, SIG_DFL);
	try_call("nanosleep", by_nanosleep, 0, "0", "ERESTART_RESTARTBLOCK", 1);
	try_call("clock_nanosleep", by_clock_nanosleep, 0, "0", "ERESTART_RESTARTBLOCK", 1);
	try_call("poll", by_poll, 0, "0", "ERESTART_RESTARTBLOCK", 1);
	try_call("futex", by_futex, -1, "-1 ETIMEDOUT (Connection timed out)", "ERESTART_RESTARTBLOCK", 1);
	try_call("select", by_select, 0, "0 (Timeout)", "ERESTARTNOHAND", 0);
	return 0;
}
