/*
 * A little of everything that filters choose by: "filters FOLDER [CHILD]" makes calls on a file of 300 bytes (FOLDER/data), a pipe,
 * a socket pair and nothing, by numbers that were opened, duplicated and closed in between; a child does the same under the
 * program's name, and one under the name of CHILD (a link to this program). All of them are deterministic but for addresses and ids.
 * Prints the numbers that it used.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	_exit(1);
}

static void on_file(const char *folder)
{
	char path[PATH_MAX], block[300];
	struct stat st;
	int fd, copy;

	snprintf(path, sizeof(path), "%s/data", folder);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, block, sizeof(block)) != sizeof(block))
		fail(path);
	copy = dup2(fd, 40);
	close(fd);
	if (lseek(copy, 0, SEEK_SET) != 0 || pread(copy, block, 7, 0) != 7)
		fail("pread");
	close(copy);
	snprintf(path, sizeof(path), "%s/missing", folder);
	if (stat(path, &st) == 0 || open(path, O_RDONLY) >= 0)
		fail("missing");
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || openat(fd, "./data", O_WRONLY) != fd + 1 || write(fd + 1, block, 9) != 9)
		fail(folder);
	close(fd);
	close(fd + 1);
}

static void on_pipe(void)
{
	char block[16];
	int ends[2];

	if (pipe2(ends, O_NONBLOCK) != 0 || read(ends[0], block, sizeof(block)) >= 0)
		fail("pipe");
	if (dup2(ends[1], 50) != 50 || close(ends[1]) != 0)
		fail("dup2");
	if (write(50, "0123456789", 10) != 10 || read(ends[0], block, sizeof(block)) != 10)
		fail("write");
	close(50);
	close(ends[0]);
}

static void on_sockets(void)
{
	char block[16];
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || send(ends[0], "hello", 5, 0) != 5 ||
		recv(ends[1], block, sizeof(block), 0) != 5 || write(ends[1], "back", 4) != 4)
		fail("socketpair");
	close(ends[0]);
	close(ends[1]);
}

static void work(const char *folder)
{
	on_file(folder);
	on_pipe();
	on_sockets();
	for (int i = 0; i < 3; i++)
		getppid();
}

int main(int argc, char **argv)
{
	char *child[] = { argc > 2 ? argv[2] : NULL, argc > 1 ? argv[1] : NULL, NULL };

	if (argc < 2)
		return 2;
	work(argv[1]);
	if (argc < 3)
		return 0;
	for (int renamed = 0; renamed < 2; renamed++) {
		pid_t pid = fork();
		int status;

		if (pid == 0 && renamed)
			execv(child[0], child);
		if (pid == 0) {
			work(argv[1]);
			_exit(renamed);
		}
		if (waitpid(pid, &status, 0) != pid || status != 0)
			fail("child");
	}
	return 0;
}
