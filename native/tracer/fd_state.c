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

void fd_state_free(struct fd_state *s)
{
	if (!s)
		return;
	for (uint32_t id = 1; id <= s->tables_count; id++) {
		if (s->tables[id])
			fd_table_destroy(s, s->tables[id]);
	}
	free(s->tables);
	fd_descriptions_free(s);
	free(s);
}

uint32_t fd_state_table_found(struct fd_state *s, pid_t pid, uint32_t process)
{
	struct fd_table *t = fd_table_new(s, pid);

	if (!t)
		return 0;
	fd_resolve_all(s, t, (struct fd_actor){ .process = process });
	return t->id;
}

uint32_t fd_state_table_fork(struct fd_state *s, uint32_t parent_table, uint32_t child_process, bool shares_files)
{
	struct fd_table *t = fd_table_get(s, parent_table);

	if (!t)
		return 0;
	if (shares_files) {
		t->refs++;
		return t->id;
	}
	t = fd_table_copy(s, t, (struct fd_actor){ .process = child_process });
	return t ? t->id : 0;
}

uint32_t fd_state_table_unshare(struct fd_state *s, uint32_t table, uint32_t process)
{
	struct fd_table *t = fd_table_get(s, table), *copy;

	if (!t || t->refs == 1)
		return table;
	copy = fd_table_copy(s, t, (struct fd_actor){ .process = process });
	if (!copy)
		return table;
	t->refs--;
	return copy->id;
}

uint32_t fd_state_table_exec(struct fd_state *s, uint32_t table, uint32_t process, uint64_t event)
{
	uint32_t own = fd_state_table_unshare(s, table, process);
	struct fd_table *t = fd_table_get(s, own);

	if (t)
		fd_after_exec(s, t, (struct fd_actor){ process, event + 1 });
	return own;
}

void fd_state_table_release(struct fd_state *s, uint32_t table)
{
	struct fd_table *t = fd_table_get(s, table);

	if (t && --t->refs == 0)
		fd_table_destroy(s, t);
}

struct fd_actor fd_actor_of(const struct fd_call *call)
{
	return (struct fd_actor){ call->process, call->event + 1 };
}

/* What a number refers to, asked of proc when the table doesn't know. */
static struct fd_slot *slot_in_use(struct fd_state *s, struct fd_table *t, pid_t pid, int fd, struct fd_actor actor)
{
	struct fd_slot *slot = fd_table_slot(t, fd);

	if (slot && slot->description)
		return slot;
	return fd_resolve(s, t, pid, fd, FD_OP_FOUND, actor) ? fd_table_slot(t, fd) : NULL;
}

void fd_call_touches(struct fd_state *s, struct fd_call *call, int fd)
{
	struct fd_table *t = fd_table_get(s, call->files);
	const struct fd_slot *slot;

	if (fd < 0)
		return;
	call->fd = fd;
	call->cls = FD_CLASS_OTHER; /* until it is known: a number that refers to nothing */
	slot = t ? slot_in_use(s, t, call->pid, fd, fd_actor_of(call)) : NULL;
	if (!slot)
		return;
	call->description = slot->description->id;
	call->cls = slot->description->cls;
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

void fd_state_enter(struct fd_state *s, struct fd_call *call)
{
	struct fd_table *t = fd_table_get(s, call->files);
	const struct fd_effect *effect;

	call->fd = -1;
	call->description = 0;
	call->cls = FD_CLASS_NONE;
	call->table_changed_to = 0;
	memset(call->scratch, 0, sizeof(call->scratch));
	if (t)
		t->pid = call->pid;
	if (!call->row)
		return;
	touch_enter(s, call);
	effect = fd_effect_of(call->row->effect);
	if (t && effect->enter)
		effect->enter(s, t, call);
}

/* The kernel does not know a number that we thought open: it was closed unseen (or is open for the other direction only). */
static void check_refused(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_slot *slot = fd_table_slot(t, call->fd);

	if (!slot || !slot->description || fd_probe_now(s, call->pid, call->fd, false))
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
	effect = fd_effect_of(call->row->effect);
	if (t && effect->exit)
		effect->exit(s, t, call);
	if (t && call->ret == -EBADF && call->fd >= 0)
		check_refused(s, t, call);
}

uint64_t fd_state_lookup(struct fd_state *s, uint32_t table, pid_t pid, uint32_t process, int fd)
{
	struct fd_table *t = fd_table_get(s, table);
	const struct fd_slot *slot = t && fd >= 0 ? slot_in_use(s, t, pid, fd, (struct fd_actor){ .process = process }) : NULL;

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
