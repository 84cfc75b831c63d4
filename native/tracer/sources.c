/* See sources.h. */
#include "sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

/* A generated source file of tens of megabytes is no file that anyone reads; its hash would delay the program's end. */
#define MAX_HASHED_BYTES ((off_t)32 << 20)

struct source {
	uint32_t path; /* string id in the trace */
	uint32_t id;
};

/* Open addressing by the path's string id, which the trace has interned already. */
struct sources {
	struct trace_writer *writer;
	struct source *slots;
	uint32_t slot_count, count;
};

int sources_new(struct trace_writer *writer, struct sources **out)
{
	struct sources *sources = calloc(1, sizeof(*sources));

	if (!sources)
		return -ENOMEM;
	sources->writer = writer;
	sources->slot_count = 256;
	sources->slots = calloc(sources->slot_count, sizeof(*sources->slots));
	if (!sources->slots) {
		free(sources);
		return -ENOMEM;
	}
	*out = sources;
	return 0;
}

void sources_free(struct sources *sources)
{
	if (!sources)
		return;
	free(sources->slots);
	free(sources);
}

static struct source *slot_of(const struct sources *sources, uint32_t path)
{
	uint32_t slot = (path * 2654435761u) & (sources->slot_count - 1);

	while (sources->slots[slot].path && sources->slots[slot].path != path)
		slot = (slot + 1) & (sources->slot_count - 1);
	return &sources->slots[slot];
}

static int widen(struct sources *sources)
{
	struct sources old = *sources;

	sources->slot_count *= 2;
	sources->slots = calloc(sources->slot_count, sizeof(*sources->slots));
	if (!sources->slots) {
		*sources = old;
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < old.slot_count; i++) {
		if (old.slots[i].path)
			*slot_of(sources, old.slots[i].path) = old.slots[i];
	}
	free(old.slots);
	return 0;
}

static bool hash_file(int fd, char hex[65])
{
	static unsigned char buffer[65536];
	struct sha256 hash;
	ssize_t got;

	sha256_begin(&hash);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		sha256_add(&hash, buffer, (size_t)got);
	sha256_end(&hash, hex);
	return got == 0;
}

/* Fills in what the file is like now, if it can be read. Relative paths mean nothing here: the compiler's directory is not known. */
static void read_file(struct sources *sources, const char *path, struct row_source *row)
{
	struct stat st;
	char hex[65];
	int fd;

	if (path[0] != '/' || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	row->mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MAX_HASHED_BYTES && hash_file(fd, hex))
		row->hash = writer_string(sources->writer, hex, 64);
	close(fd);
}

uint32_t sources_id(struct sources *sources, const char *path)
{
	struct row_source row = { .path = writer_string(sources->writer, path, strlen(path)) };
	struct source *slot = slot_of(sources, row.path);
	int64_t id;

	if (row.path == 0)
		return 0;
	if (slot->path)
		return slot->id;
	read_file(sources, path, &row);
	id = writer_append(sources->writer, RECORD_SOURCE, &row);
	if (id < 0)
		return 0;
	*slot = (struct source){ .path = row.path, .id = (uint32_t)id };
	if (++sources->count * 2 > sources->slot_count && widen(sources) != 0)
		return 0;
	return (uint32_t)id;
}
