/*
 * Arguments that point to pointers: iovecs, messages, argument lists, pselect6's signal set. Each piece that they lead to is a copy row of the
 * same argument with its own address.
 * Must not live here: arguments that are just bytes (capture.c).
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "capture_private.h"

/* So many vectors of a call are kept with so many bytes each, whatever the payload: what a line of strace's shows. */
#define VECTORS_BEGUN          32
#define VECTOR_BEGINNING_BYTES 32
/* The kernel's sigset_t. */
#define SIGSET_BYTES 8

static uint32_t least(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t smaller = a < b ? a : b;

	return (uint32_t)(smaller < c ? smaller : c);
}

/* What may be kept of vector number index: what the payload has left, but of the first ones always the beginning. */
static uint64_t room_for(const struct capture *capture, size_t index)
{
	uint32_t beginning = index < VECTORS_BEGUN ? least(VECTOR_BEGINNING_BYTES, capture->payload, UINT32_MAX) : 0;

	return capture->budget > beginning ? capture->budget : beginning;
}

/*
 * The bytes that count iovecs lead to, at most bytes of them in all (what the call moved); the payload budget is shared
 * by a call's vectors in order. bytes: UINT64_MAX at entry.
 */
static void read_iovecs(struct capture *capture, const struct capture_call *call, enum record_kind kind, uint8_t arg,
	const struct iovec *vector, size_t count, uint64_t bytes)
{
	struct memory_piece pieces[CAPTURE_VECTOR_ENTRIES];
	uint64_t full[CAPTURE_VECTOR_ENTRIES];
	size_t used = 0;

	for (size_t i = 0; i < count && bytes > 0; i++) {
		uint64_t length = vector[i].iov_len < bytes ? vector[i].iov_len : bytes;
		uint32_t kept = least(length, room_for(capture, i), UINT32_MAX);
		void *room = capture_room(capture, kept);

		if (!room)
			break;
		full[used] = length;
		pieces[used++] =
			(struct memory_piece){ .address = (uintptr_t)vector[i].iov_base, .buffer = room, .length = kept };
		capture->budget -= least(kept, capture->budget, UINT32_MAX);
		bytes -= length;
	}
	memory_read_pieces(call->tid, pieces, used);
	for (size_t i = 0; i < used; i++)
		capture_row(capture, call, kind, arg, &pieces[i], full[i]);
}

static uint64_t moved(const struct capture_call *call, enum record_kind kind)
{
	if (kind == RECORD_COPY_IN)
		return UINT64_MAX;
	return call->ret > 0 ? (uint64_t)call->ret : 0;
}

static void write_iovec(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	bool out = item->spec->direction == DIRECTION_OUT;

	if (kind == RECORD_COPY_IN)
		capture_row(capture, call, kind, item->arg, &item->piece, item->full);
	if (out == (kind == RECORD_COPY_OUT))
		read_iovecs(capture, call, kind, item->arg, item->piece.buffer, item->piece.got / sizeof(struct iovec),
			moved(call, kind));
}

/* Reads length bytes at address and writes their row; the bytes, or NULL. */
static const void *follow(struct capture *capture, const struct capture_call *call, enum record_kind kind, uint8_t arg,
	uint64_t address, uint64_t full, uint32_t limit, uint32_t *got)
{
	struct memory_piece piece = { .address = address, .length = least(full, limit, limit) };

	*got = 0;
	if (address == 0 || full == 0)
		return NULL;
	piece.buffer = capture_room(capture, piece.length);
	if (!piece.buffer)
		return NULL;
	memory_read_pieces(call->tid, &piece, 1);
	capture_row(capture, call, kind, arg, &piece, full);
	*got = piece.got;
	return piece.buffer;
}

static void follow_message(struct capture *capture, const struct capture_call *call, enum record_kind kind, uint8_t arg,
	const struct msghdr *header, uint64_t bytes)
{
	uint64_t vector_bytes = header->msg_iovlen > UINT32_MAX ? UINT64_MAX : header->msg_iovlen * sizeof(struct iovec);
	const void *vector;
	uint32_t got;

	follow(capture, call, kind, arg, (uintptr_t)header->msg_name, header->msg_namelen, CAPTURE_SOCKADDR_BYTES, &got);
	follow(capture, call, kind, arg, (uintptr_t)header->msg_control, header->msg_controllen, CAPTURE_CONTROL_BYTES, &got);
	vector = follow(capture, call, kind, arg, (uintptr_t)header->msg_iov, vector_bytes,
		CAPTURE_VECTOR_ENTRIES * sizeof(struct iovec), &got);
	if (vector)
		read_iovecs(capture, call, kind, arg, vector, got / sizeof(struct iovec), bytes);
}

static void write_message(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	bool filled = item->spec->direction != DIRECTION_OUT || kind == RECORD_COPY_OUT;

	capture_row(capture, call, kind, item->arg, &item->piece, item->full);
	if (filled && item->piece.got >= sizeof(struct msghdr))
		follow_message(capture, call, kind, item->arg, item->piece.buffer, moved(call, kind));
}

static void write_messages(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	const struct mmsghdr *headers = item->piece.buffer;
	size_t count = item->piece.got / sizeof(*headers);

	capture_row(capture, call, kind, item->arg, &item->piece, item->full);
	for (size_t i = 0; i < count; i++)
		follow_message(capture, call, kind, item->arg, &headers[i].msg_hdr,
			kind == RECORD_COPY_IN ? UINT64_MAX : headers[i].msg_len);
}

/* Pointers up to the NULL that ends them; returns how many there are, and in *ended whether the NULL was seen. */
static size_t read_pointers(const struct capture_call *call, uint64_t address, uint64_t *pointers, bool *ended)
{
	size_t count = 0;

	*ended = false;
	while (count < CAPTURE_WORDS) {
		uint64_t at = address + count * 8;
		struct memory_piece piece = { .address = at, .buffer = pointers + count };

		piece.length = least(4096 - at % 4096, 64 * 8, (CAPTURE_WORDS - count) * 8);
		if (piece.length < 8)
			piece.length = 8;
		memory_read_pieces(call->tid, &piece, 1);
		for (size_t i = 0; i < piece.got / 8; i++) {
			if (pointers[count++] == 0) {
				*ended = true;
				return count;
			}
		}
		if (piece.got < piece.length)
			break;
	}
	return count;
}

static void write_strings(struct capture *capture, const struct capture_call *call, enum record_kind kind, uint8_t arg,
	const uint64_t *pointers, size_t count)
{
	uint32_t most = least(capture->payload, CAPTURE_PATH_BYTES, CAPTURE_PATH_BYTES);
	size_t used = capture->arena_used;

	for (size_t i = 0; i < count && pointers[i] != 0 && most > 0; i++) {
		struct memory_piece piece = { .address = pointers[i] };
		bool whole;
		ssize_t got;

		capture->arena_used = used; /* each string's row is written before the next is read */
		piece.buffer = capture_room(capture, most + 1);
		if (!piece.buffer)
			return;
		got = memory_read_string(call->tid, pointers[i], piece.buffer, most + 1, &whole);
		piece.got = got > 0 ? (uint32_t)got : 0;
		piece.error = got < 0 ? (int)-got : 0;
		capture_row(capture, call, kind, arg, &piece, whole ? piece.got : (uint64_t)piece.got + 1);
	}
}

/* The pointers (with the NULL, if it was reached: then full equals length), then what each leads to. */
static void write_strv(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	struct memory_piece piece = item->piece;
	uint64_t *pointers = piece.buffer;
	bool ended;
	size_t count = read_pointers(call, piece.address, pointers, &ended);

	piece.got = (uint32_t)(count * 8);
	piece.error = ended || count == CAPTURE_WORDS ? 0 : 14; /* EFAULT */
	capture_row(capture, call, kind, item->arg, &piece, ended ? piece.got : (uint64_t)piece.got + 8);
	if (item->spec->kind == ARG_STRV)
		write_strings(capture, call, kind, item->arg, pointers, count);
}

/* The address of a signal set and its size, and the set. */
static void write_sigmask(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	uint64_t address = 0;
	uint32_t got;

	capture_row(capture, call, kind, item->arg, &item->piece, item->full);
	if (item->piece.got < item->full)
		return;
	memcpy(&address, item->piece.buffer, item->spec->element_bytes / 2);
	follow(capture, call, kind, item->arg, address, SIGSET_BYTES, SIGSET_BYTES, &got);
}

void capture_vector(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item)
{
	switch (item->spec->kind) {
	case ARG_IOVEC: write_iovec(capture, call, kind, item); break;
	case ARG_MSGHDR: write_message(capture, call, kind, item); break;
	case ARG_MMSGHDR: write_messages(capture, call, kind, item); break;
	case ARG_SIGMASK: write_sigmask(capture, call, kind, item); break;
	default: write_strv(capture, call, kind, item); break;
	}
}
