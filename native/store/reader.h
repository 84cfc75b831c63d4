/*
 * The trace file as rows: opens a file that anyone may have written, checks everything it says, and gives cells, bytes and
 * strings by row number. Takes in what was written since by reader_refresh. Owned by one thread.
 * Must not live here: what rows mean (index.h).
 *
 * Segments are copied with pread(2) into memory of ours, never mapped: a file that is truncated while it is read is a short
 * read here, where it would be SIGBUS in a mapping; and what was checked cannot change afterwards.
 */
#ifndef SYSCOPE_STORE_READER_H
#define SYSCOPE_STORE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "format.h"
#include "schema.h"

#define READER_MAX_COLUMNS   20
#define READER_MAX_PROBLEMS  32
#define READER_PROBLEM_BYTES 192
/* What the cache of segments may hold, and the least number that it keeps whatever their size. */
#define READER_CACHE_BYTES (64u << 20)
#define READER_CACHE_LEAST 8

struct reader_segment {
	uint64_t offset, bytes;
	uint64_t first_row, rows, capacity;
	uint64_t loaded_rows; /* rows of the copy in memory that are valid */
	uint8_t *copy;        /* NULL: not in memory */
	uint64_t last_use;
	uint16_t kind;
	bool sealed;  /* by the header when it was last looked at */
	bool checked; /* its checksum was right, or it was read while still open */
	bool bad;     /* damaged: none of its rows are given */
	uint32_t data_crc;
	struct segment_column column[READER_MAX_COLUMNS]; /* by column id; width 0: not there */
};

struct reader_kind {
	uint32_t *segments; /* indices, ascending first_row */
	size_t count, capacity;
	uint64_t rows; /* one past the newest row */
};

struct reader {
	int fd;
	struct file_header header;
	uint64_t size_bytes;
	uint64_t scan_offset;
	enum trace_state state; /* as the header last said */
	bool tracer_alive;
	struct reader_segment *segments;
	size_t segment_count, segment_capacity;
	uint32_t *open; /* indices of segments that may grow */
	size_t open_count, open_capacity;
	uint32_t *cached;
	size_t cached_count, cached_capacity;
	uint64_t cached_bytes, cache_limit, clock; /* cache_limit: READER_CACHE_BYTES unless set lower */
	uint8_t *spare;                            /* a buffer of SEGMENT_MAX_BYTES, or NULL */
	struct reader_kind kinds[RECORD_KIND_LIMIT];
	uint32_t problem_count; /* may be larger than what is kept */
	char problems[READER_MAX_PROBLEMS][READER_PROBLEM_BYTES];
};

/* Opens and takes in what is there. On failure message (a whole sentence) says why. Returns 0 or -errno. */
int reader_open(struct reader *r, const char *path, char *message, size_t message_bytes);
void reader_close(struct reader *r);
/* Takes in what was published since. Returns 0 or -errno. */
int reader_refresh(struct reader *r);
/* The file's size now. Returns 0 or -errno. */
int reader_take_size(struct reader *r);
/* Recording, and the tracer is still there. */
bool reader_is_live(const struct reader *r);

/* Adds a sentence to the problems; at most READER_MAX_PROBLEMS are kept. */
void reader_problem(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* segments.c: finds new segments at the file's end, and takes the row counts of those that grow. */
int reader_scan(struct reader *r);
void reader_take_rows(struct reader *r, int level);
#define READER_LEVELS 8

/* load.c: the segment's bytes in memory with all its rows, or NULL (bad, short, no memory). Valid until the eighth next load. */
const uint8_t *reader_load(struct reader *r, uint32_t segment);
/* It won't be looked at again soon. */
void reader_unload(struct reader *r, uint32_t segment);
void reader_unload_all(struct reader *r);

/* rows.c */
uint64_t reader_rows(const struct reader *r, enum record_kind kind);
/* The segment that holds a row, or NULL; *index is its number. */
const struct reader_segment *reader_find(const struct reader *r, enum record_kind kind, uint64_t row, uint32_t *index);
/* A cell of a loaded segment, sign-extended where the schema says signed; 0 if the column is not there. row: within the segment. */
uint64_t reader_cell(const struct reader_segment *segment, const uint8_t *bytes, uint32_t column, uint64_t row);
/*
 * One column of rows that follow one another, without their segment being loaded or checked: from *first, or the next row that is
 * there, which *first then is; at most `count`. Returns how many, 0 at the end.
 */
uint32_t reader_column(
	struct reader *r, enum record_kind kind, uint32_t column, uint64_t *first, uint32_t count, uint64_t *cells);
/* A place among the rows of one kind, for one who asks for neighbours: {.kind = ...} to begin with. */
struct reader_place {
	enum record_kind kind;
	struct reader_segment *segment;
	const uint8_t *bytes;
	uint64_t at; /* the row's number within the segment */
};
/* Goes to a row; false if it is not there. What it says is valid until the next call of any reader function. */
bool reader_go(struct reader *r, struct reader_place *place, uint64_t row);
/* A cell there, zero-extended: signed ones are the caller's to convert. The quick way for one who reads them all. */
static inline uint64_t reader_here(const struct reader_place *place, uint32_t column)
{
	const struct segment_column *cells = &place->segment->column[column];
	const uint8_t *at = place->bytes + cells->offset + place->at * cells->width;
	uint64_t word;
	uint32_t half;
	uint16_t quarter;

	switch (cells->width) {
	case 8: memcpy(&word, at, 8); return word;
	case 4: memcpy(&half, at, 4); return half;
	case 2: memcpy(&quarter, at, 2); return quarter;
	case 1: return *at;
	default: return 0;
	}
}
/* All columns of a row, by column id. Returns 0, or -ENOENT if there is no such row. */
int reader_row(struct reader *r, enum record_kind kind, uint64_t row, uint64_t cells[READER_MAX_COLUMNS]);
/* Bytes of the heap; NULL if they are not all there. Valid as for reader_load. */
const uint8_t *reader_heap(struct reader *r, uint64_t pos, uint64_t length);
/* The same for one who asks for what lies close by; place: {.kind = RECORD_HEAP} to begin with. */
const uint8_t *reader_go_heap(struct reader *r, struct reader_place *place, uint64_t pos, uint64_t length);
/* A string's bytes; NULL and length 0 if there is no such string. */
const char *reader_string(struct reader *r, uint64_t id, uint32_t *length);

#endif
