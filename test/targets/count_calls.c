/*
 * THREADS threads that make COUNT calls of getppid(2) each, and count them in the shared mapping of the file that is argument 3:
 * a struct counted a thread, in which another process can read at any time how many calls had returned, and when the last did.
 * Prints each thread's id and count at the end.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#include "strace_lines.h"

#define MOST    64
#define HISTORY 4096 /* times of the last calls, by number */

struct counted {
	uint64_t tid, calls;
	uint64_t returned_ns[HISTORY]; /* CLOCK_MONOTONIC, of call i at i % HISTORY */
};

static struct counted *counted;
static uint64_t count;

static void *run(void *context)
{
	struct counted *own = context;

	own->tid = (uint64_t)syscall(SYS_gettid);
	for (uint64_t i = 0; i < count; i++) {
		struct timespec now;

		syscall(SYS_getppid);
		clock_gettime(CLOCK_MONOTONIC, &now); /* of the vdso: no system call */
		own->returned_ns[i % HISTORY] = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
		__atomic_store_n(&own->calls, i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 3 ? atoi(argv[1]) : 0, fd;
	pthread_t ids[MOST];

	check(threads > 0 && threads <= MOST);
	count = (uint64_t)atoll(argv[2]);
	fd = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0 && ftruncate(fd, (off_t)(MOST * sizeof(struct counted))) == 0);
	counted = mmap(NULL, MOST * sizeof(struct counted), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(counted != MAP_FAILED);
	for (int i = 0; i < threads; i++)
		check(pthread_create(&ids[i], NULL, run, &counted[i]) == 0);
	for (int i = 0; i < threads; i++)
		check(pthread_join(ids[i], NULL) == 0);
	for (int i = 0; i < threads; i++)
		printf("%llu %llu\n", (unsigned long long)counted[i].tid, (unsigned long long)counted[i].calls);
	return 0;
}
