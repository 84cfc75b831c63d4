/* See world.h. */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "memory.h"
#include "tracer.h"

/* Devices whose filesystem's type is remembered: asking costs a system call for each path. */
#define KNOWN_DEVICES 16

struct world {
	struct trace_writer *writer;
	const struct capture *capture;
	struct {
		uint64_t device;
		uint64_t type;
	} known[KNOWN_DEVICES];
	unsigned int known_count;
};

static uint64_t filesystem_of(struct world *world, const char *path, uint64_t device)
{
	struct statfs fs;

	for (unsigned int i = 0; i < world->known_count && i < KNOWN_DEVICES; i++) {
		if (world->known[i].device == device)
			return world->known[i].type;
	}
	if (statfs(path, &fs) != 0)
		return 0;
	world->known[world->known_count % KNOWN_DEVICES].device = device;
	world->known[world->known_count % KNOWN_DEVICES].type = (uint64_t)fs.f_type;
	world->known_count++;
	return (uint64_t)fs.f_type;
}

static void fill(struct world *world, const char *path, const struct stat *st, struct fd_probe *out)
{
	out->mode = st->st_mode;
	out->device = st->st_dev;
	out->inode = st->st_ino;
	out->special = st->st_rdev;
	if (S_ISCHR(st->st_mode) && major(st->st_rdev) == UNIX98_PTY_SLAVE_MAJOR)
		out->pty = minor(st->st_rdev) + 1;
	out->filesystem = S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) ? filesystem_of(world, path, st->st_dev) : 0;
}

/* "flags:" of fdinfo, in octal (proc(5)). */
static void read_flags(pid_t pid, int fd, struct fd_probe *out)
{
	char path[64], text[512];
	const char *flags, *pty;
	unsigned long value;
	ssize_t got;
	int info;

	out->cloexec = false;
	out->access = 0;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return;
	got = read(info, text, sizeof(text) - 1);
	close(info);
	text[got > 0 ? got : 0] = '\0';
	flags = strstr(text, "flags:");
	if (!flags)
		return;
	pty = strstr(text, "tty-index:"); /* of a master: its slave's number */
	if (pty) {
		out->pty = (uint32_t)strtoul(pty + 10, NULL, 10) + 1;
		out->pty_master = true;
	}
	value = strtoul(flags + 6, NULL, 8);
	out->cloexec = (value & O_CLOEXEC) != 0;
	out->access = (uint8_t)((value & O_ACCMODE) + 1);
}

static int probe_fd(void *context, pid_t pid, int fd, struct fd_probe *out)
{
	char link[64];
	struct stat st;
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	if (stat(link, &st) == 0)
		fill(context, link, &st, out);
	if (out->known_name && out->mode != 0 && out->device == out->known_device && out->inode == out->known_inode) {
		snprintf(out->name, sizeof(out->name), "%s", out->known_name);
	} else {
		got = readlink(link, out->name, sizeof(out->name) - 1);
		if (got < 0)
			return -errno;
		out->name[got] = '\0';
	}
	if (out->want_flags)
		read_flags(pid, fd, out);
	return 0;
}

/* Absolute paths are looked up in the process's own root, relative ones in its directory or in dirfd. */
static int place(pid_t pid, int dirfd, const char *path, char *out, size_t size)
{
	int length;

	if (path[0] == '/')
		length = snprintf(out, size, "/proc/%d/root%s", pid, path);
	else if (dirfd == AT_FDCWD)
		length = snprintf(out, size, "/proc/%d/cwd/%s", pid, path);
	else
		length = snprintf(out, size, "/proc/%d/fd/%d%s%s", pid, dirfd, path[0] ? "/" : "", path);
	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

static int probe_path(void *context, pid_t pid, int dirfd, const char *path, bool follow, struct fd_probe *out)
{
	char full[4200];
	struct stat st;
	int err = place(pid, dirfd, path, full, sizeof(full));

	if (err != 0)
		return err;
	if (fstatat(AT_FDCWD, full, &st, (follow ? 0 : AT_SYMLINK_NOFOLLOW) | AT_NO_AUTOMOUNT) != 0)
		return -errno;
	fill(context, full, &st, out);
	snprintf(out->name, sizeof(out->name), "%s", path);
	return 0;
}

/* How long a change of a directory takes to show in its time at most: the kernel's clock for that is coarse. */
#define SETTLE_MARGIN_NS 20000000

static bool changed_since(const struct stat *st, uint64_t since_ns)
{
	return (uint64_t)st->st_ctim.tv_sec * 1000000000u + (uint64_t)st->st_ctim.tv_nsec >= since_ns;
}

/* Looks at one part of the path, which ends where path does; is_last: it may be anything but a link. */
static int part_settled(struct world *world, const char *path, const char *part, bool is_last, uint64_t since)
{
	struct stat st;

	if (strcmp(part, "..") == 0 || lstat(path, &st) != 0 || S_ISLNK(st.st_mode))
		return -ENOTDIR;
	if (!S_ISDIR(st.st_mode))
		return 1;
	if (filesystem_of(world, path, st.st_dev) == PROC_SUPER_MAGIC)
		return -ENOTDIR;
	return is_last || !changed_since(&st, since);
}

static int path_settled(void *context, pid_t pid, int dirfd, const char *path, uint64_t age_ns)
{
	char full[4200];
	struct timespec now;
	struct stat st;
	uint64_t since;
	size_t begin;
	int one, settled = place(pid, dirfd, path, full, sizeof(full));

	if (settled != 0)
		return settled;
	clock_gettime(CLOCK_REALTIME, &now);
	since = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec - age_ns - SETTLE_MARGIN_NS;
	begin = strlen(full) - strlen(path) + (path[0] == '/');
	settled = 1;
	for (char *part = full + begin + strspn(full + begin, "/"); *part;) {
		char *end = part + strcspn(part, "/"), after = *end;

		*end = '\0';
		one = part_settled(context, full, part, !after, since);
		*end = after;
		if (one < 0)
			return one;
		settled &= one;
		part = end + strspn(end, "/");
	}
	full[begin] = '\0'; /* the directory in which it begins */
	if (stat(full, &st) != 0)
		return -errno;
	return settled && !changed_since(&st, since);
}

static int list_fds(void *context, pid_t pid, void (*each)(void *each_context, int fd), void *each_context)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;

	(void)context;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			each(each_context, (int)strtol(entry->d_name, NULL, 10));
	}
	closedir(dir);
	return 0;
}

static int same_file(void *context, pid_t a, int fd_a, pid_t b, int fd_b)
{
	long order = syscall(SYS_kcmp, a, b, KCMP_FILE, (unsigned long)fd_a, (unsigned long)fd_b);

	(void)context;
	return order < 0 ? -errno : order == 0;
}

static int list_watched(
	void *context, pid_t tid, int fd, void (*each)(void *each_context, int fd, uint64_t data), void *each_context)
{
	char path[64], line[256];
	FILE *info;

	(void)context;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", tid, fd);
	info = fopen(path, "re");
	if (!info)
		return -errno;
	while (fgets(line, sizeof(line), info)) {
		unsigned long long data;
		int watched;

		if (sscanf(line, "tfd: %d events: %*x data: %llx", &watched, &data) == 2)
			each(each_context, watched, data);
	}
	fclose(info);
	return 0;
}

static const void *copied(void *context, int arg, size_t *length)
{
	const struct world *world = context;

	return world->capture ? capture_copied(world->capture, (uint8_t)arg, length) : NULL;
}

static int read_memory(void *context, pid_t pid, uint64_t address, void *buffer, size_t length)
{
	(void)context;
	return memory_read(pid, address, buffer, length);
}

/* What a call did that is not recorded was done by none of the trace's events. */
static uint64_t event_of(uint64_t event)
{
	return event & FD_EVENT_NONE ? 0 : event;
}

static uint64_t add_description(void *context, const struct row_description *row)
{
	const struct world *world = context;
	struct row_description named = *row;
	int64_t id;

	named.event = event_of(row->event);
	id = writer_append(world->writer, RECORD_DESCRIPTION, &named);

	return id < 0 ? 0 : (uint64_t)id;
}

static void add_rename(void *context, const struct row_rename *row)
{
	const struct world *world = context;

	writer_append(world->writer, RECORD_RENAME, row);
}

static void add_fd(void *context, const struct row_fd *row)
{
	const struct world *world = context;
	struct row_fd named = *row;

	named.event = event_of(row->event);
	writer_append(world->writer, RECORD_FD, &named);
}

static void add_tie(void *context, const struct row_tie *row)
{
	const struct world *world = context;

	if (!(row->event & FD_EVENT_NONE))
		writer_append(world->writer, RECORD_TIE, row);
}

static void add_thread_files(void *context, const struct row_thread_files *row)
{
	const struct world *world = context;

	writer_append(world->writer, RECORD_THREAD_FILES, row);
}

static uint32_t intern(void *context, const char *bytes, size_t length)
{
	const struct world *world = context;

	return writer_string(world->writer, bytes, length);
}

static uint64_t sequence(void *context)
{
	const struct world *world = context;

	return writer_sequence(world->writer);
}

static uint64_t now(void *context)
{
	(void)context;
	return tracer_now();
}

int world_new(struct trace_writer *writer, struct fd_world *out, struct world **result)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		return -ENOMEM;
	world->writer = writer;
	*out = (struct fd_world){
		.context = world,
		.probe_fd = probe_fd,
		.probe_path = probe_path,
		.path_settled = path_settled,
		.list_fds = list_fds,
		.same_file = same_file,
		.probe_socket = world_probe_socket,
		.list_watched = list_watched,
		.copied = copied,
		.read_memory = read_memory,
		.add_description = add_description,
		.add_rename = add_rename,
		.add_fd = add_fd,
		.add_tie = add_tie,
		.add_thread_files = add_thread_files,
		.string = intern,
		.sequence = sequence,
		.now = now,
	};
	*result = world;
	return 0;
}

void world_set_capture(struct world *world, const struct capture *capture)
{
	world->capture = capture;
}

void world_free(struct world *world)
{
	free(world);
}
