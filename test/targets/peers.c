/*
 * Both ends of pipes, FIFOs, socket pairs, connections and pseudoterminals, the second end of each in a child. Each end is touched
 * by lseek(2) once all are there; a line says which it is, LABEL-1 and LABEL-2 being each other's peers:
 *
 *   end THREAD LABEL-1
 *
 * What this machine has not (IPv6) is left out.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "expect.h"

#define MOST 32

static struct {
	char label[32];
	int ends[2];
} made[MOST];
static int made_count;

static void both(const char *label, int first, int second)
{
	succeed(label, first);
	succeed(label, second);
	snprintf(made[made_count].label, sizeof(made[0].label), "%s", label);
	made[made_count].ends[0] = first;
	made[made_count++].ends[1] = second;
}

static void touch_all(int which)
{
	for (int i = 0; i < made_count; i++) {
		syscall(SYS_lseek, made[i].ends[which], 0L, SEEK_CUR);
		expect("end %d %s-%d\n", getpid(), made[i].label, which + 1);
	}
	say_expected();
}

static int listener(struct sockaddr *address, socklen_t *length)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, address, *length) != 0 || listen(fd, 4) != 0)
		return -1;
	getsockname(fd, address, length);
	return fd;
}

static void connection(const char *label, struct sockaddr *address, socklen_t length)
{
	int listening = listener(address, &length), client = socket(address->sa_family, SOCK_STREAM, 0);

	if (listening < 0) {
		close(client);
		return;
	}
	succeed("connect", connect(client, address, length));
	both(label, client, accept(listening, NULL, NULL));
}

static void internet(void)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT },
			    any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
	socklen_t length = sizeof(any);
	int listening, client;

	connection("tcp", (struct sockaddr *)&four, sizeof(four));
	connection("tcp6", (struct sockaddr *)&six, sizeof(six));
	listening = listener((struct sockaddr *)&any, &length);
	if (listening < 0)
		return;
	client = socket(AF_INET, SOCK_STREAM, 0);
	four.sin_port = any.sin6_port;
	if (connect(client, (struct sockaddr *)&four, sizeof(four)) == 0)
		both("mapped", client, accept(listening, NULL, NULL));
}

static void datagrams(void)
{
	struct sockaddr_in here[2];
	socklen_t length = sizeof(here[0]);
	int sockets[2];

	for (int i = 0; i < 2; i++) {
		here[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
		succeed("bind", bind(sockets[i], (struct sockaddr *)&here[i], sizeof(here[i])));
		getsockname(sockets[i], (struct sockaddr *)&here[i], &length);
	}
	succeed("connect", connect(sockets[0], (struct sockaddr *)&here[1], sizeof(here[1])));
	succeed("connect", connect(sockets[1], (struct sockaddr *)&here[0], sizeof(here[0])));
	both("udp", sockets[0], sockets[1]);
}

static void local(void)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX, .sun_path = "socket" }, abstract = { .sun_family = AF_UNIX };
	int length = snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1, "syscope-peers-%d", getpid());
	int ends[2];

	connection("unix", (struct sockaddr *)&path, sizeof(path));
	connection("abstract", (struct sockaddr *)&abstract,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length));
	succeed("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	both("pair", ends[0], ends[1]);
}

static void pipes(void)
{
	char again[64];
	int ends[2], reader, master;

	succeed("pipe", pipe(ends));
	both("pipe", ends[0], ends[1]);
	/* An end opened anew is a description of its own, of the same pipe: its peer is the other end, which has one already. */
	snprintf(again, sizeof(again), "/proc/self/fd/%d", ends[0]);
	both("reopened", open(again, O_RDONLY), ends[1]);
	succeed("mkfifo", mkfifo("fifo", 0600));
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	both("fifo", reader, open("fifo", O_WRONLY));
	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
		both("pty", master, open(ptsname(master), O_RDWR | O_NOCTTY));
}

int main(int argc, char **argv)
{
	pid_t child;
	int status;

	if (argc != 2 || chdir(argv[1]) != 0)
		return 2;
	pipes();
	internet();
	datagrams();
	local();
	touch_all(0);
	child = fork();
	succeed("fork", child);
	if (child == 0) {
		touch_all(1);
		_exit(0);
	}
	succeed("waitpid", waitpid(child, &status, 0));
	return status != 0;
}
