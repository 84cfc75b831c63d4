/*
 * Calls by path: the class of what the path names, as it was when the call began.
 * Must not live here: what an open obtains (fd_effects.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "fd_internal.h"

/* scratch[0] of a call by path */
#define BY_PATH     1u
#define WAS_MISSING 2u

static const struct syscall_arg *arg_named_flags(const struct syscall_row *row, const struct fd_call *call, uint64_t *value)
{
	for (int i = 0; i < row->argc && i < 6; i++) {
		if (row->args[i].kind == ARG_FLAGS && strcmp(row->args[i].name, "flags") == 0) {
			*value = call->args[i];
			return &row->args[i];
		}
	}
	return NULL;
}

static bool has_directory(const struct syscall_row *row)
{
	return row->touch_arg > 0 && row->args[row->touch_arg - 1].kind == ARG_FD_AT;
}

int fd_path_directory(const struct fd_call *call)
{
	return has_directory(call->row) ? (int)call->args[call->row->touch_arg - 1] : AT_FDCWD;
}

static bool follows_last_link(const struct fd_call *call)
{
	uint64_t flags;

	if (call->row->flags & ROW_NO_FOLLOW)
		return false;
	if (!arg_named_flags(call->row, call, &flags))
		return true;
	if (call->row->effect == EFFECT_OPEN)
		return !(flags & O_NOFOLLOW);
	return !has_directory(call->row) || !(flags & AT_SYMLINK_NOFOLLOW);
}

static bool probe(struct fd_state *s, struct fd_call *call, const char *path)
{
	struct fd_probe *p = &s->probe;

	p->want_flags = false;
	p->mode = 0;
	p->device = p->inode = p->special = p->filesystem = 0;
	p->name[0] = '\0';
	if (s->world.probe_path(s->world.context, call->tid, fd_path_directory(call), path, follows_last_link(call), p) < 0)
		return false;
	p->name[0] = '\0'; /* what names an anonymous inode is a descriptor's link only */
	call->cls = fd_class_of(p);
	return true;
}

/* AT_EMPTY_PATH, or a null path as in futimens(3): the call is about the directory descriptor itself. */
static bool is_about_descriptor(const struct fd_call *call)
{
	bool empty = call->path ? call->path[0] == '\0' : call->args[call->row->touch_arg] == 0;

	return empty && fd_path_directory(call) >= 0;
}

void fd_path_enter(struct fd_state *s, struct fd_call *call)
{
	if (is_about_descriptor(call)) {
		fd_call_touches(s, call, fd_path_directory(call));
		return;
	}
	call->scratch[0] = BY_PATH;
	call->cls = FD_CLASS_FILE;
	if (call->row->effect == EFFECT_OPEN) { /* its exit tells; a look here as well would be a tenth of an open's recording */
		call->scratch[3] = call->path ? fd_name_expect(s, call->path) : 0;
		fd_path_keep(s, call);
		if (s->looks_at_opens && call->path && call->path[0])
			probe(s, call, call->path);
		return;
	}
	if (!call->path || !probe(s, call, call->path[0] ? call->path : "."))
		call->scratch[0] |= WAS_MISSING;
}

/* The path again, since what entry saw is gone: whole pages, so that its end may lie before an unmapped one. */
bool fd_path_read(struct fd_state *s, const struct fd_call *call)
{
	uint64_t address = call->args[call->row->touch_arg];
	size_t have = 0, limit = sizeof(s->text) < 4096 ? sizeof(s->text) : 4096;

	while (have < limit) {
		size_t length = 4096 - ((address + have) & 4095);

		if (length > limit - have)
			length = limit - have;
		if (s->world.read_memory(s->world.context, call->tid, address + have, s->text + have, length) < 0)
			return false;
		if (memchr(s->text + have, '\0', length))
			return true;
		have += length;
	}
	return false;
}

/* What a successful call did not find, it made: a directory, say. And a failed open was not looked up yet. */
static bool is_worth_a_look(const struct fd_call *call)
{
	if (call->row->effect == EFFECT_OPEN)
		return call->ret < 0;
	return call->ret >= 0 && (call->scratch[0] & WAS_MISSING) && call->row->effect == EFFECT_NONE;
}

void fd_path_exit(struct fd_state *s, struct fd_call *call)
{
	if (!(call->scratch[0] & BY_PATH))
		return;
	if (call->ret == -ENOENT)
		call->cls = FD_CLASS_FILE;
	else if (is_worth_a_look(call) && fd_path_read(s, call) && s->text[0])
		probe(s, call, s->text);
}
