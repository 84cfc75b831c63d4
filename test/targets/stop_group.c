/*
 * A process of four threads is stopped and continued as a whole, three times: its parent sees each stop and each continuation,
 * and no thread runs in between. Then a fatal signal ends it while it is stopped.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "strace_lines.h"

#define THREADS 4

static volatile unsigned long *counters;

static void nap(int milliseconds)
{
	struct timespec time = { .tv_nsec = milliseconds * 1000000L };

	nanosleep(&time, NULL);
}

static void *run(void *counter)
{
	for (;;) {
		++*(volatile unsigned long *)counter;
		syscall(SYS_getppid);
		nap(1);
	}
	return NULL;
}

static void group(void)
{
	pthread_t id;

	for (int i = 1; i < THREADS; i++)
		check(pthread_create(&id, NULL, run, (void *)&counters[i]) == 0);
	run((void *)&counters[0]);
}

static unsigned long sum(void)
{
	unsigned long all = 0;

	for (int i = 0; i < THREADS; i++)
		all += counters[i];
	return all;
}

static void wait_for_all(void)
{
	unsigned long before[THREADS];

	for (int i = 0; i < THREADS; i++)
		before[i] = counters[i];
	for (int i = 0; i < THREADS; i++) {
		while (counters[i] == before[i])
			nap(1);
	}
}

int main(void)
{
	siginfo_t info;
	pid_t child;
	int status;

	counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(counters != MAP_FAILED);
	child = fork();
	if (child == 0)
		group();
	for (int i = 0; i < 3; i++) {
		unsigned long before;

		wait_for_all();
		check(kill(child, SIGSTOP) == 0);
		check(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
		nap(20); /* threads that were on their way */
		before = sum();
		nap(50);
		check(sum() == before);
		check(kill(child, SIGCONT) == 0);
		memset(&info, 0, sizeof(info));
		check(waitid(P_PID, (id_t)child, &info, WCONTINUED) == 0 && info.si_code == CLD_CONTINUED);
		expect("wait4(%d, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], WSTOPPED, NULL) = %d", child, child);
		expect("waitid(P_PID, %d, {si_signo=SIGCHLD, si_code=CLD_CONTINUED, si_pid=%d, *}, WCONTINUED, NULL) = 0", child,
			child);
		expect_of(child, "--- stopped by SIGSTOP ---");
	}
	check(kill(child, SIGSTOP) == 0 && waitpid(child, &status, WUNTRACED) == child && kill(child, SIGKILL) == 0);
	check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	expect_of(child, "+++ killed by SIGKILL +++");
	expect("wait4(%d, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = %d", child, child);
	printf("threads %d\n", THREADS);
	return 0;
}
