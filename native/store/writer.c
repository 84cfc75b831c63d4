/*
 * The trace file's writer: which segment a row goes to, how segments grow, what happens when the disk is full.
 * Must not live here: how the file is created (writer_file.c), how a segment is laid out (writer_segment.c).
 */
#include "writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "intern.h"
#include "writer_file.h"
#include "writer_segment.h"

#define RARE_FIRST_BYTES     4096u
#define FREQUENT_FIRST_BYTES 16384u
/* Room that a text after a failure finds in the open heap segment, at least. */
#define FINAL_HEAP_BYTES 1024u
#define FINAL_ROWS       8u

struct trace_writer {
	struct store_file file;
	struct file_header *header; /* mapped */
	uint64_t end_bytes;         /* of the last segment */
	uint64_t sequence;
	int failed;
	uint32_t heap_segment_bytes;
	struct intern_table strings;
	void (*enter_callback)(void *context);
	void *enter_context;
	bool in_enter_callback;
	uint64_t next_bytes[RECORD_KIND_LIMIT];
	struct open_segment segments[RECORD_KIND_LIMIT];
};

static const enum record_kind final_kinds[] = { RECORD_HEAP, RECORD_STRING, RECORD_LOST, RECORD_WARNING, RECORD_END };

static bool is_final(enum record_kind kind)
{
	for (size_t i = 0; i < sizeof(final_kinds) / sizeof(*final_kinds); i++)
		if (final_kinds[i] == kind)
			return true;
	return false;
}

static uint64_t first_bytes(enum record_kind kind)
{
	switch (kind) {
	case RECORD_HEAP:
	case RECORD_STRING:
	case RECORD_ENTER:
	case RECORD_EXIT:
	case RECORD_COPY_IN:
	case RECORD_COPY_OUT:
	case RECORD_FRAME:
	case RECORD_STACK:
	case RECORD_SYMBOL: return FREQUENT_FIRST_BYTES;
	default: return RARE_FIRST_BYTES;
	}
}

/* Begins the next segment of a kind at the file's end, in space that is allocated or, if may_grow, in new space. */
static int begin_next(struct trace_writer *w, enum record_kind kind, uint64_t bytes, bool may_grow)
{
	struct open_segment *segment = &w->segments[kind], next;
	uint64_t first_row = segment->first_row + segment->rows;
	int err = 0;

	if (may_grow)
		err = store_file_allocate(&w->file, w->end_bytes + bytes + STORE_RESERVE_BYTES);
	else if (w->end_bytes + bytes > w->file.allocated_bytes)
		err = w->failed;
	if (!err)
		err = segment_begin(&next, w->file.fd, w->end_bytes, bytes, kind, first_row);
	if (err)
		return err;
	if (segment->header)
		segment_seal(segment);
	*segment = next;
	w->end_bytes += bytes;
	return 0;
}

static uint64_t room(const struct trace_writer *w, enum record_kind kind)
{
	return w->segments[kind].capacity - w->segments[kind].rows;
}

/* No more space: from the reserve, each kind that may still be written gets room. */
static void enter_failure(struct trace_writer *w, int err)
{
	w->failed = err;
	for (size_t i = 0; i < sizeof(final_kinds) / sizeof(*final_kinds); i++) {
		enum record_kind kind = final_kinds[i];
		uint64_t wanted = kind == RECORD_HEAP ? FINAL_HEAP_BYTES : FINAL_ROWS;

		if (room(w, kind) < wanted)
			begin_next(w, kind, SEGMENT_ALIGN, false);
	}
}

/* Makes room for so many rows (heap: bytes). */
static int make_room(struct trace_writer *w, enum record_kind kind, uint64_t rows)
{
	uint64_t least = segment_bytes_for(kind, rows), bytes;
	int err;

	if (w->failed)
		return is_final(kind) ? begin_next(w, kind, least, false) : w->failed;
	bytes = w->next_bytes[kind];
	if (bytes < least)
		bytes = least;
	err = begin_next(w, kind, bytes, true);
	if (err) {
		enter_failure(w, err);
		return is_final(kind) && room(w, kind) >= rows ? 0 : err;
	}
	if (w->next_bytes[kind] < SEGMENT_MAX_BYTES && !(kind == RECORD_HEAP && w->heap_segment_bytes))
		w->next_bytes[kind] *= 2;
	if (kind == RECORD_ENTER && w->enter_callback && !w->in_enter_callback) {
		w->in_enter_callback = true;
		w->enter_callback(w->enter_context);
		w->in_enter_callback = false;
	}
	return 0;
}

int64_t writer_append(struct trace_writer *w, enum record_kind kind, const void *row)
{
	struct open_segment *segment;
	int err;

	assert(kind > RECORD_HEAP && kind < RECORD_KIND_LIMIT);
	segment = &w->segments[kind];
	if (__builtin_expect(w->failed && !is_final(kind), 0))
		return w->failed;
	if (__builtin_expect(segment->rows == segment->capacity, 0)) {
		err = make_room(w, kind, 1);
		if (err)
			return err;
	}
	segment_add_row(segment, row);
	return (int64_t)(segment->first_row + segment->rows - 1);
}

static int64_t heap_append(struct trace_writer *w, const void *bytes, size_t length)
{
	struct open_segment *heap = &w->segments[RECORD_HEAP];
	int err;

	if (room(w, RECORD_HEAP) < length) {
		err = make_room(w, RECORD_HEAP, length);
		if (err)
			return err;
	}
	segment_add_bytes(heap, bytes, length);
	return (int64_t)(heap->first_row + heap->rows - length);
}

int64_t writer_heap(struct trace_writer *w, const void *bytes, size_t length)
{
	if (w->failed)
		return w->failed;
	if (length > HEAP_ITEM_MAX_BYTES)
		return -E2BIG;
	return heap_append(w, bytes, length);
}

uint32_t writer_string(struct trace_writer *w, const char *bytes, size_t length)
{
	struct row_string row = { .length = (uint32_t)length };
	int64_t pos, id;
	uint32_t known;

	if (!length || length > HEAP_ITEM_MAX_BYTES)
		return 0;
	known = intern_find(&w->strings, bytes, length);
	if (known)
		return known;
	pos = heap_append(w, bytes, length);
	if (pos < 0)
		return 0;
	row.pos = (uint64_t)pos;
	id = writer_append(w, RECORD_STRING, &row);
	if (id <= 0 || id > UINT32_MAX)
		return 0;
	/* Without memory for the table the string is stored all the same, and a second time when it comes again. */
	(void)intern_add(&w->strings, bytes, length, (uint32_t)id);
	return (uint32_t)id;
}

uint64_t writer_sequence(struct trace_writer *w)
{
	return ++w->sequence;
}

uint64_t writer_rows(const struct trace_writer *w, enum record_kind kind)
{
	return w->segments[kind].first_row + w->segments[kind].rows;
}

uint64_t writer_base_time(const struct trace_writer *w)
{
	return w->header->base_time_ns;
}

uint64_t writer_bytes(const struct trace_writer *w)
{
	return w->end_bytes;
}

int writer_failed(const struct trace_writer *w)
{
	return w->failed;
}

void writer_on_enter_segment(struct trace_writer *w, void (*callback)(void *context), void *context)
{
	w->enter_callback = callback;
	w->enter_context = context;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int write_header(struct trace_writer *w)
{
	static const uint8_t hash[32] = SCHEMA_HASH_BYTES;
	struct file_header *header;

	header = mmap(NULL, FILE_HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, w->file.fd, 0);
	if (header == MAP_FAILED)
		return -errno;
	w->header = header;
	w->end_bytes = FILE_HEADER_BYTES;
	header->major = SCHEMA_MAJOR;
	header->minor = SCHEMA_MINOR;
	header->header_bytes = FILE_HEADER_BYTES;
	memcpy(header->schema_hash, hash, sizeof(hash));
	header->state = TRACE_STATE_RECORDING;
	header->base_time_ns = clock_ns(CLOCK_MONOTONIC);
	header->base_realtime_ns = clock_ns(CLOCK_REALTIME);
	header->arch = AUDIT_ARCH_X86_64;
	if (getrandom(header->id, sizeof(header->id), GRND_NONBLOCK) != sizeof(header->id))
		memcpy(header->id, &header->base_time_ns, sizeof(header->base_time_ns));
	memcpy(header->magic, FILE_MAGIC, FILE_MAGIC_BYTES);
	store_file_name_tracer(header);
	return 0;
}

static int write_first_rows(struct trace_writer *w)
{
	static const enum record_kind kinds[] = { RECORD_STRING, RECORD_DESCRIPTION, RECORD_FRAME, RECORD_STACK, RECORD_SOURCE };
	static const union {
		struct row_string string;
		struct row_description description;
		struct row_frame frame;
		struct row_stack stack;
		struct row_source source;
	} zero;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (writer_append(w, kinds[i], &zero) < 0)
			return w->failed;
	return 0;
}

static void release(struct trace_writer *w)
{
	for (int kind = 0; kind < RECORD_KIND_LIMIT; kind++)
		if (w->segments[kind].header)
			segment_unmap(&w->segments[kind]);
	if (w->header)
		munmap(w->header, FILE_HEADER_BYTES);
	close(w->file.fd);
	intern_free(&w->strings);
	free(w);
}

int writer_open(const char *path, const struct writer_options *options, struct trace_writer **out)
{
	static const struct writer_options defaults;
	struct trace_writer *w;
	int err;

	if (!options)
		options = &defaults;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	err = store_file_create(&w->file, path, options->size_limit_bytes);
	if (err) {
		free(w);
		return err;
	}
	w->heap_segment_bytes = options->heap_segment_bytes;
	for (int kind = 1; kind < RECORD_KIND_LIMIT; kind++)
		w->next_bytes[kind] = first_bytes(kind);
	if (w->heap_segment_bytes)
		w->next_bytes[RECORD_HEAP] = segment_bytes_for(RECORD_HEAP, w->heap_segment_bytes);
	err = intern_init(&w->strings);
	if (!err)
		err = write_header(w);
	if (!err)
		err = write_first_rows(w);
	if (err) {
		unlink(path);
		release(w);
		return err;
	}
	*out = w;
	return 0;
}

void writer_adopt(struct trace_writer *w)
{
	store_file_name_tracer(w->header);
}

int writer_close(struct trace_writer *w)
{
	int err = 0;

	for (int kind = 0; kind < RECORD_KIND_LIMIT; kind++)
		if (w->segments[kind].header)
			segment_seal(&w->segments[kind]);
	if (ftruncate(w->file.fd, (off_t)w->end_bytes))
		err = -errno;
	__atomic_store_n(&w->header->state, TRACE_STATE_COMPLETE, __ATOMIC_RELEASE);
	release(w);
	return err;
}

void writer_abandon(struct trace_writer *w)
{
	release(w);
}
