/*
 * Ends that race with something else, COUNT rounds of each: exit_group(2) while another thread makes threads; SIGKILL for a
 * group of processes that fork; threads that end while others call; a main thread that ends first; SIGKILL in the midst of
 * calls. The statuses are what they have to be; prints "done" only if so.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "strace_lines.h"

static void nap_us(long microseconds)
{
	const struct timespec time = { .tv_nsec = microseconds * 1000 };

	nanosleep(&time, NULL);
}

static void *nothing(void *unused)
{
	return unused;
}

static void *make_threads(void *unused)
{
	pthread_t id;

	for (;;) {
		if (pthread_create(&id, NULL, nothing, NULL) == 0)
			pthread_detach(id);
	}
	return unused;
}

static void *call(void *unused)
{
	for (;;)
		syscall(SYS_getppid);
	return unused;
}

static void *call_ten(void *unused)
{
	for (int i = 0; i < 10; i++)
		syscall(SYS_getppid);
	return unused;
}

static int status_of(pid_t child)
{
	int status = -1;

	check(waitpid(child, &status, 0) == child);
	return status;
}

/* exit_group while threads are being made, and while others are in the midst of calls. */
static void exit_group_race(int round)
{
	pid_t child = fork();
	pthread_t id;

	if (child == 0) {
		pthread_create(&id, NULL, make_threads, NULL);
		pthread_create(&id, NULL, call, NULL);
		nap_us(round % 7 * 200);
		_exit(round & 127);
	}
	check(status_of(child) == (round & 127) << 8);
}

/* A group whose members fork on and on is killed as a whole: some die before anybody has told of them. */
static void kill_group(int round)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		setpgid(0, 0);
		for (;;) {
			pid_t grandchild = fork();

			if (grandchild == 0)
				_exit(0);
			if (grandchild > 0)
				waitpid(grandchild, NULL, 0);
		}
	}
	setpgid(child, child);
	nap_us(500 + round % 11 * 300);
	check(kill(-child, SIGKILL) == 0);
	status = status_of(child);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void leader_first(int round)
{
	pid_t child = fork();
	pthread_t id;

	if (child == 0) {
		for (int i = 0; i < 3; i++)
			pthread_create(&id, NULL, call_ten, NULL);
		if (round & 1)
			pthread_exit(NULL); /* the last thread's end is the process's, with status 0 */
		syscall(SYS_exit, 5);       /* the same without the library's help */
	}
	check(WIFEXITED(status_of(child)));
}

static void kill_callers(int round)
{
	pid_t child = fork();
	pthread_t id;
	int status;

	if (child == 0) {
		for (int i = 0; i < 3; i++)
			pthread_create(&id, NULL, call, NULL);
		call(NULL);
	}
	nap_us(200 + round % 13 * 300);
	check(kill(child, SIGKILL) == 0);
	status = status_of(child);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0;

	for (int i = 0; i < count; i++) {
		exit_group_race(i);
		kill_group(i);
		leader_first(i);
		kill_callers(i);
	}
	printf("done\n");
	return 0;
}
