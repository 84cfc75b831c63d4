/*
 * Open file descriptions: their names, classes, references and peers, and the rows that say so.
 * Must not live here: which number refers to them (fd_table.c), what proc says (fd_resolve.c).
 */
#include <stdlib.h>
#include <string.h>
#include "fd_internal.h"

/* One inode may have any number of descriptions: a search looks at this many. */
#define SEARCH_LIMIT 64

static const char between_addresses[] = " -> ";

static uint64_t inode_key(uint64_t device, uint64_t inode)
{
	return inode ^ (device << 40) ^ (device >> 24);
}

/* A connection's name is "tcp LOCAL -> PEER". */
struct addresses {
	const char *protocol, *local, *peer;
	size_t protocol_length, local_length, peer_length;
};

static bool split_addresses(const char *name, struct addresses *out)
{
	const char *space = strchr(name, ' '), *arrow = strstr(name, between_addresses);

	if (!space || !arrow || arrow <= space)
		return false;
	out->protocol = name;
	out->protocol_length = (size_t)(space - name);
	out->local = space + 1;
	out->local_length = (size_t)(arrow - out->local);
	out->peer = arrow + sizeof(between_addresses) - 1;
	out->peer_length = strlen(out->peer);
	return out->local_length > 0 && out->peer_length > 0;
}

/* An IPv4 address as an IPv6 socket shows it: "[::ffff:127.0.0.1]:80" is "127.0.0.1:80". Returns its length, and where it begins. */
static const char *plain_address(const char *address, size_t *length)
{
	static const char mapped[] = "[::ffff:";
	const size_t begin = sizeof(mapped) - 1;

	if (*length <= begin || memcmp(address, mapped, begin) != 0 || !memchr(address, '.', *length))
		return address;
	address += begin;
	*length -= begin;
	return address;
}

static bool same_address(const char *a, size_t a_length, const char *b, size_t b_length)
{
	const char *plain_a = plain_address(a, &a_length), *plain_b = plain_address(b, &b_length);

	/* Of the two forms only one has a bracket behind the address. */
	while (a_length && b_length) {
		if (*plain_a == ']' && *plain_b != ']') {
			plain_a++;
			a_length--;
		} else if (*plain_b == ']' && *plain_a != ']') {
			plain_b++;
			b_length--;
		} else if (*plain_a++ != *plain_b++) {
			return false;
		} else {
			a_length--;
			b_length--;
		}
	}
	return a_length == b_length;
}

static uint64_t hash_address(const char *address, size_t length)
{
	const char *plain = plain_address(address, &length);
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < length; i++) {
		if (plain[i] != ']')
			hash = (hash ^ (unsigned char)plain[i]) * 0x100000001b3u;
	}
	return hash;
}

static bool reversed(const struct addresses *a, const struct addresses *b)
{
	return a->protocol_length == b->protocol_length && memcmp(a->protocol, b->protocol, a->protocol_length) == 0 &&
	       same_address(a->local, a->local_length, b->peer, b->peer_length) &&
	       same_address(a->peer, a->peer_length, b->local, b->local_length);
}

static bool set_name(struct fd_description *d, const char *name)
{
	size_t length = strlen(name);

	if (length + 1 > d->name_capacity) {
		size_t capacity = length + 1 < 64 ? 64 : (length + 1) * 2;
		char *grown = realloc(d->name, capacity);

		if (!grown)
			return false;
		d->name = grown;
		d->name_capacity = capacity;
	}
	memcpy(d->name, name, length + 1);
	d->name_length = length;
	return true;
}

/* Both ends of a connection get the same key, so that either finds the other. */
static void index_pair(struct fd_state *s, struct fd_description *d)
{
	struct addresses a;

	fd_index_remove(&s->index[FD_INDEX_PAIR], &d->links[FD_INDEX_PAIR]);
	if (d->pty)
		fd_index_add(&s->index[FD_INDEX_PAIR], &d->links[FD_INDEX_PAIR], d->pty);
	else if (d->cls == FD_CLASS_NETWORK && split_addresses(d->name, &a))
		fd_index_add(&s->index[FD_INDEX_PAIR], &d->links[FD_INDEX_PAIR],
			hash_address(a.local, a.local_length) ^ hash_address(a.peer, a.peer_length));
}

/* The other end of a pipe: same inode, not opened for the same direction; rather one without a peer (an end may be opened anew). */
static struct fd_description *pipe_peer(struct fd_state *s, const struct fd_description *d)
{
	struct fd_link *link = fd_index_first(&s->index[FD_INDEX_INODE], inode_key(d->device, d->inode));

	struct fd_description *found = NULL;

	for (int i = 0; link && i < SEARCH_LIMIT; i++, link = fd_index_next(link)) {
		struct fd_description *other = link->owner;
		bool same_end = d->access && d->access == other->access;

		if (other == d || same_end || other->cls != FD_CLASS_PIPE || other->inode != d->inode ||
			other->device != d->device)
			continue;
		if (!other->peer)
			return other;
		if (!found)
			found = other;
	}
	return found;
}

/* The slave of a pseudoterminal's master, or the other way round. */
static struct fd_description *pty_peer(struct fd_state *s, const struct fd_description *d)
{
	struct fd_link *link = fd_index_first(&s->index[FD_INDEX_PAIR], d->pty);
	struct fd_description *found = NULL;

	for (int i = 0; link && i < SEARCH_LIMIT; i++, link = fd_index_next(link)) {
		struct fd_description *other = link->owner;

		if (other->pty != d->pty || other->pty_master == d->pty_master)
			continue;
		if (!other->peer)
			return other;
		if (!found)
			found = other;
	}
	return found;
}

static struct fd_description *by_peer_inode(struct fd_state *s, const struct fd_description *d, uint64_t inode)
{
	struct fd_link *link = fd_index_first(&s->index[FD_INDEX_INODE], inode_key(d->device, inode));

	for (int i = 0; link && i < SEARCH_LIMIT; i++, link = fd_index_next(link)) {
		struct fd_description *other = link->owner;

		if (other != d && other->inode == inode && other->device == d->device && other->cls == d->cls)
			return other;
	}
	return NULL;
}

static struct fd_description *by_addresses(struct fd_state *s, const struct fd_description *d)
{
	struct fd_link *link =
		d->links[FD_INDEX_PAIR].at ? fd_index_first(&s->index[FD_INDEX_PAIR], d->links[FD_INDEX_PAIR].key) : NULL;
	struct addresses mine, others;

	if (!link || !split_addresses(d->name, &mine))
		return NULL;
	for (int i = 0; link && i < SEARCH_LIMIT; i++, link = fd_index_next(link)) {
		if (link->owner != d && !link->owner->peer && split_addresses(link->owner->name, &others) &&
			reversed(&mine, &others))
			return link->owner;
	}
	return NULL;
}

struct fd_description *fd_description_socket_peer(
	struct fd_state *s, const struct fd_description *d, const struct fd_socket_peer *told)
{
	struct fd_description *peer = told->inode ? by_peer_inode(s, d, told->inode) : NULL;

	return peer ? peer : by_addresses(s, d);
}

static struct fd_description *take(struct fd_state *s)
{
	struct fd_description *d = s->free_descriptions;

	if (!d)
		return calloc(1, sizeof(*d));
	s->free_descriptions = d->free_next;
	*d = (struct fd_description){ .name = d->name, .name_capacity = d->name_capacity };
	return d;
}

static void give_back(struct fd_state *s, struct fd_description *d)
{
	free(d->watched.items);
	d->watched = (struct fd_watch_list){ 0 };
	d->free_next = s->free_descriptions;
	s->free_descriptions = d;
}

static struct fd_description *find_peer(struct fd_state *s, const struct fd_description *d, const struct fd_facts *facts)
{
	if (facts->peer)
		return fd_description_by_id(s, facts->peer);
	if (d->cls == FD_CLASS_PIPE)
		return pipe_peer(s, d);
	if (d->cls == FD_CLASS_NETWORK || d->cls == FD_CLASS_LOCAL_SOCKET)
		return fd_description_socket_peer(s, d, &facts->socket_peer);
	if (d->pty)
		return pty_peer(s, d);
	return NULL;
}

static uint64_t add_row(struct fd_state *s, const struct fd_description *d, uint64_t event)
{
	struct row_description row = {
		.seq = s->world.sequence(s->world.context),
		.time = s->world.now(s->world.context),
		.class = d->cls,
		.name = s->world.string(s->world.context, d->name, d->name_length),
		.peer = d->peer,
		.device = d->device,
		.inode = d->inode,
		.event = event,
	};

	return s->world.add_description(s->world.context, &row);
}

static void rename_row(struct fd_state *s, const struct fd_description *d)
{
	struct row_rename row = {
		.seq = s->world.sequence(s->world.context),
		.time = s->world.now(s->world.context),
		.description = d->id,
		.class = d->cls,
		.name = s->world.string(s->world.context, d->name, d->name_length),
		.peer = d->peer,
	};

	s->world.add_rename(s->world.context, &row);
}

struct fd_description *fd_description_new(struct fd_state *s, const struct fd_facts *facts, uint64_t event)
{
	struct fd_description *d = take(s), *peer;

	if (!d)
		return NULL;
	if (!set_name(d, facts->name)) {
		give_back(s, d);
		return NULL;
	}
	for (int i = 0; i < FD_INDEX_COUNT; i++)
		d->links[i].owner = d;
	d->cls = facts->cls;
	d->access = facts->access;
	d->pty = facts->pty;
	d->pty_master = facts->pty_master;
	d->device = facts->device;
	d->inode = facts->inode;
	d->holder_fd = -1;
	index_pair(s, d);
	peer = find_peer(s, d, facts);
	d->peer = peer ? peer->id : 0;
	d->id = s->newest = add_row(s, d, event);
	fd_index_add(&s->index[FD_INDEX_ID], &d->links[FD_INDEX_ID], d->id);
	fd_index_add(&s->index[FD_INDEX_INODE], &d->links[FD_INDEX_INODE], inode_key(d->device, d->inode));
	if (peer && !peer->peer && !facts->socket_peer.one_way) {
		peer->peer = d->id;
		rename_row(s, peer);
	}
	return d;
}

struct fd_description *fd_description_by_id(const struct fd_state *s, uint64_t id)
{
	struct fd_link *link = id ? fd_index_first(&s->index[FD_INDEX_ID], id) : NULL;

	return link ? link->owner : NULL;
}

void fd_description_rename(struct fd_state *s, struct fd_description *d, uint8_t cls, const char *name, uint64_t peer)
{
	bool same = strcmp(d->name, name) == 0;

	if (cls == FD_CLASS_NONE)
		cls = d->cls;
	if (!peer)
		peer = d->peer;
	if (same && cls == d->cls && peer == d->peer)
		return;
	if (!same && !set_name(d, name))
		return;
	d->cls = cls;
	d->peer = peer;
	index_pair(s, d);
	rename_row(s, d);
}

void fd_description_link(struct fd_state *s, struct fd_description *a, struct fd_description *b, bool one_way)
{
	struct fd_description *ends[2] = { a, b };

	for (int i = 0; i < (one_way ? 1 : 2); i++) {
		uint64_t peer = ends[1 - i]->id;

		if (ends[i]->peer == peer)
			continue;
		ends[i]->peer = peer;
		rename_row(s, ends[i]);
	}
}

/* What a number that had d is now is asked of proc only if that number still refers to d as far as we know. */
static bool same_as_holder(struct fd_state *s, const struct fd_description *d, pid_t pid, int fd)
{
	const struct fd_table *t = fd_table_get(s, d->holder_table);
	const struct fd_slot *slot = t ? fd_table_slot(t, d->holder_fd) : NULL;

	return slot && t->tid > 0 && slot->description == d && !slot->closing_event && !(t->tid == pid && d->holder_fd == fd) &&
	       s->world.same_file(s->world.context, pid, fd, t->tid, d->holder_fd) == 1;
}

struct fd_description *fd_description_shared(
	struct fd_state *s, pid_t pid, int fd, uint64_t device, uint64_t inode, uint64_t since)
{
	struct fd_link *link = fd_index_first(&s->index[FD_INDEX_INODE], inode_key(device, inode));

	for (int i = 0; link && i < SEARCH_LIMIT; i++, link = fd_index_next(link)) {
		struct fd_description *d = link->owner;

		if (d->inode == inode && d->device == device && d->id > since && same_as_holder(s, d, pid, fd))
			return d;
	}
	return NULL;
}

void fd_description_release(struct fd_state *s, struct fd_description *d)
{
	if (--d->refs)
		return;
	for (int i = 0; i < FD_INDEX_COUNT; i++)
		fd_index_remove(&s->index[i], &d->links[i]);
	give_back(s, d);
}

void fd_descriptions_free(struct fd_state *s)
{
	for (struct fd_description *d = s->free_descriptions, *next; d; d = next) {
		next = d->free_next;
		free(d->name);
		free(d);
	}
	s->free_descriptions = NULL;
	for (int i = 0; i < FD_INDEX_COUNT; i++)
		fd_index_free(&s->index[i]);
}
