/* Leaves a daemon behind that goes on for a while after its starter has ended, then writes the file that is argument 1. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec time = { .tv_nsec = 300000000 };
	int fd;

	if (argc < 2)
		return 2;
	if (fork() != 0)
		return 5;
	setsid();
	if (fork() != 0)
		_exit(0);
	for (fd = 0; fd < 3; fd++)
		close(fd);
	nanosleep(&time, NULL);
	fd = open(argv[1], O_WRONLY | O_CREAT, 0600);
	return write(fd, "daemon\n", 7) != 7;
}
