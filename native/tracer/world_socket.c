/*
 * What a socket of a tracee is: a short-lived duplicate of it (pidfd_getfd(2), Linux 5.6) answers for itself, in whatever network
 * namespace it lies; the other end's inode comes from sock_diag(7). See world.h.
 * Must not live here: anything that changes the socket. Where a duplicate is refused, the family is all that is said.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "schema.h"
#include "world.h"

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage storage;
};

/* A thread's own table may be another than its process's: of a thread that isn't the leader, Linux 6.9 has a pidfd. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

static int open_process(pid_t tid)
{
	char path[64], line[256];
	long leader = tid;
	int process = (int)syscall(SYS_pidfd_open, tid, 0);
	FILE *status;

	if (process < 0)
		process = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
	if (process >= 0 || (errno != EINVAL && errno != ENOENT))
		return process;
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	if (!status)
		return -1;
	while (fgets(line, sizeof(line), status)) {
		if (strncmp(line, "Tgid:", 5) == 0)
			leader = strtol(line + 5, NULL, 10);
	}
	fclose(status);
	return (int)syscall(SYS_pidfd_open, (pid_t)leader, 0);
}

/* The socket with this inode and no other: the number may be of another table by then. */
static int duplicate(pid_t tid, int fd, uint64_t inode)
{
	int process = open_process(tid);
	struct stat st;
	int copy, err;

	if (process < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	err = errno;
	close(process);
	if (copy < 0)
		return -err;
	if (inode && (fstat(copy, &st) != 0 || st.st_ino != inode)) {
		close(copy);
		return -EBADF;
	}
	return copy;
}

/* sock_diag answers for our own network namespace only. */
static bool in_our_network(pid_t tid)
{
	char path[64];
	struct stat own, its;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", tid);
	return stat("/proc/self/ns/net", &own) == 0 && stat(path, &its) == 0 && own.st_ino == its.st_ino &&
	       own.st_dev == its.st_dev;
}

static int option(int socket, int name)
{
	socklen_t length = sizeof(int);
	int value = 0;

	return getsockopt(socket, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

/* One question to sock_diag, of which at most one answer is wanted. Returns the answer's length or -errno. */
static ssize_t ask(const void *question, size_t length, void *answer, size_t size)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t got;

	if (netlink < 0)
		return -errno;
	got = send(netlink, question, length, 0) == (ssize_t)length ? recv(netlink, answer, size, MSG_DONTWAIT) : -1;
	if (got < 0)
		got = -errno;
	close(netlink);
	return got;
}

/* The socket on this machine whose addresses are the given ones the other way round. 0: none. */
static uint64_t inet_peer(int protocol, const union address *local, const union address *remote)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} question = { .header = {
			       .nlmsg_len = sizeof(question), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST } };
	struct {
		struct nlmsghdr header;
		struct inet_diag_msg message;
		char rest[512];
	} answer;
	struct inet_diag_sockid *id = &question.request.id;

	question.request.sdiag_family = (uint8_t)local->any.sa_family;
	question.request.sdiag_protocol = (uint8_t)protocol;
	question.request.idiag_states = UINT32_MAX;
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (local->any.sa_family == AF_INET) {
		id->idiag_sport = remote->in.sin_port;
		id->idiag_dport = local->in.sin_port;
		memcpy(id->idiag_src, &remote->in.sin_addr, 4);
		memcpy(id->idiag_dst, &local->in.sin_addr, 4);
	} else {
		id->idiag_sport = remote->in6.sin6_port;
		id->idiag_dport = local->in6.sin6_port;
		memcpy(id->idiag_src, &remote->in6.sin6_addr, 16);
		memcpy(id->idiag_dst, &local->in6.sin6_addr, 16);
	}
	if (ask(&question, sizeof(question), &answer, sizeof(answer)) <
			(ssize_t)(sizeof(answer.header) + sizeof(answer.message)) ||
		answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	return answer.message.idiag_inode;
}

static uint64_t unix_peer(uint64_t inode)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} question = { .header = {
			       .nlmsg_len = sizeof(question), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST } };
	union {
		struct nlmsghdr header;
		char bytes[1024];
	} answer;
	const size_t attributes = NLMSG_LENGTH(sizeof(struct unix_diag_msg));
	ssize_t got;

	question.request.sdiag_family = AF_UNIX;
	question.request.udiag_states = UINT32_MAX;
	question.request.udiag_ino = (uint32_t)inode;
	question.request.udiag_cookie[0] = question.request.udiag_cookie[1] = UINT32_MAX;
	question.request.udiag_show = UDIAG_SHOW_PEER;
	got = ask(&question, sizeof(question), &answer, sizeof(answer));
	if (got < (ssize_t)attributes || answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	for (size_t at = attributes; at + sizeof(struct nlattr) + sizeof(uint32_t) <= (size_t)got;) {
		struct nlattr attribute;
		uint32_t peer;

		memcpy(&attribute, answer.bytes + at, sizeof(attribute));
		memcpy(&peer, answer.bytes + at + sizeof(attribute), sizeof(peer));
		if (attribute.nla_type == UNIX_DIAG_PEER)
			return peer;
		if (attribute.nla_len < sizeof(attribute))
			return 0;
		at += NLA_ALIGN(attribute.nla_len);
	}
	return 0;
}

static void inet_text(const union address *address, char *out, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	if (address->any.sa_family == AF_INET)
		snprintf(out, size, "%s:%u", inet_ntop(AF_INET, &address->in.sin_addr, host, sizeof(host)),
			ntohs(address->in.sin_port));
	else
		snprintf(out, size, "[%s]:%u", inet_ntop(AF_INET6, &address->in6.sin6_addr, host, sizeof(host)),
			ntohs(address->in6.sin6_port));
}

static const char *protocol_word(int protocol, int type)
{
	if (protocol == IPPROTO_TCP)
		return "tcp";
	if (protocol == IPPROTO_UDP)
		return "udp";
	return type == SOCK_RAW ? "raw" : "inet";
}

static void describe_inet(int socket, bool may_ask, char *text, size_t size, struct fd_socket_peer *peer)
{
	int protocol = option(socket, SO_PROTOCOL);
	const char *word = protocol_word(protocol, option(socket, SO_TYPE));
	union address local = { 0 }, remote = { 0 };
	socklen_t local_length = sizeof(local), remote_length = sizeof(remote);
	char here[80], there[80];

	if (getsockname(socket, &local.any, &local_length) != 0) {
		snprintf(text, size, "%s", word);
		return;
	}
	inet_text(&local, here, sizeof(here));
	if (getpeername(socket, &remote.any, &remote_length) != 0) {
		snprintf(text, size, "%s %s", word, here);
		return;
	}
	inet_text(&remote, there, sizeof(there));
	snprintf(text, size, "%s %s -> %s", word, here, there);
	if (protocol == IPPROTO_TCP && may_ask)
		peer->inode = inet_peer(protocol, &local, &remote);
}

static void describe_unix(int socket, bool may_ask, uint64_t inode, char *text, size_t size, struct fd_socket_peer *peer)
{
	union address local = { 0 };
	socklen_t length = sizeof(local);
	const size_t path = offsetof(struct sockaddr_un, sun_path);

	if (may_ask)
		peer->inode = unix_peer(inode);
	if (peer->inode && option(socket, SO_TYPE) == SOCK_DGRAM)
		peer->one_way = unix_peer(peer->inode) != inode;
	if (getsockname(socket, &local.any, &length) != 0 || length <= path)
		snprintf(text, size, "unix:[%llu]", (unsigned long long)inode);
	else if (local.un.sun_path[0] == '\0')
		snprintf(text, size, "unix @%.*s", (int)(length - path - 1), local.un.sun_path + 1);
	else
		snprintf(text, size, "unix %.*s", (int)(length - path), local.un.sun_path);
}

int world_probe_socket(
	void *context, pid_t pid, int fd, uint64_t inode, uint8_t *cls, char *text, size_t size, struct fd_socket_peer *peer)
{
	int socket = duplicate(pid, fd, inode);
	int domain;
	bool may_ask;

	(void)context;
	*peer = (struct fd_socket_peer){ 0 };
	if (socket < 0)
		return socket;
	may_ask = in_our_network(pid);
	domain = option(socket, SO_DOMAIN);
	if (domain == AF_INET || domain == AF_INET6) {
		*cls = FD_CLASS_NETWORK;
		describe_inet(socket, may_ask, text, size, peer);
	} else if (domain == AF_UNIX) {
		*cls = FD_CLASS_LOCAL_SOCKET;
		describe_unix(socket, may_ask, inode, text, size, peer);
	} else {
		*cls = domain == AF_NETLINK ? FD_CLASS_LOCAL_SOCKET : domain == AF_PACKET ? FD_CLASS_NETWORK : FD_CLASS_OTHER;
		snprintf(text, size, "%s:[%llu]",
			domain == AF_NETLINK  ? "netlink"
			: domain == AF_PACKET ? "packet"
					      : "socket",
			(unsigned long long)inode);
	}
	close(socket);
	return 0;
}
