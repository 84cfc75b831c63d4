/*
 * Opening a trace file, its header and state, and the order in which a refresh looks at things.
 * Must not live here: segments (segments.c), their bytes (load.c), what rows mean (index.c).
 */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32c.h"

void reader_problem(struct reader *r, const char *format, ...)
{
	va_list args;

	if (r->problem_count < READER_MAX_PROBLEMS) {
		va_start(args, format);
		vsnprintf(r->problems[r->problem_count], READER_PROBLEM_BYTES, format, args);
		va_end(args);
	}
	if (r->problem_count < UINT32_MAX)
		r->problem_count++;
}

/* True if the process that the header names still runs; the start time tells it from a later process of the same number. */
static bool tracer_is_alive(const struct file_header *header)
{
	char path[64], text[1024], *at;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/stat", header->tracer_pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return false;
	text[got] = '\0';
	at = strrchr(text, ')');
	/* A zombie is no tracer any more: it can't write. */
	if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
		return false;
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && strtoull(at + 1, NULL, 10) == header->tracer_start;
}

/*
 * The state before any row count is read: when it says that nothing will be written any more, the counts read after it are
 * final. Between the look at the state and the look for the process the tracer may have finished, hence the second look.
 */
static void take_state(struct reader *r)
{
	for (int look = 0; look < 2 && r->state == TRACE_STATE_RECORDING; look++) {
		uint32_t state;

		if (pread(r->fd, &state, sizeof(state), offsetof(struct file_header, state)) != sizeof(state))
			break;
		if (state == TRACE_STATE_COMPLETE)
			r->state = TRACE_STATE_COMPLETE;
		if (look == 0)
			r->tracer_alive = r->state == TRACE_STATE_RECORDING && tracer_is_alive(&r->header);
		if (r->tracer_alive)
			break;
	}
}

bool reader_is_live(const struct reader *r)
{
	return r->state == TRACE_STATE_RECORDING && r->tracer_alive;
}

static int check_header(struct reader *r, const char *path, char *message, size_t message_bytes)
{
	struct file_header *header = &r->header;
	struct file_header fixed;
	ssize_t got = pread(r->fd, header, sizeof(*header), 0);

	if (got < 0) {
		snprintf(message, message_bytes, "%s can't be read: %s.", path, strerror(errno));
		return -EIO;
	}
	if (got == 0) {
		snprintf(message, message_bytes, "%s is empty: no trace was written to it.", path);
		return -ENODATA;
	}
	if (memcmp(header->magic, FILE_MAGIC, (size_t)got < FILE_MAGIC_BYTES ? (size_t)got : FILE_MAGIC_BYTES)) {
		snprintf(message, message_bytes, "%s is not a Syscope trace.", path);
		return -EINVAL;
	}
	if ((size_t)got < sizeof(*header)) {
		snprintf(message, message_bytes, "%s was cut off: only its first %zd bytes are left.", path, got);
		return -ENODATA;
	}
	if (header->major > SCHEMA_MAJOR) {
		snprintf(message, message_bytes,
			"%s was written by a newer Syscope (trace format %u.%u; this one reads up to %u.x): update Syscope to "
			"open it.",
			path, header->major, header->minor, SCHEMA_MAJOR);
		return -EPROTONOSUPPORT;
	}
	fixed = *header;
	fixed.state = 0;
	if (crc32c(0, &fixed, offsetof(struct file_header, crc)) != header->crc || header->header_bytes < sizeof(*header) ||
		header->header_bytes % SEGMENT_ALIGN || header->header_bytes > (1u << 20)) {
		snprintf(message, message_bytes, "%s is damaged: its header does not match its checksum.", path);
		return -EBADMSG;
	}
	return 0;
}

static int open_file(struct reader *r, const char *path, char *message, size_t message_bytes)
{
	struct stat st;

	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (r->fd < 0) {
		int err = errno;

		snprintf(message, message_bytes, "%s can't be opened: %s.", path, strerror(err));
		return -err;
	}
	if (fstat(r->fd, &st)) {
		snprintf(message, message_bytes, "%s can't be read: %s.", path, strerror(errno));
		return -EIO;
	}
	if (S_ISDIR(st.st_mode)) {
		snprintf(message, message_bytes, "%s is a directory, not a trace.", path);
		return -EISDIR;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(message, message_bytes, "%s is not a regular file.", path);
		return -EINVAL;
	}
	return 0;
}

int reader_open(struct reader *r, const char *path, char *message, size_t message_bytes)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->state = TRACE_STATE_RECORDING;
	r->cache_limit = READER_CACHE_BYTES;
	err = open_file(r, path, message, message_bytes);
	if (!err)
		err = check_header(r, path, message, message_bytes);
	if (!err) {
		r->scan_offset = r->header.header_bytes;
		err = reader_refresh(r);
		if (err)
			snprintf(message, message_bytes, "%s can't be read: %s.", path, strerror(-err));
	}
	if (err)
		reader_close(r);
	return err;
}

void reader_close(struct reader *r)
{
	reader_unload_all(r);
	for (int kind = 0; kind < RECORD_KIND_LIMIT; kind++)
		free(r->kinds[kind].segments);
	free(r->segments);
	free(r->open);
	free(r->cached);
	if (r->fd >= 0)
		close(r->fd);
	memset(r, 0, sizeof(*r));
	r->fd = -1;
}

int reader_take_size(struct reader *r)
{
	struct stat st;

	if (fstat(r->fd, &st))
		return -errno;
	r->size_bytes = (uint64_t)st.st_size;
	return 0;
}

/*
 * Rows refer to rows of other kinds, which were written before them. So counts are taken from what refers to what is
 * referred to (levels, segments.c): then what a counted row names has been counted too, but for what levels say otherwise.
 */
int reader_refresh(struct reader *r)
{
	int err;

	take_state(r);
	for (int level = 0; level < READER_LEVELS; level++) {
		err = reader_take_size(r);
		if (!err)
			err = reader_scan(r);
		if (err)
			return err;
		reader_take_rows(r, level);
	}
	return 0;
}
