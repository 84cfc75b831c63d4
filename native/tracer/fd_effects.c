/*
 * What each effect of the system call table does to a files table, at entry and at exit. Sockets are in fd_sockets.c.
 * Must not live here: names of system calls; a row's effect and argument kinds say all that is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/major.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "fd_internal.h"

#define PTMX_MINOR 2 /* Documentation/admin-guide/devices.txt */

void fd_call_obtained(
	struct fd_state *s, struct fd_table *t, struct fd_call *call, int fd, struct fd_description *d, bool cloexec)
{
	call->fd = fd;
	call->description = d->id;
	call->cls = d->cls;
	fd_table_install(s, t, fd, d, FD_OP_OPEN, cloexec, fd_actor_of(call));
}

void fd_call_made(struct fd_state *s, struct fd_table *t, struct fd_call *call, int fd, struct fd_description *d, bool cloexec)
{
	fd_table_install(s, t, fd, d, FD_OP_OPEN, cloexec, fd_actor_of(call));
	fd_tie(s, call, fd, d->id, call->row->effect == EFFECT_ACCEPT ? TIE_ROLE_ACCEPTED : TIE_ROLE_OTHER_END, 0);
}

bool fd_read_pair(struct fd_state *s, const struct fd_call *call, uint64_t address, int pair[2])
{
	return s->world.read_memory(s->world.context, call->tid, address, pair, 2 * sizeof(int)) >= 0 && pair[0] >= 0 &&
	       pair[1] >= 0;
}

/*
 * Since the call's entry another one has obtained the number, and proc has that one's file there, not d (NULL: unknown): what this
 * one obtained was closed before its exit was seen.
 */
static bool overtaken(
	struct fd_state *s, const struct fd_table *t, const struct fd_call *call, int fd, const struct fd_description *d)
{
	const struct fd_slot *slot = fd_table_slot(t, fd);
	const struct fd_description *now = slot ? slot->description : NULL;

	if (!now || slot->found || slot->installed <= call->changes_before || now == d)
		return false;
	return fd_probe_now(s, call->tid, fd, false) && s->probe.device == now->device && s->probe.inode == now->inode &&
	       !(d && d->device == now->device && d->inode == now->inode);
}

/* A call that obtained a number of which only proc knows more. */
static void obtained_from_proc(struct fd_state *s, struct fd_table *t, struct fd_call *call, int fd, bool is_result)
{
	struct fd_description *d = fd_resolve(s, t, call->tid, fd, FD_OP_OPEN, fd_actor_of(call));

	if (!is_result)
		return;
	call->fd = fd;
	call->description = d ? d->id : 0;
	call->cls = d ? d->cls : FD_CLASS_OTHER;
}

/* O_CLOEXEC as the arguments say it. False: they don't say. */
static bool open_flags(const struct fd_call *call, uint64_t *flags)
{
	for (int i = 0; i < call->row->argc && i < 6; i++) {
		if (call->row->args[i].kind == ARG_FLAGS) {
			*flags = call->args[i];
			return true;
		}
	}
	return false;
}

static bool is_pty_master(const struct fd_probe *p)
{
	return S_ISCHR(p->mode) && major((dev_t)p->special) == TTYAUX_MAJOR && minor((dev_t)p->special) == PTMX_MINOR;
}

/* A later call of another thread used the number before this one's exit was seen: it was found in proc then. */
static struct fd_description *found_meanwhile(
	const struct fd_state *s, const struct fd_table *t, const struct fd_call *call, int fd)
{
	const struct fd_slot *slot = fd_table_slot(t, fd);

	if (!slot || !slot->description || !slot->found || slot->description->id <= call->newest_before)
		return NULL;
	if (slot->description->device != s->probe.device || slot->description->inode != s->probe.inode)
		return NULL;
	return slot->description;
}

static void open_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *d;
	uint64_t flags = 0;
	bool known = open_flags(call, &flags);
	int fd = (int)call->ret;

	if (call->ret < 0)
		return;
	call->fd = fd;
	if (overtaken(s, t, call, fd, NULL))
		return;
	if (!fd_probe_opened(s, call->tid, fd, !known, call->scratch[3]))
		return;
	if (known) {
		call->path_rewritten = fd_path_rewritten(s, call, flags);
		if (is_pty_master(&s->probe)) /* which pair it is of, proc says beside its flags */
			fd_probe_now(s, call->tid, fd, true);
		s->probe.cloexec = flags & O_CLOEXEC;
		s->probe.access = (uint8_t)((flags & O_ACCMODE) + 1);
	}
	d = found_meanwhile(s, t, call, fd);
	if (d) {
		call->description = d->id;
		call->cls = d->cls;
		return;
	}
	/* Or duplicated it to another number. */
	d = fd_description_shared(s, call->tid, fd, s->probe.device, s->probe.inode, call->newest_before);
	if (!d)
		d = fd_describe_probed(s, call->tid, fd, false, fd_actor_of(call).event);
	if (d)
		fd_call_obtained(s, t, call, fd, d, s->probe.cloexec);
}

static void new_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	(void)s;
	(void)t;
	if (call->row->touch == TOUCH_NONE)
		call->cls = call->row->effect_class;
}

/* A pidfd is told from another by the process that it stands for. */
static void name_new(struct fd_state *s, const struct fd_call *call)
{
	size_t length;

	if (!s->probe.name[0] && call->row->effect_name)
		snprintf(s->probe.name, sizeof(s->probe.name), "%s", call->row->effect_name);
	fd_name_of(&s->probe, s->text, sizeof(s->text));
	length = strlen(s->text);
	if (call->row->argc > 0 && call->row->args[0].kind == ARG_PID)
		snprintf(s->text + length, sizeof(s->text) - length, ":[%d]", (int)call->args[0]);
}

static void new_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *d;
	struct fd_facts facts = { .name = s->text, .cls = call->row->effect_class };

	if (call->ret < 0)
		return;
	fd_probe_now(s, call->tid, (int)call->ret, true);
	name_new(s, call);
	facts.access = s->probe.access;
	facts.device = s->probe.device;
	facts.inode = s->probe.inode;
	d = fd_description_new(s, &facts, fd_actor_of(call).event);
	if (d)
		fd_call_obtained(s, t, call, (int)call->ret, d, s->probe.cloexec);
}

static void pipe_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	(void)s;
	(void)t;
	call->cls = FD_CLASS_PIPE;
}

/* Both ends have one inode and so one name; each is a description of its own. */
static void pipe_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_facts facts = { .cls = FD_CLASS_PIPE, .name = s->text, .access = O_RDONLY + 1 };
	struct fd_description *read_end, *write_end;
	bool cloexec = call->row->argc > 1 && (call->args[1] & O_CLOEXEC);
	int pair[2];

	if (call->ret < 0 || !fd_read_pair(s, call, call->args[0], pair))
		return;
	if (!fd_probe_now(s, call->tid, pair[0], false))
		snprintf(s->probe.name, sizeof(s->probe.name), "pipe");
	facts.device = s->probe.device;
	facts.inode = s->probe.inode;
	fd_name_of(&s->probe, s->text, sizeof(s->text));
	read_end = fd_description_new(s, &facts, fd_actor_of(call).event);
	if (!read_end)
		return;
	facts.peer = read_end->id;
	facts.access = O_WRONLY + 1;
	fd_call_obtained(s, t, call, pair[0], read_end, cloexec);
	write_end = fd_description_new(s, &facts, fd_actor_of(call).event);
	if (write_end)
		fd_call_made(s, t, call, pair[1], write_end, cloexec);
}

/* The new number refers to what the old one did at entry, even if that was closed meanwhile. */
static void duplicated(struct fd_state *s, struct fd_table *t, struct fd_call *call, int fd, bool cloexec)
{
	struct fd_description *d = fd_description_by_id(s, call->description);

	if (overtaken(s, t, call, fd, d))
		return;
	/* Another thread changed the table meanwhile: the old number may have been another file's when the kernel looked. */
	if (d && t->changes != call->changes_before) {
		if (!fd_probe_now(s, call->tid, fd, false)) /* and has closed the new one since */
			return;
		if (s->probe.device != d->device || s->probe.inode != d->inode)
			d = NULL;
	}
	if (d)
		fd_table_install(s, t, fd, d, FD_OP_DUP, cloexec, fd_actor_of(call));
	else
		obtained_from_proc(s, t, call, fd, false);
	fd_tie(s, call, fd, d ? d->id : 0, TIE_ROLE_DUPLICATE, 0);
}

/* What is duplicated may be closed by another thread meanwhile: it stays the same description. */
static void dup_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_description *d = call->event == UINT64_MAX ? NULL : fd_description_by_id(s, call->description);

	(void)t; /* without an event it is looked at only (fd_state_look): no exit follows */
	call->scratch[3] = d ? d->id : 0;
	if (d)
		d->refs++;
}

static void dup_release(struct fd_state *s, struct fd_call *call)
{
	struct fd_description *d = fd_description_by_id(s, call->scratch[3]);

	call->scratch[3] = 0;
	if (d)
		fd_description_release(s, d);
}

static void dup_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	if (call->ret >= 0)
		duplicated(s, t, call, (int)call->ret, false);
	dup_release(s, call);
}

/*
 * A close is tentative from its entry: the kernel may have closed the number, and another thread obtained it anew, before
 * we see the exit. scratch[1], scratch[2]: the number and its generation, so that exit closes nothing newer.
 */
static void begin_close(struct fd_table *t, struct fd_call *call, int fd)
{
	struct fd_slot *slot = fd_table_slot(t, fd);

	if (!slot || !slot->description)
		return;
	call->scratch[1] = (uint64_t)fd;
	call->scratch[2] = slot->generation;
	if (!slot->closing_event)
		slot->closing_event = call->event + 1;
}

static struct fd_slot *being_closed(const struct fd_table *t, const struct fd_call *call)
{
	struct fd_slot *slot = call->scratch[2] ? fd_table_slot(t, (int)call->scratch[1]) : NULL;

	return slot && slot->description && slot->generation == call->scratch[2] ? slot : NULL;
}

static void restore(struct fd_slot *slot, const struct fd_call *call)
{
	if (slot && slot->closing_event == call->event + 1)
		slot->closing_event = 0;
}

static void close_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	(void)s;
	begin_close(t, call, (int)call->args[0]);
}

/*
 * The number has another generation than at entry, or none was known then: of the call by which it came here and of this close,
 * the exits need not be seen in the order in which the kernel did them.
 */
static void check_newer(struct fd_state *s, struct fd_table *t, const struct fd_call *call)
{
	struct fd_slot *slot = fd_table_slot(t, (int)call->args[0]);

	if (slot && slot->description && !slot->closing_event && !fd_probe_now(s, call->tid, slot->fd, false))
		fd_table_close(s, t, slot, FD_OP_CLOSE, fd_actor_of(call));
}

/* On Linux every close but one of a number that isn't open closes it, whatever else it returns (close(2)). */
static void close_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_slot *slot = being_closed(t, call);

	if (!slot) {
		if (call->ret != -EBADF)
			check_newer(s, t, call);
		return;
	}
	if (call->ret == -EBADF)
		restore(slot, call);
	else
		fd_table_close(s, t, slot, FD_OP_CLOSE, fd_actor_of(call));
}

static void dup2_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	dup_enter(s, t, call);
	if ((int)call->args[0] != (int)call->args[1])
		begin_close(t, call, (int)call->args[1]);
}

static void dup2_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	bool same = (int)call->args[0] == (int)call->args[1];

	if (call->ret < 0)
		restore(being_closed(t, call), call);
	else if (!same)
		duplicated(s, t, call, (int)call->ret, call->row->argc > 2 && (call->args[2] & O_CLOEXEC));
	dup_release(s, call);
}

static bool duplicates(const struct fd_call *call)
{
	return (int)call->args[1] == F_DUPFD || (int)call->args[1] == F_DUPFD_CLOEXEC;
}

static void fcntl_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	if (duplicates(call))
		dup_enter(s, t, call);
}

static void fcntl_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	struct fd_slot *slot;

	if (duplicates(call)) {
		if (call->ret >= 0)
			duplicated(s, t, call, (int)call->ret, (int)call->args[1] == F_DUPFD_CLOEXEC);
		dup_release(s, call);
		return;
	}
	slot = call->ret >= 0 && (int)call->args[1] == F_SETFD ? fd_table_slot(t, (int)call->args[0]) : NULL;
	if (slot)
		slot->cloexec = call->args[2] & FD_CLOEXEC;
}

static bool in_range(const struct fd_slot *slot, const struct fd_call *call)
{
	return slot->description && (unsigned)slot->fd >= (unsigned)call->args[0] &&
	       (unsigned)slot->fd <= (unsigned)call->args[1];
}

static void close_range_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	(void)s;
	if (call->args[2] & (CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE))
		return;
	for (size_t i = 0; i < t->capacity; i++) {
		if (in_range(&t->slots[i], call) && !t->slots[i].closing_event)
			t->slots[i].closing_event = call->event + 1;
	}
}

/* Only what was marked at entry: a number obtained since then is another's. A table of one's own has no others. */
static void close_range_apply(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	bool unshared = call->args[2] & CLOSE_RANGE_UNSHARE;

	for (size_t i = 0; i < t->capacity; i++) {
		struct fd_slot *slot = &t->slots[i];

		if (!in_range(slot, call))
			continue;
		if (call->args[2] & CLOSE_RANGE_CLOEXEC)
			slot->cloexec = true;
		else if (unshared || slot->closing_event == call->event + 1)
			fd_table_close(s, t, slot, FD_OP_CLOSE, fd_actor_of(call));
	}
}

static void change_table(struct fd_state *s, struct fd_call *call)
{
	struct fd_user user = { .tid = call->tid, .process = call->process, .thread = call->thread, .apart = call->has_others };
	bool unsettled = fd_state_unsettled(s, call);
	uint32_t own = fd_state_table_unshare(s, call->files, &user);

	if (own == call->files)
		return;
	call->table_changed_to = own;
	if (unsettled)
		fd_state_table_verify(s, own, &user);
}

static void close_range_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	if (call->ret < 0) {
		for (size_t i = 0; i < t->capacity; i++)
			restore(&t->slots[i], call);
		return;
	}
	if (call->args[2] & CLOSE_RANGE_UNSHARE)
		change_table(s, call);
	if (call->table_changed_to)
		t = fd_table_get(s, call->table_changed_to);
	close_range_apply(s, t, call);
}

static void unshare_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	(void)t;
	if (call->ret == 0 && (call->args[0] & CLONE_FILES))
		change_table(s, call);
}

static void getfd_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	if (call->ret >= 0)
		obtained_from_proc(s, t, call, (int)call->ret, true);
}

/* CLONE_PIDFD: the kernel stored a descriptor for the child. Its flags and place: two words of struct clone_args, or arguments. */
static void fork_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	uint64_t words[2] = { call->args[0], call->args[2] };
	int fd;

	if (call->ret <= 0 || call->row->argc == 0)
		return;
	if (call->row->args[0].kind == ARG_STRUCT &&
		s->world.read_memory(s->world.context, call->tid, call->args[0], words, sizeof(words)) < 0)
		return;
	if ((words[0] & CLONE_PIDFD) && s->world.read_memory(s->world.context, call->tid, words[1], &fd, sizeof(fd)) >= 0)
		obtained_from_proc(s, t, call, fd, false);
}

const struct fd_effect *fd_effect_of(uint8_t effect)
{
	static const struct fd_effect effects[] = {
		[EFFECT_OPEN] = { NULL, open_exit },
		[EFFECT_NEW] = { new_enter, new_exit },
		[EFFECT_SOCKET] = { fd_socket_enter, fd_socket_exit },
		[EFFECT_PIPE] = { pipe_enter, pipe_exit },
		[EFFECT_SOCKETPAIR] = { fd_socket_enter, fd_socketpair_exit },
		[EFFECT_ACCEPT] = { NULL, fd_accept_exit },
		[EFFECT_CONNECT] = { NULL, fd_address_exit },
		[EFFECT_BIND] = { NULL, fd_address_exit },
		[EFFECT_DUP] = { dup_enter, dup_exit },
		[EFFECT_DUP2] = { dup2_enter, dup2_exit },
		[EFFECT_FCNTL] = { fcntl_enter, fcntl_exit },
		[EFFECT_CLOSE] = { close_enter, close_exit },
		[EFFECT_CLOSE_RANGE] = { close_range_enter, close_range_exit },
		[EFFECT_PIDFD_GETFD] = { NULL, getfd_exit },
		[EFFECT_FORK] = { NULL, fork_exit },
		[EFFECT_UNSHARE] = { NULL, unshare_exit },
	};
	static const struct fd_effect nothing;

	return effect < sizeof(effects) / sizeof(effects[0]) ? &effects[effect] : &nothing;
}
