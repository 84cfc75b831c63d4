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
	uint32_t heap_segment_bytes; /* 0: default; else the size of every heap segment */
};

/*
 * Creates the file (0600), its header and the rows that every trace begins with: string 0 (the empty one) and the unused
 * row 0 of description, frame, stack and source, so that the first id that writer_append returns for these is 1.
 * Space for lost, warning and end rows and for their texts is reserved now, so that they can be written on a full disk.
 * A regular file of ours that is empty or a trace is replaced by a new one (who has the old one open keeps it); any other
 * file is left alone. Never follows a symlink, never creates a second writer on one file.
 * Returns 0 or -errno: -ELOOP a symlink, -EISDIR, -EEXIST a file that is no trace or another user's, -ENOENT, -EACCES,
 * -ENOSPC, -EFBIG size_limit_bytes or the process's file size limit (RLIMIT_FSIZE) is too small. NULL options: defaults.
 * The calling process is the one that the trace names as its tracer (see writer_adopt).
 */
int writer_open(const char *path, const struct writer_options *options, struct trace_writer **out);

/* After a fork: from now on the calling process is the tracer that the file names; the other one must writer_abandon. */
void writer_adopt(struct trace_writer *w);

/* Appends one row (struct row_KIND of the schema) and publishes it. Returns its row number, or -errno (then nothing was added). */
int64_t writer_append(struct trace_writer *w, enum record_kind kind, const void *row);

/* Copies bytes into the heap. Returns their position or -errno (-E2BIG: more than 16 MiB at once). */
int64_t writer_heap(struct trace_writer *w, const void *bytes, size_t length);

/* The id of an interned string (0: empty, or it could not be stored). */
uint32_t writer_string(struct trace_writer *w, const char *bytes, size_t length);

/* The next sequence number (from 1). */
uint64_t writer_sequence(struct trace_writer *w);
uint64_t writer_rows(const struct trace_writer *w, enum record_kind kind);
/* The trace's time 0 (CLOCK_MONOTONIC ns), and the file's size so far without what is reserved. */
uint64_t writer_base_time(const struct trace_writer *w);
uint64_t writer_bytes(const struct trace_writer *w);

/*
 * 0, or the -errno that stopped recording: -EFBIG a size limit (ours or RLIMIT_FSIZE), else a full disk (-ENOSPC, -EDQUOT)
 * or a failing one (-EIO). From then on only lost, warning and end rows and strings for them are taken, as long as what was
 * reserved lasts (an end row always fits); the tracer counts what it could not write and adds one LOST row before the end.
 */
int writer_failed(const struct trace_writer *w);

/* Called before a new enter segment is used: the callback appends open_call rows. */
void writer_on_enter_segment(struct trace_writer *w, void (*callback)(void *context), void *context);

/* Seals every segment with its checksum, truncates what was reserved and not used, marks the file complete. Frees w. Returns 0 or -errno. */
int writer_close(struct trace_writer *w);
/* Like close, without touching the file: for a forked child. */
void writer_abandon(struct trace_writer *w);

#endif
