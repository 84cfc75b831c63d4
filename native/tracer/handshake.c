/* See handshake.h. */
#include "handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Above what programs are given by shells. */
#define HIGH_DESCRIPTOR 200

/* Moves a descriptor up, out of the way of those that the program inherits or should find free. */
static int raise_descriptor(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);

	if (high < 0)
		return fd;
	close(fd);
	return high;
}

int handshake_open(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	ends[0] = raise_descriptor(ends[0]);
	ends[1] = raise_descriptor(ends[1]);
	return 0;
}

int handshake_send(int end, const struct handshake *message)
{
	return send(end, message, sizeof(*message), MSG_NOSIGNAL) == sizeof(*message) ? 0 : -EPIPE;
}

int handshake_receive(int end, struct handshake *message)
{
	ssize_t got;

	do {
		got = recv(end, message, sizeof(*message), 0);
	} while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(*message))
		return -EPIPE;
	message->sentence[sizeof(message->sentence) - 1] = '\0';
	return 0;
}
