/*
 * What the two halves of capturing share: one argument's plan, the arena that it reads into, the rows it becomes.
 * Must not live here: anything for other modules (capture.h).
 */
#ifndef SYSCOPE_TRACER_CAPTURE_PRIVATE_H
#define SYSCOPE_TRACER_CAPTURE_PRIVATE_H

#include "capture.h"

#define CAPTURE_PATH_BYTES     4096u  /* PATH_MAX */
#define CAPTURE_FIRST_BYTES    256u   /* of a string, before it is known to be longer */
#define CAPTURE_SOCKADDR_BYTES 128u   /* sizeof(struct sockaddr_storage) */
#define CAPTURE_ARRAY_BYTES    4096u  /* of an array of structs */
#define CAPTURE_DIRENTS_BYTES  65536u /* of a directory's entries: glibc asks for 32 KiB */
#define CAPTURE_SIGFRAME_MASK  296u   /* where a signal frame has its mask, from the stack pointer at rt_sigreturn(2) on */
#define CAPTURE_CONTROL_BYTES  1024u  /* of a message's control data */
#define CAPTURE_VECTOR_ENTRIES 16u    /* iovecs of one call whose bytes are read */
#define CAPTURE_WORDS          1024u  /* pointers of an argument list */

/* One argument's bytes. */
struct capture_item {
	const struct syscall_arg *spec;
	uint8_t arg;
	uint64_t full; /* the true length; of a string found out while reading */
	struct memory_piece piece;
};

struct capture {
	struct trace_writer *writer;
	uint32_t payload;
	uint32_t budget; /* payload bytes that this call's vectors may still use */
	uint64_t lost_bytes;
	struct capture_item items[6];
	size_t count;
	unsigned char *arena;
	size_t arena_size, arena_used;
};

/* Room in the arena; NULL: it is full, and the item is left out (lost_bytes says so). */
void *capture_room(struct capture *capture, size_t length);

/* One copy row. got bytes of full; error 0 or an errno. */
void capture_row(struct capture *capture, const struct capture_call *call, enum record_kind kind, uint8_t arg,
	const struct memory_piece *piece, uint64_t full);

/* What a vector, message or argument list points to. entry: the argument's own bytes as they were read. */
void capture_vector(
	struct capture *capture, const struct capture_call *call, enum record_kind kind, const struct capture_item *item);

#endif
