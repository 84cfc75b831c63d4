/* The arrays behind fd_state_world.h. Knows nothing of what fd state ought to do. */
#include <errno.h>
#define SYSCALLS_DEFINE_TABLE
#include "fd_state_world.h"

int failures;

static struct fake_fd *find_fd(struct fake_world *w, pid_t pid, int fd)
{
	for (int i = 0; i < w->fd_count; i++) {
		if (w->fds[i].pid == pid && w->fds[i].fd == fd)
			return &w->fds[i];
	}
	return NULL;
}

static int probe_fd(void *context, pid_t pid, int fd, struct fd_probe *out)
{
	struct fake_world *w = context;
	const struct fake_fd *f = find_fd(w, pid, fd);
	struct fd_probe asked = *out;
	bool want_flags = asked.want_flags;

	w->probes++;
	if (!f)
		return -ENOENT;
	*out = f->probe;
	out->want_flags = want_flags;
	if (asked.known_name && asked.known_device == out->device && asked.known_inode == out->inode)
		snprintf(out->name, sizeof(out->name), "%s", asked.known_name);
	else
		w->links++;
	out->cloexec = want_flags && f->cloexec;
	out->access = want_flags ? f->access : 0;
	return 0;
}

static int probe_path(void *context, pid_t pid, int dirfd, const char *path, bool follow, struct fd_probe *out)
{
	struct fake_world *w = context;

	(void)pid;
	w->path_probes++;
	for (int i = 0; i < w->path_count; i++) {
		const struct fake_path *p = &w->paths[i];

		if (strcmp(p->path, path) == 0 && p->dirfd == dirfd && (S_ISLNK(p->mode) ? !follow : p->follow == follow)) {
			out->mode = p->mode;
			out->filesystem = p->filesystem;
			return 0;
		}
	}
	return -ENOENT;
}

static int path_settled(void *context, pid_t pid, int dirfd, const char *path, uint64_t age_ns)
{
	const struct fake_world *w = context;

	(void)pid;
	(void)dirfd;
	(void)path;
	(void)age_ns;
	return w->settled;
}

static int list_fds(void *context, pid_t pid, void (*each)(void *each_context, int fd), void *each_context)
{
	struct fake_world *w = context;

	if (w->list_fails)
		return -EACCES;
	for (int i = 0; i < w->fd_count; i++) {
		if (w->fds[i].pid == pid)
			each(each_context, w->fds[i].fd);
	}
	return 0;
}

static int same_file(void *context, pid_t a, int fd_a, pid_t b, int fd_b)
{
	struct fake_world *w = context;
	const struct fake_fd *x = find_fd(w, a, fd_a), *y = find_fd(w, b, fd_b);

	w->kcmps++;
	return x && y ? x->file == y->file : -EBADF;
}

static int probe_socket(
	void *context, pid_t pid, int fd, uint64_t inode, uint8_t *cls, char *text, size_t size, struct fd_socket_peer *peer)
{
	struct fake_world *w = context;

	(void)pid;
	(void)fd;
	for (int i = w->socket_count - 1; i >= 0; i--) {
		if (w->sockets[i].inode != inode)
			continue;
		*cls = w->sockets[i].cls;
		*peer = (struct fd_socket_peer){ .inode = w->sockets[i].peer_inode };
		snprintf(text, size, "%s", w->sockets[i].text);
		return 0;
	}
	return -ENOENT;
}

static int list_watched(
	void *context, pid_t tid, int fd, void (*each)(void *each_context, int fd, uint64_t data), void *each_context)
{
	const struct fake_world *w = context;

	(void)tid;
	(void)fd;
	for (int i = 0; i < w->watched_count; i++)
		each(each_context, w->watched[i].fd, w->watched[i].data);
	return 0;
}

static const void *copied(void *context, int arg, size_t *length)
{
	const struct fake_world *w = context;

	*length = w->copied[arg].length;
	return w->copied[arg].bytes;
}

static int read_memory(void *context, pid_t pid, uint64_t address, void *buffer, size_t length)
{
	struct fake_world *w = context;

	(void)pid;
	if (address < w->memory_at || length > w->memory_length || address - w->memory_at > w->memory_length - length)
		return -EFAULT;
	memcpy(buffer, w->memory + (address - w->memory_at), length);
	return 0;
}

static uint64_t add_description(void *context, const struct row_description *row)
{
	struct fake_world *w = context;

	w->descriptions[++w->description_count % MAX_FAKE] = *row;
	return (uint64_t)w->description_count;
}

static void add_rename(void *context, const struct row_rename *row)
{
	struct fake_world *w = context;

	w->renames[w->rename_count++ % MAX_FAKE] = *row;
}

static void add_fd(void *context, const struct row_fd *row)
{
	struct fake_world *w = context;

	w->rows[w->row_count++ % 4096] = *row;
}

static void add_tie(void *context, const struct row_tie *row)
{
	struct fake_world *w = context;

	w->ties[w->tie_count++ % 4096] = *row;
}

static void add_thread_files(void *context, const struct row_thread_files *row)
{
	struct fake_world *w = context;

	w->apart[w->apart_count++ % MAX_FAKE] = *row;
}

static uint32_t intern(void *context, const char *bytes, size_t length)
{
	struct fake_world *w = context;
	int id = ++w->string_count % MAX_FAKE;

	snprintf(w->strings[id], sizeof(w->strings[id]), "%.*s", (int)length, bytes);
	return (uint32_t)id;
}

static uint64_t next_sequence(void *context)
{
	return ++((struct fake_world *)context)->sequence;
}

static uint64_t now(void *context)
{
	return ((struct fake_world *)context)->sequence * 10;
}

void world_begin(struct fake_world *w)
{
	struct fd_world world = {
		w,
		probe_fd,
		probe_path,
		path_settled,
		list_fds,
		same_file,
		probe_socket,
		list_watched,
		copied,
		read_memory,
		add_description,
		add_rename,
		add_fd,
		add_tie,
		add_thread_files,
		intern,
		next_sequence,
		now,
	};

	memset(w, 0, sizeof(*w));
	CHECK(fd_state_new(&world, &w->state) == 0);
}

void world_end(struct fake_world *w)
{
	fd_state_free(w->state);
	w->state = NULL;
}

uint32_t world_found(struct fake_world *w, pid_t tid, uint32_t process)
{
	return fd_state_table_found(w->state, &(struct fd_user){ .tid = tid, .process = process });
}

uint32_t world_fork(struct fake_world *w, uint32_t files, uint32_t process, bool shares)
{
	struct fd_user child = { .tid = (pid_t)process + 10, .process = process };

	return fd_state_table_fork(w->state, files, &child, shares);
}

uint32_t world_exec(struct fake_world *w, uint32_t files, uint32_t process, uint64_t event)
{
	struct fd_user user = { .tid = (pid_t)process + 10, .process = process };

	return fd_state_table_exec(w->state, files, &user, event);
}

struct fake_fd *world_fd(struct fake_world *w, pid_t pid, int fd, int file, uint32_t mode, const char *name)
{
	struct fake_fd *f = find_fd(w, pid, fd);
	unsigned long long inode = 0;
	const char *bracket = strstr(name, ":[");

	if (!f)
		f = &w->fds[w->fd_count++];
	*f = (struct fake_fd){ .pid = pid, .fd = fd, .file = file };
	f->probe.mode = mode;
	if (!bracket || sscanf(bracket, ":[%llu]", &inode) != 1)
		inode = (unsigned long long)file + 1000;
	f->probe.inode = inode;
	f->probe.device = 7;
	snprintf(f->probe.name, sizeof(f->probe.name), "%s", name);
	return f;
}

void world_drop(struct fake_world *w, pid_t pid, int fd)
{
	struct fake_fd *f = find_fd(w, pid, fd);

	CHECK(f);
	if (f)
		*f = w->fds[--w->fd_count];
}

void world_path(struct fake_world *w, const char *path, uint32_t mode)
{
	w->paths[w->path_count++] = (struct fake_path){ path, AT_FDCWD, true, mode, 0 };
}

void world_socket(struct fake_world *w, uint64_t inode, uint8_t cls, const char *text, uint64_t peer_inode)
{
	w->sockets[w->socket_count++] = (struct fake_socket){ inode, peer_inode, cls, text };
}

void world_memory(struct fake_world *w, uint64_t address, const void *bytes, size_t length)
{
	w->memory_at = address;
	w->memory_length = length;
	memcpy(w->memory, bytes, length);
}

struct fd_call world_enter(struct fake_world *w, uint32_t files, pid_t pid, long nr, const uint64_t args[6], const char *path)
{
	static uint64_t event;
	struct fd_call call = { .files = files, .process = (uint32_t)pid, .tid = pid, .event = event++, .path = path };

	call.row = nr >= 0 && syscalls_x86_64[nr].name ? &syscalls_x86_64[nr] : NULL;
	memcpy(call.args, args, sizeof(call.args));
	fd_state_enter(w->state, &call);
	return call;
}

void world_exit(struct fake_world *w, struct fd_call *call, int64_t ret)
{
	call->ret = ret;
	call->path = NULL;
	fd_state_exit(w->state, call);
}

struct fd_call world_call(struct fake_world *w, uint32_t files, pid_t pid, long nr, const uint64_t args[6], int64_t ret)
{
	struct fd_call call = world_enter(w, files, pid, nr, args, NULL);

	world_exit(w, &call, ret);
	return call;
}

uint8_t world_class(struct fake_world *w, uint64_t description)
{
	uint8_t cls;

	fd_state_name(w->state, description, &cls);
	return cls;
}

const char *world_name(struct fake_world *w, uint64_t description)
{
	uint8_t cls;

	return fd_state_name(w->state, description, &cls);
}

const struct row_fd *world_row(const struct fake_world *w, int from_end)
{
	return from_end < w->row_count ? &w->rows[w->row_count - 1 - from_end] : NULL;
}

int world_count(const struct fake_world *w, int op)
{
	int count = 0;

	for (int i = 0; i < w->row_count; i++)
		count += w->rows[i].op == op;
	return count;
}
