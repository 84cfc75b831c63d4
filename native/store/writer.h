/*
 * The trace file's writer, used by the tracer only. Append-only segments, one record kind each, of fixed-width columns,
 * written through a shared mapping with a published row count: what is appended is what a reader sees, at once.
 * Never blocks on a reader. Every call is by the one tracer thread.
 * Must not live here: anything about processes, descriptors or system calls.
 */
#ifndef SYSCOPE_STORE_WRITER_H
#define SYSCOPE_STORE_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include "schema.h" /* generated: enum record_kind, struct row_enter ..., row layouts */

struct trace_writer;

struct writer_options {
	uint64_t size_limit_bytes;   /* 0: none; reaching it behaves like a full disk */
	uint32_t heap_segment_bytes; /* 0: default */
};

/*
 * Creates the file (0600, O_EXCL unless it is a regular file of ours which is replaced, never through a symlink) and its
 * first segments; the segments for lost, warning and end are reserved now, so that they can be written on a full disk.
 * Returns 0 or -errno (-ELOOP a symlink, -EISDIR, -ENOSPC, -EACCES, -EFBIG file size limit ...).
 */
int writer_open(const char *path, const struct writer_options *options, struct trace_writer **out);

/* Appends one row (struct row_KIND of the schema) and publishes it. Returns its row number, or -errno (then nothing was added). */
int64_t writer_append(struct trace_writer *w, enum record_kind kind, const void *row);

/* Copies bytes into the heap. Returns their position or -errno. */
int64_t writer_heap(struct trace_writer *w, const void *bytes, size_t length);

/* The id of an interned string (0: empty, or it could not be stored). */
uint32_t writer_string(struct trace_writer *w, const char *bytes, size_t length);

/* The next sequence number (from 1). */
uint64_t writer_sequence(struct trace_writer *w);
uint64_t writer_rows(const struct trace_writer *w, enum record_kind kind);

/*
 * 0, or the -errno that stopped recording (a full disk, a size limit). From then on only lost, warning and end rows are taken;
 * the tracer counts what it could not write and adds one LOST row before the end.
 */
int writer_failed(const struct trace_writer *w);

/* Called before a new enter segment is used: the callback appends open_call rows. */
void writer_on_enter_segment(struct trace_writer *w, void (*callback)(void *context), void *context);

/* Seals every segment with its checksum, marks the file complete, truncates what was reserved and not used. Frees w. */
int writer_close(struct trace_writer *w);
/* Like close, without touching the file: for a forked child. */
void writer_abandon(struct trace_writer *w);

#endif
