/*
 * Buffers that are written to again as soon as the call that used them is over, or is known to have begun: what is recorded
 * must be what crossed. Call i carries the number i, in every form in which data goes in and out.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CALLS 2000

static char text[2][16];

static struct iovec *vector(int number)
{
	static struct iovec parts[2];

	for (int i = 0; i < 2; i++) {
		snprintf(text[i], sizeof(text[i]), "%c%07d", 'a' + i, number);
		parts[i] = (struct iovec){ .iov_base = text[i], .iov_len = 8 };
	}
	return parts;
}

static void forget(struct iovec *parts)
{
	memset(text, 'x', sizeof(text));
	memset(parts, 0, 2 * sizeof(*parts));
}

int main(void)
{
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
		return 1;
	for (int i = 0; i < CALLS; i++) {
		struct iovec *parts = vector(i);
		struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

		if (writev(sockets[0], parts, 2) != 16)
			return 1;
		forget(parts);
		vector(0);
		if (readv(sockets[1], parts, 2) != 16)
			return 1;
		forget(parts);
		vector(i);
		if (sendmsg(sockets[0], &message, 0) != 16)
			return 1;
		memset(&message, 0, sizeof(message));
		forget(parts);
		if (read(sockets[1], text[0], 16) != 16)
			return 1;
		forget(parts);
	}
	return 0;
}
