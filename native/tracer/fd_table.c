/*
 * Files tables: number → slot, with generations. One exists per CLONE_FILES group; ids are never reused.
 * Must not live here: where a description comes from, what a system call does.
 */
#include <assert.h>
#include <stdlib.h>
#include "fd_internal.h"

struct fd_table *fd_table_new(struct fd_state *s, pid_t tid)
{
	struct fd_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	if (s->tables_count + 1 >= s->tables_capacity) {
		size_t capacity = s->tables_capacity ? s->tables_capacity * 2 : 64;
		struct fd_table **grown = realloc(s->tables, capacity * sizeof(struct fd_table *));

		if (!grown) {
			free(t);
			return NULL;
		}
		s->tables = grown;
		s->tables_capacity = capacity;
	}
	t->id = ++s->tables_count;
	t->refs = 1;
	t->tid = tid;
	s->tables[t->id] = t;
	return t;
}

struct fd_table *fd_table_get(const struct fd_state *s, uint32_t id)
{
	return id && id <= s->tables_count ? s->tables[id] : NULL;
}

/* The process is gone: its slots end with it, without rows. */
void fd_table_destroy(struct fd_state *s, struct fd_table *t)
{
	s->tables[t->id] = NULL;
	for (size_t i = 0; i < t->capacity; i++) {
		if (t->slots[i].description)
			fd_description_release(s, t->slots[i].description);
	}
	free(t->slots);
	free(t);
}

/*
 * Open addressing with the number itself as hash: small numbers lie in their order as in an array, and a number such as
 * 1,000,000 costs no more room than another. At most half of the places are used, so a search ends.
 */
static struct fd_slot *place_of(const struct fd_table *t, int fd)
{
	size_t i = (size_t)fd & (t->capacity - 1);

	while (t->slots[i].generation && t->slots[i].fd != fd)
		i = (i + 1) & (t->capacity - 1);
	return &t->slots[i];
}

struct fd_slot *fd_table_slot(const struct fd_table *t, int fd)
{
	struct fd_slot *slot;

	if (fd < 0 || !t->capacity)
		return NULL;
	slot = place_of(t, fd);
	return slot->generation ? slot : NULL;
}

static bool grow(struct fd_table *t)
{
	struct fd_table grown = *t;

	grown.capacity = t->capacity ? t->capacity * 2 : 16;
	grown.slots = calloc(grown.capacity, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t i = 0; i < t->capacity; i++) {
		if (t->slots[i].generation)
			*place_of(&grown, t->slots[i].fd) = t->slots[i];
	}
	free(t->slots);
	*t = grown;
	return true;
}

static struct fd_slot *claim(struct fd_table *t, int fd)
{
	struct fd_slot *slot;

	if ((t->count + 1) * 2 > t->capacity && !grow(t) && t->count + 1 >= t->capacity)
		return NULL;
	slot = place_of(t, fd);
	if (!slot->generation) {
		slot->fd = fd;
		t->count++;
	}
	return slot;
}

static void add_row(
	struct fd_state *s, const struct fd_table *t, const struct fd_slot *slot, enum fd_op op, struct fd_actor actor)
{
	struct row_fd row = {
		.seq = s->world.sequence(s->world.context),
		.time = s->world.now(s->world.context),
		.files = t->id,
		.process = actor.process,
		.fd = slot->fd,
		.generation = slot->generation,
		.op = (uint8_t)op,
		.flags = slot->cloexec ? FD_FLAG_CLOEXEC : 0,
		.description = slot->description->id,
		.event = actor.event,
	};

	s->world.add_fd(s->world.context, &row);
}

void fd_table_close(struct fd_state *s, struct fd_table *t, struct fd_slot *slot, enum fd_op op, struct fd_actor actor)
{
	struct fd_description *d = slot->description;

	assert(d);
	add_row(s, t, slot, op, actor);
	t->changes++;
	slot->description = NULL;
	slot->closing_event = 0;
	fd_description_release(s, d);
}

void fd_table_install(struct fd_state *s, struct fd_table *t, int fd, struct fd_description *d, enum fd_op op, bool cloexec,
	struct fd_actor actor)
{
	struct fd_slot *slot;

	d->refs++;
	slot = fd >= 0 ? claim(t, fd) : NULL;
	if (!slot) {
		fd_description_release(s, d);
		return;
	}
	/* A close whose end was not seen yet, or one that no call showed. */
	if (slot->description)
		fd_table_close(s, t, slot, FD_OP_CLOSE, (struct fd_actor){ actor.process, slot->closing_event });
	slot->generation++;
	slot->description = d;
	slot->closing_event = 0;
	slot->cloexec = cloexec;
	slot->opened_event = actor.event;
	slot->found = op == FD_OP_FOUND;
	slot->installed = ++t->changes;
	if (op != FD_OP_INHERIT) { /* the parent stays the holder: a new child's pid is not known yet */
		d->holder_table = t->id;
		d->holder_fd = fd;
	}
	add_row(s, t, slot, op, actor);
}

void fd_table_copy(struct fd_state *s, const struct fd_table *t, struct fd_table *copy, struct fd_actor actor)
{
	for (size_t i = 0; i < t->capacity; i++) {
		const struct fd_slot *slot = &t->slots[i];

		if (slot->description)
			fd_table_install(s, copy, slot->fd, slot->description, FD_OP_INHERIT, slot->cloexec, actor);
	}
}
