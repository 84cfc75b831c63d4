/*
 * The interface of fd state: files tables in a process's life, a system call's entry and exit, look-ups.
 * Must not live here: how a table keeps its slots, what each effect does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "fd_internal.h"

int fd_state_new(const struct fd_world *world, struct fd_state **out)
{
	struct fd_state *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->world = *world;
	*out = s;
	return 0;
}

void fd_state_look_at_opens(struct fd_state *s)
{
	s->looks_at_opens = true;
}

void fd_state_free(struct fd_state *s)
{
	if (!s)
		return;
	for (uint32_t id = 1; id <= s->tables_count; id++) {
		if (s->tables[id])
			fd_table_destroy(s, s->tables[id]);
	}
	free(s->tables);
	fd_messages_forget(s);
	fd_descriptions_free(s);
	free(s);
}

/* Before the table's first row, so that a reader knows whose it is. */
static void say_apart(struct fd_state *s, const struct fd_user *user, uint32_t table)
{
	struct row_thread_files row = { .thread = user->thread, .files = table };

	if (!user->apart)
		return;
	row.seq = s->world.sequence(s->world.context);
	row.time = s->world.now(s->world.context);
	s->world.add_thread_files(s->world.context, &row);
}

uint32_t fd_state_table_found(struct fd_state *s, const struct fd_user *user)
{
	struct fd_table *t = fd_table_new(s, user->tid);

	if (!t)
		return 0;
	say_apart(s, user, t->id);
	fd_resolve_all(s, t, (struct fd_actor){ .process = user->process });
	return t->id;
}

static uint32_t copy_for(struct fd_state *s, const struct fd_table *t, const struct fd_user *user, pid_t tid)
{
	struct fd_table *copy = fd_table_new(s, tid);

	if (!copy)
		return 0;
	say_apart(s, user, copy->id);
	fd_table_copy(s, t, copy, (struct fd_actor){ .process = user->process });
	return copy->id;
}

uint32_t fd_state_table_fork(struct fd_state *s, uint32_t parent_table, const struct fd_user *child, bool shares_files)
{
	struct fd_table *t = fd_table_get(s, parent_table);

	if (!t)
		return 0;
	if (!shares_files)
		return copy_for(s, t, child, child->tid);
	t->refs++;
	say_apart(s, child, t->id);
	return t->id;
}

uint32_t fd_state_table_unshare(struct fd_state *s, uint32_t table, const struct fd_user *user)
{
	struct fd_table *t = fd_table_get(s, table);
	uint32_t own;

	if (!t || t->refs == 1)
		return table;
	own = copy_for(s, t, user, user->tid);
	if (!own)
		return table;
	t->refs--;
	if (t->tid == user->tid)
		t->tid = 0; /* no longer one of its users */
	return own;
}

uint32_t fd_state_table_exec(struct fd_state *s, uint32_t table, const struct fd_user *user, uint64_t event)
{
	uint32_t own = fd_state_table_unshare(s, table, user);
	struct fd_table *t = fd_table_get(s, own);

	if (t) {
		t->tid = user->tid; /* the leader's, whichever thread it was before */
		fd_after_exec(s, t, (struct fd_actor){ user->process, event + 1 });
	}
	return own;
}

void fd_state_table_release(struct fd_state *s, uint32_t table, pid_t tid, pid_t stand_in)
{
	struct fd_table *t = fd_table_get(s, table);

	if (t && t->tid == tid)
		t->tid = stand_in;
	if (t && --t->refs == 0)
		fd_table_destroy(s, t);
}

struct fd_actor fd_actor_of(const struct fd_call *call)
{
	return (struct fd_actor){ call->process, call->event + 1 };
}

/* What a number refers to, asked of proc when the table doesn't know. */
static struct fd_slot *slot_in_use(struct fd_state *s, struct fd_table *t, pid_t tid, int fd, struct fd_actor actor)
{
	struct fd_slot *slot = fd_table_slot(t, fd);

	if (slot && slot->description)
		return slot;
	return fd_resolve(s, t, tid, fd, FD_OP_FOUND, actor) ? fd_table_slot(t, fd) : NULL;
}

const struct fd_description *fd_number_now(struct fd_state *s, const struct fd_call *call, int fd)
{
	struct fd_table *t = fd >= 0 ? fd_table_get(s, call->files) : NULL;
	const struct fd_slot *slot = t ? slot_in_use(s, t, call->tid, fd, fd_actor_of(call)) : NULL;

	return slot ? slot->description : NULL;
}

void fd_call_touches(struct fd_state *s, struct fd_call *call, int fd)
{
	const struct fd_description *d;

	if (fd < 0)
		return;
	call->fd = fd;
	call->cls = FD_CLASS_OTHER; /* until it is known: a number that refers to nothing */
	d = fd_number_now(s, call, fd);
	if (!d)
		return;
	call->description = d->id;
	call->cls = d->cls;
}

static bool is_descriptor(const struct syscall_row *row, int arg)
{
	return arg >= 0 && arg < row->argc && (row->args[arg].kind == ARG_FD || row->args[arg].kind == ARG_FD_AT);
}

static void touch_enter(struct fd_state *s, struct fd_call *call)
{
	const struct syscall_row *row = call->row;

	switch (row->touch) {
	case TOUCH_FD:
		if (row->touch_arg >= 0)
			fd_call_touches(s, call, (int)call->args[row->touch_arg]);
		break;
	case TOUCH_PATH:
		if (row->touch_arg >= 0)
			fd_path_enter(s, call);
		break;
	case TOUCH_POLL:
		if (is_descriptor(row, row->touch_arg))
			fd_call_touches(s, call, (int)call->args[row->touch_arg]);
		call->cls = FD_CLASS_POLL;
		break;
	default: break;
	}
}

/* Calls that may change a files table; how a fork or an exec does is seen otherwise. */
static bool may_change(const struct fd_call *call)
{
	uint8_t effect = call->row->effect;

	return effect == EFFECT_RECVMSG || effect == EFFECT_RECVMMSG || (fd_effect_of(effect)->exit && effect != EFFECT_FORK);
}

static void begin_change(const struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	call->changes_before = t ? t->changes : 0;
	call->newest_before = s->newest;
	call->changing = t && may_change(call);
	if (call->changing)
		t->changing++;
}

static void end_change(struct fd_table *t, struct fd_call *call)
{
	if (t && call->changing && t->changing > 0)
		t->changing--;
	call->changing = false;
}

bool fd_state_unsettled(const struct fd_state *s, const struct fd_call *call)
{
	const struct fd_table *t = fd_table_get(s, call->files);

	return t && t->refs > 1 && (t->changing > 0 || t->changes != call->changes_before);
}

void fd_state_table_verify(struct fd_state *s, uint32_t table, const struct fd_user *user)
{
	struct fd_table *t = fd_table_get(s, table);

	if (!t)
		return;
	t->tid = user->tid;
	fd_verify(s, t, (struct fd_actor){ .process = user->process });
}

/* ties: whether other descriptors than the call's own are noted, and what leaves with a message. */
static void enter(struct fd_state *s, struct fd_call *call, bool ties)
{
	struct fd_table *t = fd_table_get(s, call->files);
	const struct fd_effect *effect;

	call->fd = -1;
	call->description = 0;
	call->cls = FD_CLASS_NONE;
	call->table_changed_to = 0;
	call->path_rewritten = false;
	memset(call->scratch, 0, sizeof(call->scratch));
	if (t)
		t->tid = call->tid;
	if (!call->row)
		return;
	if (ties) {
		begin_change(s, t, call);
		fd_places_enter(s, call);
	}
	touch_enter(s, call);
	if (ties)
		fd_ties_enter(s, t, call);
	effect = fd_effect_of(call->row->effect);
	if (t && effect->enter)
		effect->enter(s, t, call);
}

void fd_state_enter(struct fd_state *s, struct fd_call *call)
{
	enter(s, call, true);
}

/* Without an event nothing is marked as closing: the mark would be 0 (begin_close). */
void fd_state_look(struct fd_state *s, struct fd_call *call)
{
	uint64_t event = call->event;

	call->event = UINT64_MAX;
	enter(s, call, false);
	call->event = event;
}

/* The kernel does not know a number that we thought open: it was closed unseen (or is open for the other direction only). */
static void check_refused(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_slot *slot = fd_table_slot(t, call->fd);

	if (!slot || !slot->description || fd_probe_now(s, call->tid, call->fd, false))
		return;
	fd_table_close(s, t, slot, FD_OP_CLOSE, (struct fd_actor){ call->process, slot->closing_event });
	call->description = 0;
	if (call->row->touch == TOUCH_FD)
		call->cls = FD_CLASS_OTHER;
}

void fd_state_exit(struct fd_state *s, struct fd_call *call)
{
	struct fd_table *t = fd_table_get(s, call->files);
	const struct fd_effect *effect;

	if (!call->row)
		return;
	if (call->row->touch == TOUCH_PATH)
		fd_path_exit(s, call);
	end_change(t, call);
	fd_places_exit(s, call);
	effect = fd_effect_of(call->row->effect);
	if (t && effect->exit)
		effect->exit(s, t, call);
	fd_ties_exit(s, t, call);
	if (t && call->ret == -EBADF && call->fd >= 0)
		check_refused(s, t, call);
}

uint64_t fd_state_lookup(struct fd_state *s, uint32_t table, pid_t tid, uint32_t process, int fd)
{
	struct fd_table *t = fd_table_get(s, table);
	const struct fd_slot *slot = t && fd >= 0 ? slot_in_use(s, t, tid, fd, (struct fd_actor){ .process = process }) : NULL;

	return slot ? slot->description->id : 0;
}

void fd_state_closed_unseen(struct fd_state *s, uint32_t table, uint32_t process, uint64_t event, int fd, uint64_t description)
{
	struct fd_table *t = fd_table_get(s, table);
	struct fd_slot *slot = t && fd >= 0 ? fd_table_slot(t, fd) : NULL;

	if (slot && slot->description && slot->description->id == description)
		fd_table_close(s, t, slot, FD_OP_CLOSE, (struct fd_actor){ process, event + 1 });
}

const char *fd_state_name(const struct fd_state *s, uint64_t description, uint8_t *cls)
{
	const struct fd_description *d = fd_description_by_id(s, description);

	*cls = d ? d->cls : FD_CLASS_NONE;
	return d ? d->name : "";
}
