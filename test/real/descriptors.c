/*
 * Obtains a descriptor of every kind in every way, and touches each with lseek(2), which every descriptor has (whatever it says).
 * Prints a line for each: LABEL DESCRIPTOR. Works in the folder that it is given.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int touch(const char *label, int fd)
{
	if (fd < 0) {
		perror(label);
		exit(1);
	}
	lseek(fd, 0, SEEK_CUR);
	printf("%s %d\n", label, fd);
	return fd;
}

static void succeed(const char *what, int result)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static int open_files(void)
{
	int file = touch("file", open("file", O_RDWR | O_CREAT | O_TRUNC, 0600));

	touch("directory", open(".", O_RDONLY | O_DIRECTORY));
	touch("null", open("/dev/null", O_RDWR));
	touch("status", open("/proc/self/status", O_RDONLY));
	succeed("mkfifo", mkfifo("fifo", 0600));
	touch("fifo", open("fifo", O_RDWR));
	touch("dup", dup(file));
	touch("dup2", dup2(file, 100));
	touch("dupfd", fcntl(file, F_DUPFD_CLOEXEC, 200));
	succeed("close", close(file));
	touch("reused", open("/dev/zero", O_RDONLY)); /* the number that file had */
	return file;
}

static void make_others(void)
{
	sigset_t signals;
	int ends[2];

	sigemptyset(&signals);
	touch("eventfd", eventfd(0, 0));
	touch("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
	touch("signalfd", signalfd(-1, &signals, 0));
	touch("epoll", epoll_create1(0));
	touch("inotify", inotify_init1(0));
	touch("memfd", memfd_create("document", 0));
	succeed("pipe", pipe2(ends, O_CLOEXEC));
	touch("pipe-read", ends[0]);
	touch("pipe-write", ends[1]);
}

static void connect_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	succeed("bind", bind(listener, (struct sockaddr *)&address, sizeof(address)));
	succeed("listen", listen(listener, 1));
	succeed("getsockname", getsockname(listener, (struct sockaddr *)&address, &length));
	succeed("connect", connect(client, (struct sockaddr *)&address, sizeof(address)));
	touch("tcp-listener", listener);
	touch("tcp-client", client);
	touch("tcp-server", accept4(listener, NULL, NULL, SOCK_CLOEXEC));
}

static void connect_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);

	succeed("bind", bind(listener, (struct sockaddr *)&address, sizeof(address)));
	succeed("listen", listen(listener, 1));
	succeed("connect", connect(client, (struct sockaddr *)&address, sizeof(address)));
	touch("unix-listener", listener);
	touch("unix-client", client);
	touch("unix-server", accept(listener, NULL, NULL));
}

/* Sends a descriptor to ourselves. */
static void pass(int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int ends[2];

	succeed("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	touch("pair-1", ends[0]);
	touch("pair-2", ends[1]);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	succeed("sendmsg", (int)sendmsg(ends[0], &message, 0));
	message.msg_controllen = sizeof(control);
	succeed("recvmsg", (int)recvmsg(ends[1], &message, 0));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	touch("received", fd);
}

/* The child's changes are its own, and close-on-exec takes effect: its second life touches what it was given and what it wasn't. */
static void live_again(const char *self, int fd)
{
	char number[16];
	int status;
	pid_t child = fork();

	succeed("fork", child);
	if (child == 0) {
		succeed("dup2", dup2(fd, 150));
		succeed("fcntl", fcntl(fd, F_SETFD, FD_CLOEXEC));
		snprintf(number, sizeof(number), "%d", fd);
		execl(self, self, "-", number, (char *)NULL);
		_exit(127);
	}
	succeed("waitpid", waitpid(child, &status, 0));
	if (status != 0)
		exit(1);
	touch("after-child", fd);
}

static int second_life(int closed)
{
	touch("survivor", 150);
	return lseek(closed, 0, SEEK_CUR) < 0 && errno == EBADF ? 0 : 1;
}

int main(int argc, char **argv)
{
	int reused;

	if (argc == 3)
		return second_life(atoi(argv[2]));
	if (argc != 2 || chdir(argv[1]) != 0)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	reused = open_files();
	make_others();
	connect_tcp();
	connect_unix();
	pass(reused);
	live_again("/proc/self/exe", reused);
	return 0;
}
