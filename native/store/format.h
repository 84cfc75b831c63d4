/*
 * The trace file's layout on disk, shared by writer and reader. Little-endian; ARCHITECTURE.md "The trace file" says why.
 * Must not live here: code, and the meaning of kinds and columns (schema.json).
 *
 *   0        struct file_header, padded to FILE_HEADER_BYTES
 *   4096     segment, segment, ...           each begins at a multiple of SEGMENT_ALIGN and is a multiple of it long
 *   (end)    zeros: space that was allocated ahead (STORE_RESERVE_BYTES), cut off when the trace is complete
 *
 *   segment: struct segment_header | struct segment_column[columns] | column 0 | column 1 | ...
 */
#ifndef SYSCOPE_STORE_FORMAT_H
#define SYSCOPE_STORE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define FILE_MAGIC            "SYSCOPE\n"
#define FILE_MAGIC_BYTES      8
#define FILE_HEADER_BYTES     4096
#define SEGMENT_MAGIC         0x47455353u /* "SSEG" */
#define SEGMENT_ALIGN         4096u
#define SEGMENT_MAX_BYTES     (1u << 20) /* but for a heap segment with one longer item */
#define SEGMENT_MAX_COLUMNS   64
#define SEGMENT_LONGEST_BYTES (17u << 20)
#define HEAP_ITEM_MAX_BYTES   (16u << 20)

/*
 * Space that is allocated beyond the last segment while recording, so that strings, lost, warning and end rows can be
 * written on a full disk: one SEGMENT_ALIGN segment for each of these five kinds, and some to spare.
 */
#define STORE_RESERVE_BYTES (8 * SEGMENT_ALIGN)

struct file_header {
	char magic[FILE_MAGIC_BYTES];
	uint16_t major;
	uint16_t minor;
	uint32_t header_bytes;
	uint8_t schema_hash[32];
	uint32_t state; /* enum trace_state; the one field that changes */
	uint32_t tracer_pid;
	uint64_t tracer_start;     /* /proc/PID/stat field 22, clock ticks since boot */
	uint64_t base_time_ns;     /* CLOCK_MONOTONIC: the trace's 0 */
	uint64_t base_realtime_ns; /* CLOCK_REALTIME at that moment */
	uint32_t arch;             /* AUDIT_ARCH of the tracer */
	uint8_t id[16];
	uint32_t crc; /* CRC-32C of everything before it, with state taken as 0 */
};

struct segment_column {
	uint16_t id; /* enum column_KIND */
	uint16_t width;
	uint32_t offset; /* from the segment's begin */
};

struct segment_header {
	uint32_t magic; /* stored last: a segment with a magic number has a whole header */
	uint32_t kind;
	uint64_t bytes; /* the whole segment */
	uint32_t columns;
	uint32_t capacity; /* rows */
	uint64_t first_row;
	uint64_t monotonic_ns, realtime_ns, tsc; /* when it was begun */
	uint32_t header_crc;                     /* CRC-32C of the fields above and of the columns */
	uint32_t state;                          /* enum segment_state; stored after data_crc */
	uint64_t rows;                           /* published with store-release after the row's bytes */
	uint32_t data_crc; /* sealed: CRC-32C of rows (u64) and of each column's used bytes, in the columns' order */
	uint32_t unused;
};

/* The layout is the compiler's own for these fields: no padding but what is named. */
_Static_assert(offsetof(struct file_header, tracer_start) == 56, "file header layout");
_Static_assert(offsetof(struct file_header, crc) == 100, "file header layout");
_Static_assert(sizeof(struct segment_column) == 8, "column directory layout");
_Static_assert(sizeof(struct segment_header) == 80, "segment header layout");
_Static_assert(offsetof(struct segment_header, header_crc) == 56, "segment header layout");
_Static_assert(offsetof(struct segment_header, rows) == 64, "segment header layout");

#endif
