/* A second thread execs: the process goes on as the new program with its old pid. The leader waits in pause(2) meanwhile. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "blocked.h"

static void *run(void *path)
{
	wait_until_blocked(getpid());
	execl(path, path, "again", (char *)NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	char line[64];
	pthread_t id;

	if (argc > 1 && strcmp(argv[1], "again") == 0) {
		int length = snprintf(line, sizeof(line), "after %d\n", getpid());

		return write(1, line, (size_t)length) != length;
	}
	int length = snprintf(line, sizeof(line), "before %d\n", getpid());

	if (write(1, line, (size_t)length) != length)
		return 1;
	pthread_create(&id, NULL, run, argv[0]);
	pause();
	return 1;
}
