/* Copies a file, block by block. */
#include <fcntl.h>
#include <unistd.h>
#include "sample.h"

void copy_file(const char *from, const char *to)
{
	char block[256];
	ssize_t got;
	int source = open(from, O_RDONLY);
	int target = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	check(source, from);
	check(target, to);
	while ((got = read(source, block, sizeof(block))) > 0)
		check(write(target, block, (size_t)got), to);
	check(got, from);
	check(fsync(target), to);
	close(target);
	close(source);
}
