/*
 * Creation and allocation of the trace file.
 * Space is allocated with fallocate(2) before it is mapped: writing to a hole of a mapping on a full disk is SIGBUS, an
 * allocation that fails is an error code. File systems without fallocate get zeros written instead, which allocates too.
 * RLIMIT_FSIZE is checked here, not found out by the kernel, whose answer comes with SIGXFSZ.
 * Must not live here: segments and rows.
 */
#include "writer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32c.h"
#include "format.h"

#define ZERO_CHUNK_BYTES 65536

/* 0 if what lies at path may be replaced by a trace, else why not. */
static int replaceable(const char *path)
{
	char magic[FILE_MAGIC_BYTES];
	struct stat st;
	ssize_t got;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENXIO ? -EEXIST : -errno; /* -ELOOP: a symlink */
	if (fstat(fd, &st))
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		err = -EEXIST;
	if (!err && st.st_size > 0) {
		got = pread(fd, magic, sizeof(magic), 0);
		if (got != sizeof(magic) || memcmp(magic, FILE_MAGIC, sizeof(magic)))
			err = -EEXIST;
	}
	close(fd);
	return err;
}

static uint64_t smaller_limit(uint64_t size_limit_bytes)
{
	uint64_t limit = size_limit_bytes ? size_limit_bytes : UINT64_MAX;
	struct rlimit rlimit;

	if (!getrlimit(RLIMIT_FSIZE, &rlimit) && rlimit.rlim_cur != RLIM_INFINITY && rlimit.rlim_cur < limit)
		limit = rlimit.rlim_cur;
	return limit;
}

int store_file_create(struct store_file *file, const char *path, uint64_t size_limit_bytes)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int err;

	*file = (struct store_file){ .fd = open(path, flags, 0600), .limit_bytes = smaller_limit(size_limit_bytes) };
	if (file->fd < 0 && errno == EEXIST) {
		err = replaceable(path);
		if (err)
			return err;
		/* Unlinked, not truncated: a reader of the old trace keeps what it has. */
		if (unlink(path) && errno != ENOENT)
			return -errno;
		file->fd = open(path, flags, 0600);
	}
	if (file->fd < 0)
		return -errno;
	err = store_file_allocate(file, FILE_HEADER_BYTES + STORE_RESERVE_BYTES);
	if (err) {
		unlink(path);
		close(file->fd);
	}
	return err;
}

static int write_zeros(int fd, uint64_t from, uint64_t to)
{
	static const char zeros[ZERO_CHUNK_BYTES];

	while (from < to) {
		size_t length = to - from < sizeof(zeros) ? to - from : sizeof(zeros);
		ssize_t written = pwrite(fd, zeros, length, (off_t)from);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written ? -errno : -EIO;
		from += (uint64_t)written;
	}
	return 0;
}

int store_file_allocate(struct store_file *file, uint64_t bytes)
{
	int err = 0;

	if (bytes <= file->allocated_bytes)
		return 0;
	if (bytes > file->limit_bytes || bytes > INT64_MAX)
		return -EFBIG;
	do {
		if (fallocate(file->fd, 0, (off_t)file->allocated_bytes, (off_t)(bytes - file->allocated_bytes)))
			err = -errno;
		else
			err = 0;
	} while (err == -EINTR);
	if (err == -EOPNOTSUPP || err == -ENOSYS)
		err = write_zeros(file->fd, file->allocated_bytes, bytes);
	if (!err)
		file->allocated_bytes = bytes;
	return err;
}

/* Field 22 of /proc/self/stat; the command in field 2 may hold spaces and parentheses, so fields are counted from its end. */
static uint64_t own_start_time(void)
{
	char text[1024], *at;
	ssize_t got;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

void store_file_name_tracer(struct file_header *header)
{
	struct file_header fixed;

	header->tracer_pid = (uint32_t)getpid();
	header->tracer_start = own_start_time();
	fixed = *header;
	fixed.state = 0;
	header->crc = crc32c(0, &fixed, offsetof(struct file_header, crc));
}
