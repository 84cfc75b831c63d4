/*
 * Bytes that never pass through the program: 1,000 of them from a file into a pipe (sendfile), on to another pipe and copied
 * on the way (tee, splice), into a file (splice) and to a third (copy_file_range). Prints the numbers of the descriptors.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define BYTES 1000

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static int file(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0, name);
	return fd;
}

int main(int argc, char **argv)
{
	char data[BYTES];
	int a, b, c, first[2], second[2];
	loff_t zero = 0;
	off_t begin = 0;

	check(argc == 2 && chdir(argv[1]) == 0, "usage: between FOLDER");
	a = file("a");
	b = file("b");
	c = file("c");
	memset(data, 'x', sizeof(data));
	check(write(a, data, BYTES) == BYTES, "write");
	check(pipe(first) == 0 && pipe(second) == 0, "pipe");
	check(sendfile(first[1], a, &begin, BYTES) == BYTES, "sendfile");
	check(tee(first[0], second[1], BYTES, 0) == BYTES, "tee");
	check(splice(first[0], NULL, b, NULL, BYTES, 0) == BYTES, "splice");
	check(read(second[0], data, BYTES) == BYTES, "read");
	check(copy_file_range(b, &zero, c, NULL, BYTES, 0) == BYTES, "copy_file_range");
	printf("a %d b %d c %d first %d %d second %d %d\n", a, b, c, first[0], first[1], second[0], second[1]);
	return 0;
}
