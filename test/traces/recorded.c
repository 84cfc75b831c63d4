/*
 * What recorded.syscope is a recording of: files, sockets, a signal, a thread, a child, calls that fail, bytes of all values.
 * What must not live here: how it was recorded, and what it is compared with (README.md).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int pair[2];

static void on_signal(int signo)
{
	(void)signo;
}

static void *echo(void *unused)
{
	char bytes[64];
	ssize_t length = read(pair[1], bytes, sizeof(bytes));

	if (length > 0)
		length = write(pair[1], bytes, (size_t)length);
	return unused;
}

static void files(void)
{
	char bytes[256];
	struct stat st;
	int file = open("data \"\xc3\xa9\"", O_RDWR | O_CREAT | O_TRUNC, 0640);

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	if (write(file, bytes, sizeof(bytes)) == 256 && pread(file, bytes, 10, 100) == 10)
		fstat(file, &st);
	close(dup(file));
	close(file);
	unlink("data \"\xc3\xa9\"");
	close(open("missing", O_RDONLY));
}

static void sockets(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct epoll_event event = { .events = EPOLLIN };
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), poll = epoll_create1(0);
	pthread_t thread;

	sendto(udp, "out", 3, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
	close(udp);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	epoll_ctl(poll, EPOLL_CTL_ADD, pair[0], &event);
	pthread_create(&thread, NULL, echo, NULL);
	if (send(pair[0], "to and fro", 10, 0) == 10 && epoll_wait(poll, &event, 1, -1) == 1)
		recv(pair[0], &to, sizeof(to), 0);
	pthread_join(thread, NULL);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pid_t child;

	files();
	sockets();
	sigaction(SIGUSR1, &action, NULL);
	kill(getpid(), SIGUSR1);
	child = fork();
	if (child == 0)
		_exit(7);
	return waitpid(child, NULL, 0) == child ? 3 : 1;
}
