/*
 * Copies of segments in memory, checked against their checksums, the least recently used given up first.
 * Must not live here: what is in them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "crc32c.h"
#include "reader.h"

static bool read_fully(int fd, uint8_t *to, uint64_t length, uint64_t offset)
{
	while (length) {
		ssize_t got = pread(fd, to, length, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		offset += (uint64_t)got;
		length -= (uint64_t)got;
	}
	return true;
}

static uint32_t checksum(const struct reader_segment *segment, uint32_t columns)
{
	const struct segment_column *directory = (const struct segment_column *)(segment->copy + sizeof(struct segment_header));
	uint32_t crc = crc32c(0, &segment->rows, sizeof(segment->rows));

	for (uint32_t i = 0; i < columns; i++)
		crc = crc32c(crc, segment->copy + directory[i].offset, segment->rows * directory[i].width);
	return crc;
}

/*
 * The checksum goes over the directory as the file has it, with columns that this version doesn't know. It was sound when the
 * segment was found (segments.c); here it is read a second time, so it is checked to be the same.
 */
static bool checksum_is_right(const struct reader_segment *segment)
{
	struct segment_header header;
	const struct segment_column *directory = (const struct segment_column *)(segment->copy + sizeof(header));

	memcpy(&header, segment->copy, sizeof(header));
	if (header.columns > SEGMENT_MAX_COLUMNS || sizeof(header) + header.columns * sizeof(*directory) > segment->bytes)
		return false;
	for (uint32_t i = 0; i < header.columns; i++)
		if (directory[i].offset + segment->rows * directory[i].width > segment->bytes)
			return false;
	return checksum(segment, header.columns) == segment->data_crc;
}

static bool fits_spare(uint64_t bytes)
{
	return bytes <= SEGMENT_MAX_BYTES && bytes > SEGMENT_MAX_BYTES / 2;
}

/* One buffer is kept for the next segment: fresh memory costs more than what is read into it. */
static uint8_t *take_buffer(struct reader *r, uint64_t bytes)
{
	uint8_t *buffer = r->spare;

	if (!fits_spare(bytes))
		return malloc(bytes);
	r->spare = NULL;
	return buffer ? buffer : malloc(SEGMENT_MAX_BYTES);
}

static void give_back(struct reader *r, uint8_t *buffer, uint64_t bytes)
{
	if (!fits_spare(bytes) || r->spare)
		free(buffer);
	else
		r->spare = buffer;
}

static void give_up(struct reader *r, size_t at)
{
	struct reader_segment *segment = &r->segments[r->cached[at]];

	give_back(r, segment->copy, segment->bytes);
	segment->copy = NULL;
	segment->loaded_rows = 0;
	r->cached_bytes -= segment->bytes;
	r->cached[at] = r->cached[--r->cached_count];
}

static void make_room(struct reader *r, uint64_t bytes)
{
	while (r->cached_count > READER_CACHE_LEAST && r->cached_bytes + bytes > r->cache_limit) {
		size_t oldest = 0;

		for (size_t i = 1; i < r->cached_count; i++)
			if (r->segments[r->cached[i]].last_use < r->segments[r->cached[oldest]].last_use)
				oldest = i;
		give_up(r, oldest);
	}
}

static bool read_whole(struct reader *r, uint32_t index)
{
	struct reader_segment *segment = &r->segments[index];

	if (ARRAY_RESERVE(r->cached, r->cached_capacity, r->cached_count + 1))
		return false;
	make_room(r, segment->bytes);
	segment->copy = take_buffer(r, segment->bytes);
	if (!segment->copy)
		return false;
	r->cached[r->cached_count++] = index;
	r->cached_bytes += segment->bytes;
	if (!read_fully(r->fd, segment->copy, segment->bytes, segment->offset)) {
		give_up(r, r->cached_count - 1);
		return false;
	}
	segment->loaded_rows = segment->rows;
	return true;
}

/* Only what was added: a segment that grows is looked at ten times a second. */
static bool read_added(struct reader *r, struct reader_segment *segment)
{
	for (int i = 0; i < READER_MAX_COLUMNS; i++) {
		const struct segment_column *column = &segment->column[i];
		uint64_t from = column->offset + segment->loaded_rows * column->width;
		uint64_t length = (segment->rows - segment->loaded_rows) * column->width;

		if (column->width && !read_fully(r->fd, segment->copy + from, length, segment->offset + from))
			return false;
	}
	segment->loaded_rows = segment->rows;
	return true;
}

const uint8_t *reader_load(struct reader *r, uint32_t index)
{
	struct reader_segment *segment = &r->segments[index];
	bool was_open = segment->copy && !segment->checked;

	if (segment->bad)
		return NULL;
	segment->last_use = ++r->clock;
	if (!segment->copy ? !read_whole(r, index) : segment->loaded_rows < segment->rows && !read_added(r, segment)) {
		segment->bad = true;
		reader_problem(r, "A part of the trace (%s rows at byte %llu) can't be read and was skipped.",
			schema_kinds[segment->kind].name, (unsigned long long)segment->offset);
		return NULL;
	}
	if (segment->sealed && !segment->checked && !was_open && !checksum_is_right(segment)) {
		segment->bad = true;
		reader_problem(r, "A part of the trace (%s rows at byte %llu) does not match its checksum and was skipped.",
			schema_kinds[segment->kind].name, (unsigned long long)segment->offset);
		return NULL;
	}
	segment->checked = segment->checked || segment->sealed;
	return segment->copy;
}

void reader_unload(struct reader *r, uint32_t index)
{
	for (size_t i = r->cached_count; i-- > 0;)
		if (r->cached[i] == index)
			give_up(r, i);
}

void reader_unload_all(struct reader *r)
{
	while (r->cached_count)
		give_up(r, r->cached_count - 1);
	free(r->spare);
	r->spare = NULL;
}
