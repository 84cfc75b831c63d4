/*
 * Sockets: created, paired, bound, connected, accepted.
 * Must not live here: how a socket's addresses are found (the world's probe_socket), messages (fd_messages.c).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "fd_internal.h"

void fd_socket_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	(void)s;
	(void)t;
	call->cls = fd_class_of_family((unsigned)call->args[0]);
}

/* "tcp", or for what has no addresses to show "unix:[5]". The probe is of the descriptor. */
static void name_unconnected(struct fd_state *s, const struct fd_call *call)
{
	const char *word = fd_protocol_name((unsigned)call->args[0], (unsigned)call->args[1], (unsigned)call->args[2]);

	if (fd_class_of_family((unsigned)call->args[0]) == FD_CLASS_LOCAL_SOCKET && s->probe.inode)
		snprintf(s->text, sizeof(s->text), "%s:[%llu]", word, (unsigned long long)s->probe.inode);
	else
		snprintf(s->text, sizeof(s->text), "%s", word);
}

static struct fd_description *new_socket(struct fd_state *s, struct fd_call *call, int fd, uint64_t peer)
{
	struct fd_facts facts = { .cls = fd_class_of_family((unsigned)call->args[0]), .name = s->text, .peer = peer };

	fd_probe_now(s, call->tid, fd, false);
	facts.device = s->probe.device;
	facts.inode = s->probe.inode;
	name_unconnected(s, call);
	return fd_description_new(s, &facts, fd_actor_of(call).event);
}

void fd_socket_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *d = call->ret >= 0 ? new_socket(s, call, (int)call->ret, 0) : NULL;

	if (d)
		fd_call_obtained(s, t, call, (int)call->ret, d, call->args[1] & SOCK_CLOEXEC);
}

void fd_socketpair_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *a, *b;
	bool cloexec = call->args[1] & SOCK_CLOEXEC;
	int pair[2];

	if (call->ret < 0 || !fd_read_pair(s, call, call->args[3], pair))
		return;
	a = new_socket(s, call, pair[0], 0);
	if (!a)
		return;
	fd_call_obtained(s, t, call, pair[0], a, cloexec);
	b = new_socket(s, call, pair[1], a->id);
	if (b)
		fd_call_made(s, t, call, pair[1], b, cloexec);
}

/* The descriptor touched (the listening one) stays the call's own. */
void fd_accept_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *d;
	bool cloexec = call->row->argc > 3 && (call->args[3] & SOCK_CLOEXEC);
	int fd = (int)call->ret;

	if (call->ret < 0 || !fd_probe_now(s, call->tid, fd, false))
		return;
	d = fd_describe_probed(s, call->tid, fd, false, fd_actor_of(call).event);
	if (d)
		fd_call_made(s, t, call, fd, d, cloexec);
}

/* The path of a unix address of this length; an abstract one begins with NUL and shows as '@'. False: it has none. */
static bool unix_name(struct fd_state *s, const struct sockaddr_un *address, size_t length, const char *arrow)
{
	size_t path = length > offsetof(struct sockaddr_un, sun_path) ? length - offsetof(struct sockaddr_un, sun_path) : 0;
	bool abstract = path > 1 && address->sun_path[0] == '\0';

	if (!path || (!abstract && !address->sun_path[0]))
		return false;
	snprintf(s->text, sizeof(s->text), "unix %s%s%.*s", arrow, abstract ? "@" : "", (int)(path - abstract),
		address->sun_path + abstract);
	return true;
}

/* What the program itself said. False: nothing worth a name, and s->text is as it was. */
static bool name_from_arguments(struct fd_state *s, const struct fd_call *call, const struct fd_description *d)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} address = { 0 };
	size_t length = call->args[2] < sizeof(address) ? (size_t)call->args[2] : sizeof(address);
	const char *arrow = call->row->effect == EFFECT_CONNECT ? "-> " : "";
	char host[INET6_ADDRSTRLEN];
	int word = (int)strcspn(d->name, " ");

	if (length < sizeof(sa_family_t) ||
		s->world.read_memory(s->world.context, call->tid, call->args[1], &address, length) < 0)
		return false;
	switch (address.any.sa_family) {
	case AF_UNIX: return unix_name(s, &address.un, length, arrow);
	case AF_INET:
		inet_ntop(AF_INET, &address.in.sin_addr, host, sizeof(host));
		snprintf(s->text, sizeof(s->text), "%.*s %s%s:%u", word, d->name, arrow, host, ntohs(address.in.sin_port));
		return true;
	case AF_INET6:
		inet_ntop(AF_INET6, &address.in6.sin6_addr, host, sizeof(host));
		snprintf(s->text, sizeof(s->text), "%.*s %s[%s]:%u", word, d->name, arrow, host, ntohs(address.in6.sin6_port));
		return true;
	default: return false;
	}
}

/* connect, bind: the socket has an address, or another one, from now on. A connection in progress has both. */
void fd_address_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *d = fd_description_by_id(s, call->description), *peer = NULL;
	uint8_t cls = FD_CLASS_OTHER;
	struct fd_socket_peer told = { 0 };

	(void)t;
	if (!d || (call->ret < 0 && call->ret != -EINPROGRESS))
		return;
	if (s->world.probe_socket(s->world.context, call->tid, call->fd, d->inode, &cls, s->text, sizeof(s->text), &told) < 0) {
		if (!name_from_arguments(s, call, d))
			return;
		cls = FD_CLASS_OTHER;
	} else if (cls == FD_CLASS_LOCAL_SOCKET && call->row->effect == EFFECT_CONNECT) {
		name_from_arguments(s, call, d); /* the peer's path tells more than that this end has none */
	}
	fd_description_rename(s, d, cls == FD_CLASS_OTHER ? FD_CLASS_NONE : cls, s->text, 0);
	call->cls = d->cls;
	peer = fd_description_socket_peer(s, d, &told);
	if (peer)
		fd_description_link(s, d, peer, told.one_way);
}

void fd_socket_transfer(struct fd_state *s, struct fd_call *call)
{
	struct fd_description *d = fd_description_by_id(s, call->description);
	struct fd_socket_peer told = { 0 };
	uint8_t cls = FD_CLASS_OTHER;

	if (!d || d->cls != FD_CLASS_NETWORK || d->asked || strpbrk(d->name, " :"))
		return;
	d->asked = true;
	if (s->world.probe_socket(s->world.context, call->tid, call->fd, d->inode, &cls, s->text, sizeof(s->text), &told) >= 0)
		fd_description_rename(s, d, FD_CLASS_NONE, s->text, 0);
}
