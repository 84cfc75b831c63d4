/*
 * What proc says: descriptors that no recorded call made (before the first event, received, copied from another process),
 * and what is left after an exec.
 * Must not live here: how proc is read (the world's functions), what a system call does.
 */
#include <string.h>
#include "fd_internal.h"

static bool probe(struct fd_state *s, pid_t pid, int fd, bool want_flags, const struct fd_known_name *known)
{
	struct fd_probe *p = &s->probe;

	p->want_flags = want_flags;
	p->known_name = known && known->inode ? known->name : NULL;
	p->known_device = known ? known->device : 0;
	p->known_inode = known ? known->inode : 0;
	p->mode = 0;
	p->device = p->inode = p->special = p->filesystem = 0;
	p->cloexec = false;
	p->access = 0;
	p->pty = 0;
	p->pty_master = false;
	p->name[0] = '\0';
	if (pid <= 0 || s->world.probe_fd(s->world.context, pid, fd, p) < 0)
		return false;
	p->name[sizeof(p->name) - 1] = '\0';
	return true;
}

bool fd_probe_now(struct fd_state *s, pid_t pid, int fd, bool want_flags)
{
	return probe(s, pid, fd, want_flags, NULL);
}

bool fd_probe_opened(struct fd_state *s, pid_t pid, int fd, bool want_flags, uint64_t ticket)
{
	struct fd_known_name *known = fd_name_expected(s, ticket);

	if (!probe(s, pid, fd, want_flags, known))
		return false;
	if (known)
		fd_name_learn(known, &s->probe);
	return true;
}

static void ask_socket(struct fd_state *s, pid_t pid, int fd, struct fd_facts *facts)
{
	uint8_t cls = FD_CLASS_OTHER;
	struct fd_socket_peer peer = { 0 };

	if (s->world.probe_socket(s->world.context, pid, fd, facts->inode, &cls, s->text, sizeof(s->text), &peer) < 0) {
		facts->cls = FD_CLASS_OTHER;
		fd_name_of(&s->probe, s->text, sizeof(s->text));
		return;
	}
	facts->cls = cls;
	facts->socket_peer = peer;
}

struct fd_description *fd_describe_probed(struct fd_state *s, pid_t pid, int fd, bool may_be_shared, uint64_t event)
{
	const struct fd_probe *p = &s->probe;
	struct fd_facts facts = { .cls = fd_class_of(p),
		.access = p->access,
		.name = s->text,
		.device = p->device,
		.inode = p->inode,
		.pty = p->pty,
		.pty_master = p->pty_master };
	struct fd_description *shared = may_be_shared ? fd_description_shared(s, pid, fd, p->device, p->inode, 0) : NULL;

	if (shared)
		return shared;
	if (strncmp(p->name, "socket:[", 8) == 0) /* and not the path of a socket file opened with O_PATH */
		ask_socket(s, pid, fd, &facts);
	else
		fd_name_of(p, s->text, sizeof(s->text));
	return fd_description_new(s, &facts, event);
}

struct fd_description *fd_resolve(struct fd_state *s, struct fd_table *t, pid_t pid, int fd, enum fd_op op, struct fd_actor actor)
{
	struct fd_description *d;
	const struct fd_slot *slot;

	if (!fd_probe_now(s, pid, fd, true))
		return NULL;
	d = fd_describe_probed(s, pid, fd, true, actor.event);
	if (!d)
		return NULL;
	fd_table_install(s, t, fd, d, op, s->probe.cloexec, actor);
	slot = fd_table_slot(t, fd);
	return slot ? slot->description : NULL;
}

struct listing {
	struct fd_state *state;
	struct fd_table *table;
	struct fd_actor actor;
};

static void found(void *context, int fd)
{
	const struct listing *l = context;
	struct fd_slot *slot = fd_table_slot(l->table, fd);

	if (!slot || !slot->description) {
		fd_resolve(l->state, l->table, l->table->tid, fd, FD_OP_FOUND, l->actor);
		slot = fd_table_slot(l->table, fd);
	}
	if (slot)
		slot->seen = l->table->sweep;
}

static bool list(struct fd_state *s, struct fd_table *t, struct fd_actor actor)
{
	struct listing l = { s, t, actor };

	t->sweep++;
	return t->tid > 0 && s->world.list_fds(s->world.context, t->tid, found, &l) >= 0;
}

void fd_resolve_all(struct fd_state *s, struct fd_table *t, struct fd_actor actor)
{
	list(s, t, actor);
}

void fd_after_exec(struct fd_state *s, struct fd_table *t, struct fd_actor actor)
{
	bool listed = list(s, t, actor);

	for (size_t i = 0; i < t->capacity; i++) {
		struct fd_slot *slot = &t->slots[i];

		if (!slot->description)
			continue;
		if (listed ? slot->seen != t->sweep : slot->cloexec)
			fd_table_close(s, t, slot, FD_OP_EXEC_CLOSE, actor);
		else
			slot->cloexec = false;
	}
}

static void verify_one(void *context, int fd)
{
	const struct listing *l = context;
	struct fd_slot *slot = fd_table_slot(l->table, fd);

	if (slot && slot->description && fd_probe_now(l->state, l->table->tid, fd, false) &&
		(slot->description->device != l->state->probe.device || slot->description->inode != l->state->probe.inode))
		fd_table_close(l->state, l->table, slot, FD_OP_CLOSE, l->actor);
	found(context, fd);
}

void fd_verify(struct fd_state *s, struct fd_table *t, struct fd_actor actor)
{
	struct listing l = { s, t, actor };

	t->sweep++;
	if (t->tid <= 0 || s->world.list_fds(s->world.context, t->tid, verify_one, &l) < 0)
		return;
	for (size_t i = 0; i < t->capacity; i++) {
		struct fd_slot *slot = &t->slots[i];

		if (slot->description && slot->seen != t->sweep)
			fd_table_close(s, t, slot, FD_OP_CLOSE, actor);
	}
}
