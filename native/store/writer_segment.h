/*
 * The writer's open segments: how one begins, takes rows and is sealed. Private to the writer.
 * Must not live here: policy (how large, what happens on a full disk: writer.c).
 */
#ifndef SYSCOPE_STORE_WRITER_SEGMENT_H
#define SYSCOPE_STORE_WRITER_SEGMENT_H

#include "format.h"
#include "schema.h"

#define WRITER_MAX_COLUMNS 20

struct open_segment {
	struct segment_header *header; /* the mapping; NULL: none is open */
	const struct schema_kind *kind;
	uint64_t rows, capacity, first_row;
	uint8_t *column[WRITER_MAX_COLUMNS];
};

/* The bytes (a multiple of SEGMENT_ALIGN) of a segment of this kind that holds at least so many rows. */
uint64_t segment_bytes_for(enum record_kind kind, uint64_t rows);

/* Maps and begins a segment at `offset` of the file, where `bytes` bytes are allocated. Returns 0 or -errno. */
int segment_begin(
	struct open_segment *segment, int fd, uint64_t offset, uint64_t bytes, enum record_kind kind, uint64_t first_row);

/* Adds one row; there is room. */
void segment_add_row(struct open_segment *segment, const void *row);
/* Adds bytes to a heap segment; there is room. */
void segment_add_bytes(struct open_segment *segment, const void *bytes, size_t length);

/* Writes the checksum and unmaps. */
void segment_seal(struct open_segment *segment);
void segment_unmap(struct open_segment *segment);

#endif
