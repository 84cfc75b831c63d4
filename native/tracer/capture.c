/* See capture.h. One case per kind: plan says how many bytes, the rest is the same for all. */
#include "capture_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_EXTRA_BYTES (128u << 10)

int capture_new(struct trace_writer *writer, uint32_t payload_bytes, struct capture **out)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return -ENOMEM;
	capture->writer = writer;
	capture->payload = payload_bytes;
	capture->arena_size = (size_t)payload_bytes * 2 + ARENA_EXTRA_BYTES;
	capture->arena = malloc(capture->arena_size);
	if (!capture->arena) {
		free(capture);
		return -ENOMEM;
	}
	*out = capture;
	return 0;
}

void capture_free(struct capture *capture)
{
	if (!capture)
		return;
	free(capture->arena);
	free(capture);
}

const void *capture_copied(const struct capture *capture, uint8_t arg, size_t *length)
{
	for (size_t i = 0; i < capture->count; i++) {
		const struct capture_item *item = &capture->items[i];

		if (item->arg != arg)
			continue;
		*length = item->piece.got;
		return item->piece.got ? item->piece.buffer : NULL;
	}
	return NULL;
}

void capture_forget(struct capture *capture)
{
	capture->count = 0;
}

uint64_t capture_take_lost(struct capture *capture)
{
	uint64_t lost = capture->lost_bytes;

	capture->lost_bytes = 0;
	return lost;
}

void *capture_room(struct capture *capture, size_t length)
{
	size_t aligned = (length + 15) & ~(size_t)15;
	void *room;

	if (aligned > capture->arena_size - capture->arena_used) {
		capture->lost_bytes += length;
		return NULL;
	}
	room = capture->arena + capture->arena_used;
	capture->arena_used += aligned;
	return room;
}

void capture_row(struct capture *capture, const struct capture_call *call, enum record_kind kind, uint8_t arg,
	const struct memory_piece *piece, uint64_t full)
{
	struct row_copy_in row = {
		.seq = writer_sequence(capture->writer),
		.event = call->event,
		.arg = arg,
		.address = piece->address,
		.length = piece->got,
		.full = full,
		.error = piece->error,
	};
	int64_t position = 0;

	_Static_assert(sizeof(struct row_copy_in) == sizeof(struct row_copy_out), "one layout for both directions");
	if (piece->got > 0)
		position = writer_heap(capture->writer, piece->buffer, piece->got);
	if (position < 0) {
		capture->lost_bytes += piece->got;
		return;
	}
	row.pos = (uint64_t)position;
	writer_append(capture->writer, kind, &row);
}

static uint64_t product(uint64_t count, uint64_t size)
{
	return count > UINT32_MAX ? UINT64_MAX : count * size;
}

static uint64_t limited(uint64_t length, uint64_t limit)
{
	return length < limit ? length : limit;
}

/* How many elements or bytes the row says that there are. */
static uint64_t length_of(const struct syscall_arg *spec, const struct capture_call *call)
{
	uint32_t word = 0;

	switch (spec->length_from) {
	case LENGTH_ARG: return call->args[spec->length_arg];
	case LENGTH_RET: return call->ret > 0 ? (uint64_t)call->ret : 0;
	case LENGTH_ARG_POINTER: return memory_read(call->tid, call->args[spec->length_arg], &word, sizeof(word)) == 0 ? word : 0;
	default: return 1;
	}
}

/* The most bytes of an argument that are read at first; *full: how many there are. */
static uint64_t bytes_of(
	const struct capture *capture, const struct syscall_arg *spec, const struct capture_call *call, uint64_t *full)
{
	uint64_t length = length_of(spec, call);

	switch (spec->kind) {
	case ARG_BUF: *full = length; return limited(length, capture->payload);
	case ARG_SOCKADDR: *full = length; return limited(length, CAPTURE_SOCKADDR_BYTES);
	case ARG_DIRENTS: *full = length; return limited(length, CAPTURE_DIRENTS_BYTES);
	case ARG_INTERRUPTED: *full = spec->element_bytes; return *full;
	case ARG_SIGFRAME: *full = 8; return *full;
	case ARG_STRUCT:
		*full = spec->length_from == LENGTH_FIXED ? spec->element_bytes : limited(length, spec->element_bytes);
		return *full;
	case ARG_ARRAY:
		*full = product(length, spec->element_bytes);
		return limited(*full, CAPTURE_ARRAY_BYTES / spec->element_bytes * spec->element_bytes);
	case ARG_MSGHDR:
	case ARG_SIGMASK: *full = spec->element_bytes; return *full;
	case ARG_IOVEC:
	case ARG_MMSGHDR:
		*full = product(length, spec->element_bytes);
		return limited(*full, (uint64_t)CAPTURE_VECTOR_ENTRIES * spec->element_bytes);
	case ARG_FDSET: *full = product((length + 63) / 64, 8); return limited(*full, CAPTURE_SOCKADDR_BYTES);
	default: *full = 0; return 0;
	}
}

/* Strings are read up to their page's end first: what lies behind may not be there. */
static uint32_t first_bytes(uint64_t address, uint32_t most)
{
	uint32_t to_page_end = 4096u - (uint32_t)(address % 4096u);

	return (uint32_t)limited(limited(to_page_end, CAPTURE_FIRST_BYTES), most);
}

static void plan_argument(struct capture *capture, const struct capture_call *call, uint8_t arg, const struct syscall_arg *spec)
{
	struct capture_item *item = &capture->items[capture->count];
	uint64_t address = spec->kind == ARG_SIGFRAME ? call->sp + CAPTURE_SIGFRAME_MASK : call->args[arg];
	uint64_t bytes;

	if (address == 0)
		return;

	*item = (struct capture_item){ .spec = spec, .arg = arg, .piece = { .address = address } };
	if (spec->kind == ARG_PATH || spec->kind == ARG_STR) {
		uint32_t most =
			spec->kind == ARG_PATH ? CAPTURE_PATH_BYTES : (uint32_t)limited(capture->payload, CAPTURE_PATH_BYTES);

		item->piece.buffer = capture_room(capture, most + 1);
		item->piece.length = first_bytes(address, most);
		item->full = most;
	} else if (spec->kind == ARG_STRV || spec->kind == ARG_PTRV) {
		item->piece.buffer = capture_room(capture, CAPTURE_WORDS * 8);
		item->piece.length = 0;
	} else {
		bytes = bytes_of(capture, spec, call, &item->full);
		if (item->full == 0)
			return;
		item->piece.buffer = capture_room(capture, bytes);
		item->piece.length = (uint32_t)bytes;
	}
	if (item->piece.buffer)
		capture->count++;
}

/*
 * Vectors that come out are read at entry too: what they point to is needed to understand them while the call is pending,
 * and a message's header says how much room there was.
 */
static bool goes_in(const struct syscall_arg *spec)
{
	return spec->direction == DIRECTION_IN || spec->direction == DIRECTION_INOUT || spec->kind == ARG_IOVEC ||
	       spec->kind == ARG_MSGHDR;
}

static void plan_entry(struct capture *capture, const struct capture_call *call)
{
	capture->count = 0;
	capture->arena_used = 0;
	capture->budget = capture->payload;
	for (uint8_t i = 0; call->row && i < call->row->argc; i++) {
		const struct syscall_arg *spec = syscall_arg_of(&call->row->args[i], call->args);

		if (goes_in(spec))
			plan_argument(capture, call, i, spec);
	}
}

/* A string's rest, and its true length; its buffer has room for the NUL. */
static void complete_string(struct capture_item *item, pid_t tid)
{
	struct memory_piece *piece = &item->piece;
	uint64_t most = item->full;
	char *text = piece->buffer;
	const char *end = memchr(text, '\0', piece->got);
	bool whole = end != NULL;
	ssize_t rest;

	if (end) {
		piece->got = (uint32_t)(end - text);
	} else if (piece->error == 0 && piece->got < most) {
		rest = memory_read_string(tid, piece->address + piece->got, text + piece->got, most + 1 - piece->got, &whole);
		if (rest > 0)
			piece->got += (uint32_t)rest;
		else if (rest < 0)
			piece->error = (int)-rest;
	}
	text[piece->got] = '\0';
	item->full = whole ? piece->got : (uint64_t)piece->got + 1;
}

const char *capture_read_entry(struct capture *capture, const struct capture_call *call, struct memory_piece *extra)
{
	struct memory_piece pieces[7];
	const char *path = NULL;
	size_t count;

	plan_entry(capture, call);
	count = capture->count;
	for (size_t i = 0; i < count; i++)
		pieces[i] = capture->items[i].piece;
	if (extra)
		pieces[count] = *extra;
	memory_read_pieces(call->tid, pieces, count + (extra ? 1 : 0));
	if (extra)
		*extra = pieces[count];
	for (size_t i = 0; i < count; i++) {
		struct capture_item *item = &capture->items[i];

		item->piece = pieces[i];
		if (item->spec->kind != ARG_PATH && item->spec->kind != ARG_STR)
			continue;
		complete_string(item, call->tid);
		if (item->arg == call->row->touch_arg && item->piece.error == 0)
			path = item->piece.buffer;
	}
	return path;
}

const char *capture_path(const struct capture *capture, size_t *at, uint8_t *arg)
{
	while (*at < capture->count) {
		const struct capture_item *item = &capture->items[(*at)++];

		*arg = item->arg;
		if (item->spec->kind == ARG_PATH && item->piece.error == 0)
			return item->piece.buffer;
	}
	return NULL;
}

static bool is_vector(const struct syscall_arg *spec)
{
	return spec->kind == ARG_IOVEC || spec->kind == ARG_MSGHDR || spec->kind == ARG_MMSGHDR || spec->kind == ARG_STRV ||
	       spec->kind == ARG_PTRV || spec->kind == ARG_SIGMASK;
}

static void write_item(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	if (is_vector(item->spec))
		capture_vector(capture, call, kind, item);
	else
		capture_row(capture, call, kind, item->arg, &item->piece, item->full);
}

void capture_write_entry(struct capture *capture, const struct capture_call *call)
{
	for (size_t i = 0; i < capture->count; i++)
		write_item(capture, call, RECORD_COPY_IN, &capture->items[i]);
}

/* A failed call wrote nothing, but for what an interrupted one says that it had left to do. */
static bool came_out(const struct syscall_arg *spec, int64_t ret)
{
	bool out = spec->direction == DIRECTION_OUT || spec->direction == DIRECTION_INOUT;
	bool interrupted = ret == -EINTR || (ret <= -512 && ret >= -516); /* ERESTARTSYS to ERESTART_RESTARTBLOCK */

	if (spec->kind == ARG_INTERRUPTED)
		return interrupted;
	return out && ret >= 0;
}

void capture_exit(struct capture *capture, const struct capture_call *call)
{
	capture->count = 0;
	if (!call->row || call->ret == -EFAULT)
		return;
	capture->arena_used = 0;
	capture->budget = capture->payload;
	for (uint8_t i = 0; i < call->row->argc; i++) {
		const struct syscall_arg *spec = syscall_arg_of(&call->row->args[i], call->args);

		if (came_out(spec, call->ret))
			plan_argument(capture, call, i, spec);
	}
	if (capture->count > 0) {
		struct memory_piece pieces[6];

		for (size_t i = 0; i < capture->count; i++)
			pieces[i] = capture->items[i].piece;
		memory_read_pieces(call->tid, pieces, capture->count);
		for (size_t i = 0; i < capture->count; i++)
			capture->items[i].piece = pieces[i];
	}
	for (size_t i = 0; i < capture->count; i++)
		write_item(capture, call, RECORD_COPY_OUT, &capture->items[i]);
}
