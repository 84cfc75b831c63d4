/*
 * Children that end in every way, one after another; says of each "pid cause value sender": the exit code or the signal, and who
 * sent it (0: nobody). The last one uses time and memory, and so does a child of its own that it waits for.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEMORY (32 << 20)

static char *volatile memory;

static void *leave(void *unused)
{
	(void)unused;
	syscall(SYS_exit, 0); /* this thread alone */
	return NULL;
}

static void *all(void *code)
{
	_exit((int)(long)code); /* exit_group */
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void burn(long milliseconds)
{
	struct timespec now;
	volatile long sum = 0;

	do {
		for (int i = 0; i < 100000; i++)
			sum += i;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	} while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < milliseconds);
}

static void use(void)
{
	pid_t child = fork();

	if (child == 0) {
		burn(100);
		_exit(0);
	}
	memory = malloc(MEMORY);
	memset(memory, 1, MEMORY);
	burn(50);
	waitpid(child, NULL, 0);
}

static void be(int which)
{
	pthread_t thread;

	switch (which) {
	case 0: _exit(3);
	case 1: raise(SIGTERM); break;
	case 2: wait_for_ever(); break;
	case 3: wait_for_ever(); break;
	case 4: *(volatile int *)8 = 1; break;
	case 5:
		pthread_create(&thread, NULL, all, (void *)5L);
		wait_for_ever();
		break;
	case 6:
		pthread_create(&thread, NULL, leave, NULL);
		pthread_join(thread, NULL);
		syscall(SYS_exit, 6);
		break;
	default: use(); _exit(7);
	}
}

int main(void)
{
	for (int which = 0; which < 8; which++) {
		pid_t child = fork();
		int status, sender = 0;

		if (child == 0)
			be(which);
		if (which == 2 || which == 3)
			sender = getpid();
		if (which == 2)
			kill(child, SIGUSR1);
		if (which == 3)
			kill(child, SIGKILL);
		if (which == 1)
			sender = child;
		if (waitpid(child, &status, 0) != child)
			return 1;
		if (WIFSIGNALED(status))
			printf("%d signal %d %d\n", child, WTERMSIG(status), sender);
		else
			printf("%d %s %d 0\n", child, which == 6 ? "exit" : "exitGroup", WEXITSTATUS(status));
		fflush(stdout);
	}
	return 0;
}
