/* Calls on sockets: addresses, options, messages with control data, requests of interfaces. See decode.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include "decode.h"

static void creating(void)
{
	CALL(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CALL(socket, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	CALL(socket, AF_INET, SOCK_DGRAM, 999);
	CALL(socket, AF_INET6, SOCK_STREAM, IPPROTO_TCP);
	CALL(socket, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
	CALL(socket, AF_NETLINK, SOCK_RAW, 99);
	CALL(socket, AF_PACKET, SOCK_RAW, htons(3));
	CALL(socket, AF_PACKET, SOCK_DGRAM, 0x1234);
	CALL(socket, AF_VSOCK, SOCK_STREAM, 0);
	CALL(socket, AF_BLUETOOTH, SOCK_SEQPACKET, 0);
	CALL(socket, AF_BLUETOOTH, SOCK_RAW, 1);
	CALL(socket, 77, 15, 5);
	CALL(socket, AF_UNIX, 0x1000 | SOCK_DGRAM, 7);
	CALL(socketpair, AF_UNIX, SOCK_DGRAM, 0, NULL);
	CALL(socketpair, AF_INET, SOCK_STREAM, 0, data + 3 * PAGE);
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, data + 3 * PAGE);
}

static void addresses(void)
{
	struct sockaddr_un *path = PUT(struct sockaddr_un, { AF_UNIX, "/nonexistent/socket" });
	struct sockaddr_un *abstract = PUT(struct sockaddr_un, { AF_UNIX, "\0abstract\1name" });
	struct sockaddr_in *inet = PUT(struct sockaddr_in, { AF_INET, htons(8080), { htonl(0x7f000001) }, { 0 } });
	struct sockaddr_in6 *inet6 =
		PUT(struct sockaddr_in6, { .sin6_family = AF_INET6, .sin6_port = htons(443), .sin6_scope_id = 0 });
	struct sockaddr_nl *netlink = PUT(struct sockaddr_nl, { .nl_family = AF_NETLINK, .nl_pid = 12, .nl_groups = 5 });
	struct sockaddr_ll *packet =
		PUT(struct sockaddr_ll, { AF_PACKET, htons(3), 1, 1, PACKET_OTHERHOST, 6, { 1, 2, 3, 4, 5, 6 } });
	struct sockaddr_vm *vsock = PUT(struct sockaddr_vm, { .svm_family = AF_VSOCK, .svm_port = 1024, .svm_cid = 2 });

	CALL(connect, NO_FD, path, sizeof(*path));
	CALL(connect, NO_FD, path, offsetof(struct sockaddr_un, sun_path) + 5);
	CALL(connect, NO_FD, path, 2);
	CALL(connect, NO_FD, path, 1);
	CALL(connect, NO_FD, path, 0);
	CALL(connect, NO_FD, abstract, 2 + 14);
	CALL(connect, NO_FD, abstract, sizeof(*abstract));
	CALL(connect, NO_FD, inet, sizeof(*inet));
	CALL(connect, NO_FD, inet, 7);
	CALL(bind, NO_FD, inet, 100);
	CALL(bind, NO_FD, inet6, sizeof(*inet6));
	inet_pton(AF_INET6, "2001:db8::1:0:0:5", &inet6->sin6_addr);
	inet6->sin6_flowinfo = htonl(7);
	CALL(bind, NO_FD, inet6, sizeof(*inet6));
	inet_pton(AF_INET6, "::ffff:1.2.3.4", &inet6->sin6_addr);
	CALL(bind, NO_FD, inet6, 24);
	inet_pton(AF_INET6, "fe80::1", &inet6->sin6_addr);
	inet6->sin6_scope_id = 999;
	CALL(bind, NO_FD, inet6, sizeof(*inet6));
	CALL(bind, NO_FD, netlink, sizeof(*netlink));
	CALL(bind, NO_FD, netlink, 8);
	CALL(bind, NO_FD, packet, sizeof(*packet));
	CALL(bind, NO_FD, packet, 12);
	CALL(bind, NO_FD, vsock, sizeof(*vsock));
	CALL(bind, NO_FD, put_bytes("\37\0\1\2\3\4\5\6\7\10\11\12\13\14", 14), 14);
	CALL(bind, NO_FD, put_bytes("\71\0\1\2\3\4", 6), 6);
	CALL(bind, NO_FD, NULL, 16);
	CALL(bind, NO_FD, BAD, 16);
	CALL(bind, NO_FD, inet, -1);
	CALL(listen, NO_FD, -5);
	CALL(shutdown, NO_FD, 1);
	CALL(shutdown, NO_FD, 7);
	CALL(accept, NO_FD, data, PUT(int, { 16 }));
	CALL(accept4, NO_FD, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	CALL(accept4, NO_FD, NULL, NULL, 0x1);
	CALL(getsockname, NO_FD, data, PUT(int, { 16 }));
	CALL(getpeername, NO_FD, data, BAD);
	CALL(sendto, NO_FD, TEXT("hello"), 5, MSG_DONTWAIT | MSG_NOSIGNAL, inet, sizeof(*inet));
	CALL(sendto, NO_FD, TEXT("hello"), 5, 0x80000000, NULL, 0);
	CALL(recvfrom, NO_FD, data, 5, MSG_PEEK | MSG_TRUNC, data, PUT(int, { 5 }));
}

static int bound_socket(int family)
{
	int fd = socket(family, SOCK_STREAM, 0);
	struct sockaddr_in *inet = PUT(struct sockaddr_in, { AF_INET, 0, { htonl(0x7f000001) }, { 0 } });

	if (family == AF_INET)
		CALL(connect, fd, inet, 3);
	return fd;
}

static void options(void)
{
	static const int levels[] = { SOL_IP, SOL_SOCKET, SOL_TCP, 17, SOL_IPV6, SOL_RAW, SOL_PACKET, SOL_NETLINK, 777 };
	int fd = bound_socket(AF_INET), local = bound_socket(AF_UNIX);
	int *value = PUT(int, { 1 }), *length = (int *)(data + 3 * PAGE), *out = (int *)(data + 3 * PAGE + 16);

	for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
		for (int name = 0; name < (levels[level] == 777 ? 3 : levels[level] > SOL_IPV6 ? 26 : 84); name++)
			CALL(setsockopt, NO_FD, levels[level], name, value, 4);
	}
	for (int name = 0; name < 80; name++) {
		memset(out, 0, 256);
		*length = 4;
		if (name != 25 && name != 56 && name != 57) /* addresses and cookies of a run */
			CALL(getsockopt, fd, SOL_SOCKET, name, out, length);
	}
	for (int name = 0; name < 45; name++) {
		*length = 4;
		CALL(getsockopt, fd, SOL_TCP, name, out, length);
		*length = 4;
		CALL(getsockopt, fd, SOL_IP, name, out, length);
	}
	*length = 8;
	CALL(getsockopt, fd, SOL_SOCKET, SO_LINGER, out, length);
	*length = 5;
	CALL(getsockopt, fd, SOL_SOCKET, SO_LINGER, out, length);
	*length = 16;
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, out, length);
	*length = 12;
	CALL(getsockopt, local, SOL_SOCKET, SO_PEERCRED, out, length);
	*length = 2;
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, out, length);
	*length = 0;
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, out, length);
	*length = 40;
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, out, length);
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, out, NULL);
	CALL(getsockopt, fd, SOL_SOCKET, SO_RCVBUF, BAD, length);
	*length = 16;
	CALL(getsockopt, fd, SOL_TCP, TCP_CONGESTION, out, length);
	CALL(setsockopt, fd, SOL_TCP, TCP_CONGESTION, TEXT("reno"), 4);
	CALL(setsockopt, fd, SOL_SOCKET, SO_LINGER, PUT(struct linger, { 1, 5 }), 8);
	CALL(setsockopt, fd, SOL_SOCKET, SO_LINGER, PUT(struct linger, { 1, 5 }), 4);
	CALL(setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, PUT(struct timeval, { 5, 7 }), 16);
	CALL(setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, PUT(struct timeval, { 5, 7 }), 8);
	CALL(setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, TEXT("nodev0"), 6);
	CALL(setsockopt, NO_FD, SOL_SOCKET, SO_ATTACH_FILTER, BAD, 16);
	CALL(setsockopt, NO_FD, SOL_SOCKET, SO_KEEPALIVE, NULL, 4);
	CALL(setsockopt, NO_FD, SOL_SOCKET, SO_KEEPALIVE, value, -1);
	CALL(setsockopt, NO_FD, SOL_SOCKET, SO_KEEPALIVE, TEXT("12345678"), 8);
	CALL(setsockopt, NO_FD, SOL_IP, IP_ADD_MEMBERSHIP, PUT(struct ip_mreq, { { htonl(0xe0000001) }, { 0 } }), 8);
	CALL(setsockopt, NO_FD, SOL_IPV6, IPV6_ADD_MEMBERSHIP, PUT(struct ipv6_mreq, { .ipv6mr_interface = 0 }), 20);
	CALL(setsockopt, NO_FD, SOL_IP, IP_TOS, PUT(char, { 5 }), 1);
	CALL(setsockopt, NO_FD, SOL_PACKET, PACKET_ADD_MEMBERSHIP, PUT(struct packet_mreq, { 0, 0, 6, { 1, 2, 3, 4, 5, 6 } }),
		16);
	close(fd);
	close(local);
}

/* A header with a name, two buffers and control data. */
static struct msghdr *message(void *control, size_t length)
{
	struct iovec *vector = put_bytes((struct iovec[2]){ { TEXT("hello "), 6 }, { TEXT("world"), 5 } }, 32);

	return PUT(struct msghdr,
		{ .msg_iov = vector, .msg_iovlen = 2, .msg_control = control, .msg_controllen = length, .msg_flags = 3 });
}

static void *control_message(int level, int type, const void *bytes, size_t length)
{
	union {
		struct cmsghdr header;
		char room[256];
	} whole = { .header = { .cmsg_len = CMSG_LEN(length), .cmsg_level = level, .cmsg_type = type } };

	memcpy(CMSG_DATA(&whole.header), bytes, length);
	return put_bytes(&whole, CMSG_SPACE(length));
}

static void controls(void)
{
	static const struct {
		int level, type;
		size_t length;
	} kinds[] = {
		{ SOL_SOCKET, SCM_RIGHTS, 4 },
		{ SOL_SOCKET, SCM_RIGHTS, 12 },
		{ SOL_SOCKET, SCM_RIGHTS, 3 },
		{ SOL_SOCKET, SCM_CREDENTIALS, 12 },
		{ SOL_SOCKET, SCM_CREDENTIALS, 8 },
		{ SOL_SOCKET, SO_TIMESTAMP, 16 },
		{ SOL_SOCKET, SO_TIMESTAMPNS, 16 },
		{ SOL_SOCKET, SO_TIMESTAMPING, 48 },
		{ SOL_SOCKET, 99, 4 },
		{ SOL_SOCKET, 3, 10 },
		{ SOL_IP, IP_PKTINFO, 12 },
		{ SOL_IP, IP_TTL, 4 },
		{ SOL_IP, IP_TOS, 1 },
		{ SOL_IP, IP_RECVERR, 16 },
		{ SOL_IP, IP_ORIGDSTADDR, 16 },
		{ SOL_IP, IP_RECVOPTS, 8 },
		{ SOL_IP, IP_CHECKSUM, 4 },
		{ SOL_IP, 999, 8 },
		{ SOL_IPV6, IPV6_PKTINFO, 20 },
		{ SOL_IPV6, IPV6_HOPLIMIT, 4 },
		{ SOL_TCP, 1, 4 },
		{ 17, 103, 2 },
		{ SOL_NETLINK, 3, 4 },
		{ 777, 5, 3 },
		{ SOL_SOCKET, SCM_RIGHTS, 0 },
	};
	unsigned char bytes[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 4 == 0 ? (unsigned char)(i / 4 + 1) : 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		void *control = control_message(kinds[i].level, kinds[i].type, bytes, kinds[i].length);

		CALL(sendmsg, NO_FD, message(control, CMSG_SPACE(kinds[i].length)), 0);
	}
	CALL(sendmsg, NO_FD, message(control_message(SOL_SOCKET, SCM_RIGHTS, bytes, 4), CMSG_LEN(4)), MSG_EOR);
	CALL(sendmsg, NO_FD, message(control_message(SOL_SOCKET, SCM_RIGHTS, bytes, 4), 10), 0);
	CALL(sendmsg, NO_FD, message(BAD, 24), 0);
	CALL(sendmsg, NO_FD, message(NULL, 24), 0);
	CALL(sendmsg, NO_FD, message(data, 0), 0);
	CALL(sendmsg, NO_FD, NULL, 0);
	CALL(sendmsg, NO_FD, BAD, 0);
}

static void messages(void)
{
	struct iovec *vector = put_bytes((struct iovec[2]){ { TEXT("hello "), 6 }, { TEXT("world"), 5 } }, 32);
	struct sockaddr_in *inet = PUT(struct sockaddr_in, { AF_INET, htons(8080), { htonl(0x7f000001) }, { 0 } });
	struct msghdr header = { .msg_name = inet, .msg_namelen = sizeof(*inet), .msg_iov = vector, .msg_iovlen = 2 };
	struct mmsghdr *many = put_bytes((struct mmsghdr[2]){ { header, 5 }, { header, 0 } }, 2 * sizeof(struct mmsghdr));
	struct msghdr *received;
	int pair[2], *on = PUT(int, { 1 });

	CALL(sendmsg, NO_FD, PUT(struct msghdr, { .msg_name = inet, .msg_namelen = 16, .msg_iov = vector, .msg_iovlen = 2 }),
		MSG_MORE);
	CALL(sendmsg, NO_FD, PUT(struct msghdr, { .msg_iov = NULL, .msg_iovlen = 2 }), 0);
	CALL(sendmsg, NO_FD, PUT(struct msghdr, { .msg_iov = vector, .msg_iovlen = 0 }), 0);
	CALL(recvmsg, NO_FD, PUT(struct msghdr, { .msg_namelen = 7, .msg_iov = vector, .msg_iovlen = 2 }), MSG_WAITALL);
	CALL(sendmmsg, NO_FD, many, 2, MSG_DONTWAIT);
	CALL(sendmmsg, NO_FD, BAD, 2, 0);
	CALL(recvmmsg, NO_FD, many, 2, MSG_DONTWAIT, PUT(struct timespec, { 1, 2 }));
	CALL(recvmmsg, NO_FD, many, 2, MSG_DONTWAIT, NULL);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0)
		return;
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_TIMESTAMP, on, 4);
	CALL(sendmsg, pair[0],
		message(control_message(SOL_SOCKET, SCM_RIGHTS, (int[2]){ NO_FD + 1, NO_FD + 1 }, 8), CMSG_SPACE(8)), 0);
	received = PUT(struct msghdr, { .msg_name = data + 3 * PAGE, .msg_namelen = 110, .msg_iov = vector, .msg_iovlen = 2 });
	CALL(recvmsg, pair[1], received, MSG_CMSG_CLOEXEC);
	CALL(sendmmsg, pair[0],
		put_bytes((struct mmsghdr[2]){ { { .msg_iov = vector, .msg_iovlen = 2 }, 0 },
				  { { .msg_iov = vector, .msg_iovlen = 1 }, 0 } },
			128),
		2, 0);
	CALL(recvmmsg, pair[1],
		put_bytes((struct mmsghdr[2]){ { { .msg_iov = vector, .msg_iovlen = 2 }, 0 },
				  { { .msg_iov = vector, .msg_iovlen = 2 }, 0 } },
			128),
		2, MSG_DONTWAIT, NULL);
	CALL(sendto, pair[0], TEXT("abc"), 3, 0, NULL, 0);
	CALL(recvfrom, pair[1], data + 3 * PAGE, 2, MSG_TRUNC, data + 3 * PAGE + 64, PUT(int, { 20 }));
	close(pair[0]);
	CALL(recvfrom, pair[1], data + 3 * PAGE, 2, MSG_DONTWAIT, NULL, NULL);
	close(pair[1]);
}

static void live(void)
{
	int listener = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in *inet = PUT(struct sockaddr_in, { AF_INET, 0, { htonl(0x7f000001) }, { 0 } });

	CALL(bind, listener, inet, sizeof(*inet));
	CALL(getpeername, listener, data + 3 * PAGE, PUT(int, { 16 }));
	CALL(connect, listener, PUT(struct sockaddr_in, { AF_INET, htons(9), { htonl(0x7f000001) }, { 0 } }), 16);
	CALL(getpeername, listener, data + 3 * PAGE, PUT(int, { 16 }));
	CALL(getpeername, listener, data + 3 * PAGE, PUT(int, { 5 }));
	CALL(getpeername, listener, data + 3 * PAGE, PUT(int, { 100 }));
	CALL(ioctl, listener, 0x8910 /* SIOCGIFNAME */, PUT(struct ifreq, { .ifr_ifindex = 1 }));
	CALL(ioctl, listener, 0x8913 /* SIOCGIFFLAGS */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x8915 /* SIOCGIFADDR */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x891b /* SIOCGIFNETMASK */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x8921 /* SIOCGIFMTU */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x8927 /* SIOCGIFHWADDR */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x8933 /* SIOCGIFINDEX */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x8942 /* SIOCGIFTXQLEN */, PUT(struct ifreq, { .ifr_name = "lo" }));
	CALL(ioctl, listener, 0x8933, PUT(struct ifreq, { .ifr_name = "nonexistent" }));
	CALL(ioctl, NO_FD, 0x8914 /* SIOCSIFFLAGS */, PUT(struct ifreq, { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_PROMISC }));
	CALL(ioctl, NO_FD, 0x8916 /* SIOCSIFADDR */, PUT(struct ifreq, { .ifr_name = "lo", .ifr_addr = { AF_INET, { 0 } } }));
	CALL(ioctl, NO_FD, 0x8922 /* SIOCSIFMTU */, PUT(struct ifreq, { .ifr_name = "lo", .ifr_mtu = 1500 }));
	CALL(ioctl, NO_FD, 0x8922, BAD);
	CALL(ioctl, listener, 0x8912 /* SIOCGIFCONF */, PUT(struct ifconf, { .ifc_len = 0 }));
	CALL(ioctl, listener, 0x8912, PUT(struct ifconf, { .ifc_len = 40, .ifc_buf = (void *)(data + 3 * PAGE) }));
	CALL(ioctl, NO_FD, 0x8912, BAD);
	CALL(ioctl, listener, 0x541b /* FIONREAD */, data + 3 * PAGE);
	CALL(ioctl, listener, 0x8905 /* SIOCATMARK */, data + 3 * PAGE);
	CALL(ioctl, listener, 0x8904 /* SIOCGPGRP */, data + 3 * PAGE);
	close(listener);
}

int main(void)
{
	decode_begin();
	creating();
	addresses();
	options();
	controls();
	messages();
	live();
	return 0;
}
