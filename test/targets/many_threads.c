/* COUNT threads, all there at once: each waits for the others, calls getppid(2) ten times and ends. Prints how many there were. */
#include <pthread.h>

#include "strace_lines.h"

static pthread_barrier_t barrier;

static void *run(void *unused)
{
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 10; i++)
		syscall(SYS_getppid);
	pthread_barrier_wait(&barrier);
	return unused;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0;
	pthread_t ids[1000];

	check(count > 0 && count <= 1000);
	pthread_barrier_init(&barrier, NULL, (unsigned int)count);
	for (int i = 0; i < count; i++)
		check(pthread_create(&ids[i], NULL, run, NULL) == 0);
	for (int i = 0; i < count; i++)
		check(pthread_join(ids[i], NULL) == 0);
	printf("threads %d\n", count);
	return 0;
}
