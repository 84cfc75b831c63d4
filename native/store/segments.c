/*
 * Segments: where they are, whether what their headers say can be true, how many rows they have.
 * Must not live here: their rows' bytes and checksums (load.c).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "crc32c.h"
#include "reader.h"

/* A segment's header and directory as read from the file. */
struct raw_segment {
	struct segment_header header;
	struct segment_column column[SEGMENT_MAX_COLUMNS];
};

/*
 * When a kind's rows are counted; lower ones refer to higher ones. Exits and copies come after the calls that they are of, so
 * that no call is seen without what was written about it before the next one (those of calls not yet seen wait, events.c).
 */
static const uint8_t level_of[RECORD_KIND_LIMIT] = {
	[RECORD_ENTER] = 1,
	[RECORD_EXIT] = 2,
	[RECORD_MAPPING] = 2,
	[RECORD_SYMBOL] = 2,
	[RECORD_LIBC_ENTER] = 2,
	[RECORD_TIE] = 2,
	[RECORD_COPY_IN] = 3,
	[RECORD_COPY_OUT] = 3,
	[RECORD_THREAD] = 3,
	[RECORD_DESCRIPTION] = 3,
	[RECORD_STACK] = 3,
	[RECORD_THREAD_FILES] = 3,
	[RECORD_SOURCE] = 3,
	[RECORD_PROCESS] = 4,
	[RECORD_FRAME] = 4,
	[RECORD_MODULE] = 5,
	[RECORD_META] = 5,
	[RECORD_STRING] = 6,
	[RECORD_HEAP] = 7,
};

enum found { FOUND_SEGMENT, FOUND_NOTHING, FOUND_DAMAGE };

static bool columns_fit(const struct raw_segment *raw)
{
	uint64_t begin = sizeof(raw->header) + raw->header.columns * sizeof(struct segment_column);

	for (uint32_t i = 0; i < raw->header.columns; i++) {
		const struct segment_column *column = &raw->column[i];

		if (column->width != 1 && column->width != 2 && column->width != 4 && column->width != 8)
			return false;
		if (column->offset < begin || column->offset + (uint64_t)raw->header.capacity * column->width > raw->header.bytes)
			return false;
	}
	return true;
}

static bool header_is_sound(const struct raw_segment *raw, uint64_t offset, uint64_t file_bytes)
{
	const struct segment_header *header = &raw->header;
	uint32_t crc;

	if (header->magic != SEGMENT_MAGIC || header->columns > SEGMENT_MAX_COLUMNS)
		return false;
	crc = crc32c(0, &header->kind, offsetof(struct segment_header, header_crc) - offsetof(struct segment_header, kind));
	if (crc32c(crc, raw->column, header->columns * sizeof(struct segment_column)) != header->header_crc)
		return false;
	if (!header->bytes || header->bytes % SEGMENT_ALIGN || header->bytes > SEGMENT_LONGEST_BYTES ||
		header->bytes > file_bytes - offset)
		return false;
	if (header->capacity > header->bytes || header->first_row > INT64_MAX || !columns_fit(raw))
		return false;
	return header->state == SEGMENT_STATE_OPEN || header->state == SEGMENT_STATE_SEALED;
}

static enum found look(const struct reader *r, uint64_t offset, struct raw_segment *raw)
{
	ssize_t got;

	if (offset >= r->size_bytes)
		return FOUND_NOTHING;
	memset(raw, 0, sizeof(*raw));
	got = pread(r->fd, raw, sizeof(*raw), (off_t)offset);
	if (got <= 0 || !raw->header.magic)
		return FOUND_NOTHING;
	return header_is_sound(raw, offset, r->size_bytes) ? FOUND_SEGMENT : FOUND_DAMAGE;
}

static int add_segment(struct reader *r, uint64_t offset, const struct raw_segment *raw)
{
	const struct segment_header *header = &raw->header;
	struct reader_kind *kind = &r->kinds[header->kind];
	struct reader_segment *segment;

	if (r->segment_count >= UINT32_MAX || ARRAY_RESERVE(r->segments, r->segment_capacity, r->segment_count + 1) ||
		ARRAY_RESERVE(r->open, r->open_capacity, r->open_count + 1) ||
		ARRAY_RESERVE(kind->segments, kind->capacity, kind->count + 1))
		return -ENOMEM;
	segment = &r->segments[r->segment_count];
	*segment = (struct reader_segment){
		.offset = offset,
		.bytes = header->bytes,
		.first_row = header->first_row,
		.capacity = header->capacity,
		.kind = (uint16_t)header->kind,
	};
	for (uint32_t i = 0; i < header->columns; i++)
		if (raw->column[i].id < READER_MAX_COLUMNS)
			segment->column[raw->column[i].id] = raw->column[i];
	/* All of them are open until their rows have been counted. */
	r->open[r->open_count++] = (uint32_t)r->segment_count;
	kind->segments[kind->count++] = (uint32_t)r->segment_count;
	r->segment_count++;
	return 0;
}

/* After damage: the next place, page by page, where a whole header lies; or the file's end. */
static uint64_t next_sound(const struct reader *r, uint64_t offset)
{
	struct raw_segment raw;

	for (offset += SEGMENT_ALIGN; offset < r->size_bytes; offset += SEGMENT_ALIGN)
		if (look(r, offset, &raw) == FOUND_SEGMENT)
			return offset;
	return r->size_bytes;
}

int reader_scan(struct reader *r)
{
	struct raw_segment raw;
	uint64_t next;
	int err;

	for (;;) {
		switch (look(r, r->scan_offset, &raw)) {
		case FOUND_SEGMENT:
			/* Kinds of a newer minor version are skipped. */
			err = raw.header.kind > 0 && raw.header.kind < RECORD_KIND_LIMIT ? add_segment(r, r->scan_offset, &raw)
											 : 0;
			if (err)
				return err;
			r->scan_offset += raw.header.bytes;
			continue;
		case FOUND_NOTHING:
			if (reader_is_live(r) || r->scan_offset >= r->size_bytes)
				return 0;
			/* No one writes any more: zeros may be a reserve that nobody cut off, or a hole. */
			next = next_sound(r, r->scan_offset);
			if (next < r->size_bytes)
				reader_problem(r,
					"%llu bytes of the trace at byte %llu are missing; what comes after them is shown.",
					(unsigned long long)(next - r->scan_offset), (unsigned long long)r->scan_offset);
			r->scan_offset = next;
			continue;
		case FOUND_DAMAGE:
			/* It may have been written, and the file have grown, since the last look at the size. */
			if (reader_is_live(r) && !reader_take_size(r) && look(r, r->scan_offset, &raw) != FOUND_DAMAGE)
				continue;
			next = next_sound(r, r->scan_offset);
			reader_problem(r, "The trace is damaged or cut off at byte %llu: %llu bytes of it were skipped.",
				(unsigned long long)r->scan_offset, (unsigned long long)(next - r->scan_offset));
			r->scan_offset = next;
			continue;
		}
	}
}

/* A gap in the row numbers is what a damaged segment left; it can't hold more rows than the file has room for. */
static bool numbers_go_on(const struct reader *r, const struct reader_segment *segment)
{
	const struct schema_kind *schema = &schema_kinds[segment->kind];
	uint64_t rows = r->kinds[segment->kind].rows, width = 0;

	for (uint32_t i = 0; i < schema->column_count; i++)
		width += schema->columns[i].width;
	return segment->first_row >= rows && segment->first_row - rows <= r->size_bytes / width;
}

/* A sealed segment's count is final, but it may have been read before the seal was: then once more. */
static bool read_header(const struct reader *r, const struct reader_segment *segment, struct segment_header *header)
{
	for (int look_again = 1; look_again >= 0; look_again--) {
		if (pread(r->fd, header, sizeof(*header), (off_t)segment->offset) != sizeof(*header))
			return false;
		if (header->state != SEGMENT_STATE_SEALED)
			break;
	}
	return true;
}

static void count_rows(struct reader *r, struct reader_segment *segment)
{
	struct segment_header header;
	struct reader_kind *kind = &r->kinds[segment->kind];

	if (!read_header(r, segment, &header))
		return;
	if (header.rows > segment->capacity || (header.state == SEGMENT_STATE_SEALED && header.rows < segment->rows)) {
		reader_problem(r, "A part of the trace (%s rows at byte %llu) is damaged and was skipped.",
			schema_kinds[segment->kind].name, (unsigned long long)segment->offset);
		segment->bad = true;
	}
	if (!segment->bad && header.rows && !segment->rows && !numbers_go_on(r, segment)) {
		reader_problem(r, "A part of the trace (%s rows at byte %llu) has row numbers that can't be and was skipped.",
			schema_kinds[segment->kind].name, (unsigned long long)segment->offset);
		segment->bad = true;
	}
	segment->sealed = segment->bad || header.state == SEGMENT_STATE_SEALED;
	if (segment->bad || header.rows < segment->rows)
		return;
	segment->data_crc = header.data_crc;
	segment->rows = header.rows;
	if (segment->rows && segment->first_row + segment->rows > kind->rows)
		kind->rows = segment->first_row + segment->rows;
}

void reader_take_rows(struct reader *r, int level)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->open_count; i++) {
		struct reader_segment *segment = &r->segments[r->open[i]];

		if (level_of[segment->kind] == level)
			count_rows(r, segment);
		if (!segment->sealed)
			r->open[kept++] = r->open[i];
	}
	r->open_count = kept;
}
