/*
 * A server whose child passes what a connection sends on through a pipe: 2,048 bytes, in one piece and then the end, by read
 * or by recv ("socket_to_pipe read|recv"). Prints who is who and the numbers of the descriptors.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES 2048

static char data[BYTES];

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void client(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	check(connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0, "connect");
	memset(data, 'x', sizeof(data));
	check(write(fd, data, BYTES) == BYTES, "write");
	exit(0);
}

/* Until the end: one piece and nothing. */
static int take(int fd, int by_recv)
{
	ssize_t got, all = 0;

	while ((got = by_recv ? recv(fd, data + all, BYTES, 0) : read(fd, data + all, BYTES)) > 0)
		all += got;
	return got == 0 && all == BYTES;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), connection, ends[2], status;
	pid_t sender, passer;

	check(argc == 2, "usage: socket_to_pipe read|recv");
	check(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0, "listen");
	check(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
	sender = fork();
	if (sender == 0)
		client(&address);
	connection = accept(listener, NULL, NULL);
	check(connection >= 0 && waitpid(sender, &status, 0) == sender && status == 0, "client");
	check(pipe(ends) == 0, "pipe");
	passer = fork();
	if (passer == 0) {
		close(ends[0]);
		check(take(connection, strcmp(argv[1], "recv") == 0), "connection");
		check(write(ends[1], data, BYTES) == BYTES, "pipe");
		exit(0);
	}
	close(ends[1]);
	check(take(ends[0], 0), "passed");
	check(waitpid(passer, &status, 0) == passer && status == 0, "passer");
	printf("parent %d child %d connection %d pipe %d %d\n", getpid(), passer, connection, ends[0], ends[1]);
	return 0;
}
