/*
 * Paths that another thread rewrote between our copy and the kernel's: what an open obtained is compared with what the path as
 * copied leads to. Said only where nothing else explains the difference: see fd_path_rewritten().
 * Must not live here: opens themselves (fd_effects.c), classes of paths (fd_paths.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include "fd_internal.h"

/* scratch of an open whose path was kept */
enum { KEPT_PLACES = 1, KEPT_TIME = 2 };

static bool changes_places(uint8_t effect)
{
	return effect == EFFECT_CHDIR || effect == EFFECT_FCHDIR || effect == EFFECT_CHROOT || effect == EFFECT_UNSHARE;
}

void fd_places_enter(struct fd_state *s, const struct fd_call *call)
{
	if (!changes_places(call->row->effect))
		return;
	s->places_changed++;
	s->places_changing++;
}

void fd_places_exit(struct fd_state *s, const struct fd_call *call)
{
	if (!changes_places(call->row->effect))
		return;
	s->places_changed++;
	if (s->places_changing > 0)
		s->places_changing--;
}

void fd_path_keep(struct fd_state *s, struct fd_call *call)
{
	size_t length = call->path ? strlen(call->path) : 0;

	if (!call->kept_path)
		return;
	call->kept_path[0] = '\0';
	if (length == 0 || length >= FD_PATH_BYTES || s->places_changing > 0)
		return;
	memcpy(call->kept_path, call->path, length + 1);
	call->scratch[KEPT_PLACES] = s->places_changed + 1;
	call->scratch[KEPT_TIME] = s->world.now(s->world.context);
}

static bool leads_to(struct fd_state *s, const struct fd_call *call, int directory, const char *path, bool follow)
{
	struct fd_probe *p = &s->other;

	p->want_flags = false;
	p->known_name = NULL;
	return s->world.probe_path(s->world.context, call->tid, directory, path, follow, p) == 0 &&
	       p->device == s->probe.device && p->inode == s->probe.inode;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Things whose path and descriptor can be held against each other at all: not what magic links of proc lead to. */
static bool is_comparable(const struct fd_state *s, const struct fd_call *call)
{
	const struct fd_probe *p = &s->probe;
	bool by_path = S_ISREG(p->mode) || S_ISDIR(p->mode) || S_ISCHR(p->mode) || S_ISBLK(p->mode);

	if (!by_path || p->name[0] != '/' || fd_class_of(p) == FD_CLASS_KERNEL_FILE)
		return false;
	/* A file of a lower layer that was written to meanwhile is another one: its name is the same. */
	return p->filesystem != OVERLAYFS_SUPER_MAGIC || strcmp(last_part(p->name), last_part(call->kept_path)) != 0;
}

/* The path in memory now; where that leads elsewhere, to what was opened, it was rewritten. */
static bool now_leads_there(struct fd_state *s, const struct fd_call *call, int directory, bool follow)
{
	return fd_path_read(s, call) && strcmp(s->text, call->kept_path) != 0 && leads_to(s, call, directory, s->text, follow);
}

/*
 * What the file system did meanwhile is told from what the memory did like this. The path as copied does not lead to what was
 * opened, but that one's own name does (so it wasn't removed or renamed, and inode numbers are stable). And either what stands in
 * memory now leads there, or no directory on the path, none of them a symbolic link, has changed since before the call, nor has
 * any thread's working directory or root. Opens of names without a directory (O_TMPFILE), and by other arguments (openat2), are
 * left out; so is a directory descriptor whose number was closed meanwhile.
 */
static bool is_rewritten(struct fd_state *s, const struct fd_call *call, uint64_t flags)
{
	const struct fd_probe *p = &s->probe;
	const struct fd_table *t = fd_table_get(s, call->files);
	int directory, settled;
	const struct fd_slot *slot;
	bool follow = !(flags & O_NOFOLLOW);

	if (!call->kept_path || !call->kept_path[0] || call->scratch[KEPT_PLACES] != s->places_changed + 1 ||
		(flags & O_TMPFILE) == O_TMPFILE)
		return false;
	if (strcmp(call->kept_path, p->name) == 0)
		return false;
	if (p->known_name && p->known_device == p->device && p->known_inode == p->inode) /* the path came to it before */
		return false;
	if (!is_comparable(s, call))
		return false;
	directory = fd_path_directory(call);
	if (call->kept_path[0] != '/' && directory != AT_FDCWD) {
		slot = t ? fd_table_slot(t, directory) : NULL;
		if (!slot || !slot->description || slot->closing_event || slot->opened_event > call->event)
			return false;
	}
	if (leads_to(s, call, directory, call->kept_path, follow) || !leads_to(s, call, AT_FDCWD, p->name, false))
		return false;
	settled = s->world.path_settled(s->world.context, call->tid, directory, call->kept_path,
		s->world.now(s->world.context) - call->scratch[KEPT_TIME]);
	return settled > 0 || (settled == 0 && now_leads_there(s, call, directory, follow));
}

bool fd_path_rewritten(struct fd_state *s, struct fd_call *call, uint64_t flags)
{
	struct fd_known_name *known;

	if (!is_rewritten(s, call, flags))
		return false;
	known = fd_name_expected(s, call->scratch[3]);
	if (known) /* it is not this path that leads there */
		known->inode = 0;
	return true;
}
