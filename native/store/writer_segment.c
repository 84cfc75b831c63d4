/*
 * One open segment: layout, the hot path that scatters a row into columns, the seal.
 * Must not live here: policy (how large, what happens on a full disk: writer.c).
 */
#include "writer_segment.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <x86intrin.h>

#include "crc32c.h"

#define COLUMN_ALIGN 8u
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* linux/mman.h of 5.14 */
#endif

static uint64_t round_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

static uint64_t row_width(const struct schema_kind *kind)
{
	uint64_t width = 0;

	for (uint32_t i = 0; i < kind->column_count; i++)
		width += kind->columns[i].width;
	return width;
}

/* Everything in a segment but its rows: header, directory, and at most what aligning each column takes. */
static uint64_t fixed_bytes(const struct schema_kind *kind)
{
	return sizeof(struct segment_header) + kind->column_count * (sizeof(struct segment_column) + COLUMN_ALIGN);
}

uint64_t segment_bytes_for(enum record_kind kind, uint64_t rows)
{
	const struct schema_kind *schema = &schema_kinds[kind];

	return round_up(fixed_bytes(schema) + rows * row_width(schema), SEGMENT_ALIGN);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void write_directory(struct open_segment *segment)
{
	struct segment_header *header = segment->header;
	struct segment_column *directory = (struct segment_column *)(header + 1);
	uint64_t offset = sizeof(*header) + segment->kind->column_count * sizeof(*directory);

	for (uint32_t i = 0; i < segment->kind->column_count; i++) {
		uint16_t width = segment->kind->columns[i].width;

		offset = round_up(offset, COLUMN_ALIGN);
		directory[i] = (struct segment_column){ (uint16_t)i, width, (uint32_t)offset };
		segment->column[i] = (uint8_t *)header + offset;
		offset += segment->capacity * width;
	}
	assert(offset <= header->bytes);
}

int segment_begin(
	struct open_segment *segment, int fd, uint64_t offset, uint64_t bytes, enum record_kind kind, uint64_t first_row)
{
	const struct schema_kind *schema = &schema_kinds[kind];
	struct segment_header *header;
	uint32_t crc;

	assert(schema->column_count <= WRITER_MAX_COLUMNS);
	header = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	if (header == MAP_FAILED)
		return -errno;
	/* The pages now and at once: a fault for each, taken between a program's calls, made an event a twentieth dearer. */
	(void)madvise(header, bytes, MADV_POPULATE_WRITE); /* Linux 5.14; without it they come one by one */
	*segment = (struct open_segment){ .header = header, .kind = schema, .first_row = first_row };
	segment->capacity = (bytes - fixed_bytes(schema)) / row_width(schema);
	header->kind = kind;
	header->bytes = bytes;
	header->columns = schema->column_count;
	header->capacity = (uint32_t)segment->capacity;
	header->first_row = first_row;
	header->monotonic_ns = clock_ns(CLOCK_MONOTONIC);
	header->realtime_ns = clock_ns(CLOCK_REALTIME);
	header->tsc = __rdtsc();
	header->state = SEGMENT_STATE_OPEN;
	write_directory(segment);
	crc = crc32c(0, &header->kind, offsetof(struct segment_header, header_crc) - offsetof(struct segment_header, kind));
	header->header_crc = crc32c(crc, header + 1, header->columns * sizeof(struct segment_column));
	__atomic_store_n(&header->magic, SEGMENT_MAGIC, __ATOMIC_RELEASE);
	return 0;
}

static void publish(struct open_segment *segment, uint64_t rows)
{
	segment->rows += rows;
	__atomic_store_n(&segment->header->rows, segment->rows, __ATOMIC_RELEASE);
}

void segment_add_row(struct open_segment *segment, const void *row)
{
	const struct schema_column *column = segment->kind->columns;
	const uint32_t count = segment->kind->column_count;
	const uint64_t at = segment->rows;

	for (uint32_t i = 0; i < count; i++, column++) {
		const uint8_t *from = (const uint8_t *)row + column->row_offset;

		switch (column->width) {
		case 8: memcpy(segment->column[i] + at * 8, from, 8); break;
		case 4: memcpy(segment->column[i] + at * 4, from, 4); break;
		case 2: memcpy(segment->column[i] + at * 2, from, 2); break;
		default: segment->column[i][at] = *from;
		}
	}
	publish(segment, 1);
}

void segment_add_bytes(struct open_segment *segment, const void *bytes, size_t length)
{
	memcpy(segment->column[0] + segment->rows, bytes, length);
	publish(segment, length);
}

void segment_seal(struct open_segment *segment)
{
	uint32_t crc = crc32c(0, &segment->rows, sizeof(segment->rows));

	for (uint32_t i = 0; i < segment->kind->column_count; i++)
		crc = crc32c(crc, segment->column[i], segment->rows * segment->kind->columns[i].width);
	segment->header->data_crc = crc;
	__atomic_store_n(&segment->header->state, SEGMENT_STATE_SEALED, __ATOMIC_RELEASE);
	segment_unmap(segment);
}

void segment_unmap(struct open_segment *segment)
{
	munmap(segment->header, segment->header->bytes);
	segment->header = NULL;
}
