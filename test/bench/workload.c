/*
 * What the benchmark runs under every tool: one system call, or open and close, again and again at a given stack depth, by one
 * thread or several. It times only its loops, so neither the tool's start nor its end counts.
 *   workload write|pread|openclose CALLS DEPTH THREADS FILE
 * prints: NANOSECONDS CALLS (of all threads; the time is from the first thread's start to the last one's end)
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 64
#define BLOCK       4096

struct job {
	const char *kind, *file;
	long calls;
	int depth;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void writes(const struct job *job)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		fail("/dev/null");
	for (long i = 0; i < job->calls; i++) {
		if (write(fd, "x", 1) != 1)
			fail("write");
	}
	close(fd);
}

static void preads(const struct job *job)
{
	char block[BLOCK];
	int fd = open(job->file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(job->file);
	for (long i = 0; i < job->calls; i++) {
		if (pread(fd, block, sizeof(block), 0) != BLOCK)
			fail("pread");
	}
	close(fd);
}

static void opens(const struct job *job)
{
	for (long i = 0; i < job->calls; i += 2) {
		int fd = open(job->file, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || close(fd))
			fail(job->file);
	}
}

static void run(const struct job *job)
{
	if (!strcmp(job->kind, "write"))
		writes(job);
	else if (!strcmp(job->kind, "pread"))
		preads(job);
	else
		opens(job);
}

/* One frame a level: the barrier keeps the compiler from turning the call into a jump. */
static __attribute__((noinline)) void descend(const struct job *job, int depth)
{
	if (depth > 0)
		descend(job, depth - 1);
	else
		run(job);
	__asm__ volatile("" ::: "memory");
}

static void *thread(void *argument)
{
	const struct job *job = argument;

	descend(job, job->depth - 2); /* the loop's own function and the one below are the other two */
	return NULL;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	pthread_t threads[MAX_THREADS];
	struct job job;
	int count;
	double begin, end;

	if (argc != 6 || (count = atoi(argv[4])) < 1 || count > MAX_THREADS) {
		fprintf(stderr, "usage: %s write|pread|openclose CALLS DEPTH THREADS FILE\n", argv[0]);
		return 2;
	}
	job = (struct job){ .kind = argv[1], .file = argv[5], .calls = atol(argv[2]), .depth = atoi(argv[3]) };
	begin = now_ns();
	if (count == 1)
		thread(&job);
	for (int i = 0; i < count && count > 1; i++) {
		if (pthread_create(&threads[i], NULL, thread, &job))
			fail("pthread_create");
	}
	for (int i = 0; i < count && count > 1; i++)
		pthread_join(threads[i], NULL);
	end = now_ns();
	printf("%.0f %ld\n", end - begin, job.calls * count);
	return 0;
}
