/*
 * Calls whose data and descriptors are known beforehand: a file, a pipe, vectors, a message, a local socket pair, a TCP connection
 * to itself, an event descriptor. Argument 1: a folder to work in.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void check(int holds)
{
	if (!holds)
		abort();
}

static void files(void)
{
	char big[1000], back[1000];
	struct iovec parts[3] = { { "one", 3 }, { "", 0 }, { "three", 5 } };
	void *volatile nowhere = (void *)1;
	int fd = open("data.txt", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	memset(big, 'B', sizeof(big));
	check(fd >= 0 && write(fd, big, sizeof(big)) == sizeof(big));
	check(pread(fd, back, sizeof(back), 0) == sizeof(back));
	check(writev(fd, parts, 3) == 8);
	check(write(fd, nowhere, 5) < 0);
	check(dup2(fd, 50) == 50 && close(50) == 0 && close(fd) == 0);
	check(open("missing.txt", O_RDONLY) < 0);
	check(write(fd, "late", 4) < 0);
}

static void pipes(void)
{
	char byte[8];
	int ends[2];

	check(pipe2(ends, O_CLOEXEC) == 0 && write(ends[1], "through", 7) == 7 && read(ends[0], byte, 8) == 7);
	close(ends[0]);
	close(ends[1]);
}

static void local_sockets(void)
{
	struct iovec part = { "message", 7 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	char back[16];
	int ends[2];

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	check(sendmsg(ends[0], &message, 0) == 7 && recv(ends[1], back, sizeof(back), 0) == 7);
	close(ends[0]);
	close(ends[1]);
}

static void network(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), server;
	char back[16];

	check(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0);
	check(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
	check(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	check(server >= 0 && send(client, "over tcp", 8, 0) == 8 && recv(server, back, sizeof(back), 0) == 8);
	printf("port %d\n", ntohs(address.sin_port));
}

static void events(void)
{
	int event = eventfd(0, EFD_CLOEXEC), poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event wanted = { .events = EPOLLIN, .data.u64 = 0x1234 }, got;
	unsigned long long one = 1;

	check(epoll_ctl(poll, EPOLL_CTL_ADD, event, &wanted) == 0 && write(event, &one, 8) == 8);
	check(epoll_wait(poll, &got, 1, 1000) == 1);
}

int main(int argc, char **argv)
{
	check(argc > 1 && chdir(argv[1]) == 0);
	files();
	pipes();
	local_sockets();
	network();
	events();
	return 0;
}
