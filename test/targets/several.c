/*
 * Calls that concern several descriptors, and calls that move more than their result says. For each a line: what is expected
 * of the trace, in order of the calls.
 *
 *   ties CALL OWN ROLE:FD…      moved CALL FD RECEIVED SENT
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "expect.h"

static int pair[2], ends[2];

static void wait_for_several(void)
{
	struct pollfd polled[4] = { { .fd = -1 }, { .fd = pair[0], .events = POLLIN }, { .fd = ends[0], .events = POLLIN },
		{ .fd = pair[1], .events = POLLOUT } };
	fd_set reads, writes;

	poll(polled, 4, 0);
	expect("ties poll %d polled:%d polled:%d\n", pair[0], ends[0], pair[1]);
	FD_ZERO(&reads);
	FD_ZERO(&writes);
	FD_SET(pair[0], &reads);
	FD_SET(ends[1], &writes);
	FD_SET(pair[0], &writes);
	syscall(SYS_select, ends[1] + 1, &reads, &writes, NULL, &(struct timeval){ 0 });
	expect("ties select %d polled:%d\n", pair[0], ends[1]);
}

static void wait_for_many(void)
{
	struct pollfd polled[200];

	for (int i = 0; i < 200; i++)
		polled[i] = (struct pollfd){ .fd = pair[0] + (i % 2) };
	poll(polled, 200, 0);
	expect("many poll %d\n", pair[0]);
}

static void wait_by_epoll(void)
{
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLOUT, .data.u64 = 0x1234567890abcdef }, got[4];

	succeed("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event));
	expect("ties epoll_ctl %d target:%d\n", epoll, ends[1]);
	event.data.ptr = &event;
	succeed("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, pair[1], &event));
	expect("ties epoll_ctl %d target:%d\n", epoll, pair[1]);
	succeed("epoll_wait", syscall(SYS_epoll_wait, epoll, got, 4, 0));
	expect("ready epoll_wait %d %d %d\n", epoll, ends[1], pair[1]);
	close(epoll);
}

static void duplicate(void)
{
	int copy = dup(ends[0]);

	expect("ties dup %d duplicate:%d\n", ends[0], copy);
	succeed("dup2", dup2(ends[1], copy));
	expect("ties dup2 %d duplicate:%d\n", ends[1], copy);
	close(copy);
}

/* Several messages at once: 3 + 5 bytes out, and in with room for more. */
static void send_many(void)
{
	struct iovec out[2] = { { "abc", 3 }, { "defgh", 5 } };
	char first[16], second[16];
	struct iovec in[2] = { { first, sizeof(first) }, { second, sizeof(second) } };
	struct mmsghdr messages[2] = { { .msg_hdr = { .msg_iov = &out[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &out[1], .msg_iovlen = 1 } } };
	int dgrams[2];

	succeed("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, dgrams));
	succeed("sendmmsg", sendmmsg(dgrams[0], messages, 2, 0));
	expect("moved sendmmsg %d 0 8\n", dgrams[0]);
	messages[0].msg_hdr.msg_iov = &in[0];
	messages[1].msg_hdr.msg_iov = &in[1];
	succeed("recvmmsg", recvmmsg(dgrams[1], messages, 2, 0, NULL));
	expect("moved recvmmsg %d 8 0\n", dgrams[1]);
}

/* Memory into a pipe, and from its other end. */
static void splice_memory(void)
{
	char out[100] = { 0 }, in[100];
	struct iovec vector = { out, sizeof(out) };

	succeed("vmsplice", vmsplice(ends[1], &vector, 1, 0));
	expect("moved vmsplice %d 0 100\n", ends[1]);
	vector.iov_base = in;
	succeed("vmsplice", vmsplice(ends[0], &vector, 1, 0));
	expect("moved vmsplice %d 100 0\n", ends[0]);
}

static void between(void)
{
	int file = open("/proc/self/exe", O_RDONLY);

	succeed("sendfile", sendfile(ends[1], file, NULL, 64));
	expect("ties sendfile %d from:%d\n", ends[1], file);
	succeed("splice", splice(ends[0], NULL, pair[0], NULL, 64, 0));
	expect("ties splice %d to:%d\n", ends[0], pair[0]);
	close(file);
}

/* Closed by the sender before it arrives: it is the same description all the same. */
static void pass(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd = open("/dev/zero", O_RDONLY), received;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	succeed("sendmsg", sendmsg(pair[1], &message, 0));
	expect("ties sendmsg %d sent:%d\n", pair[1], fd);
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	message.msg_controllen = sizeof(control);
	do
		succeed("recvmsg", recvmsg(pair[0], &message, MSG_CMSG_CLOEXEC));
	while (message.msg_controllen == 0);
	memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(received));
	expect("ties recvmsg %d received:%d\n", pair[0], received);
	touch(received);
	touch(fd);
}

int main(void)
{
	succeed("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	expect("ties socketpair %d otherEnd:%d\n", pair[0], pair[1]);
	succeed("pipe", pipe(ends));
	wait_for_several();
	wait_for_many();
	wait_by_epoll();
	duplicate();
	send_many();
	splice_memory();
	pass();
	between();
	say_expected();
	return 0;
}
