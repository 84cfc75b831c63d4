/* THREADS threads write COUNT single bytes each, a letter a thread, to the file that is argument 3. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int count, fd;

static void *run(void *letter)
{
	for (int i = 0; i < count; i++) {
		if (write(fd, letter, 1) != 1)
			abort();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static char letters[] = "abcdefghijklmnop";
	int threads = argc > 3 ? atoi(argv[1]) : 0;
	pthread_t ids[16];

	if (threads < 1 || threads > 16)
		return 2;
	count = atoi(argv[2]);
	fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, run, &letters[i]);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return fd < 0;
}
