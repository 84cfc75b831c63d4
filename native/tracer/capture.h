/*
 * Copies what a call's arguments point to, by the kinds that its table row names, into the trace. It knows kinds, never calls.
 * Must not live here: what the bytes mean (the reader's business), ptrace.
 */
#ifndef SYSCOPE_TRACER_CAPTURE_H
#define SYSCOPE_TRACER_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "memory.h"
#include "store/writer.h"
#include "syscalls.h"

struct capture;

/* payload_bytes: how much of a buffer is kept. Paths and structs are kept whole. Returns 0 or -ENOMEM. */
int capture_new(struct trace_writer *writer, uint32_t payload_bytes, struct capture **out);
void capture_free(struct capture *capture);

/* A call as the copying sees it. */
struct capture_call {
	pid_t tid;
	uint64_t event;
	const struct syscall_row *row; /* NULL: raw words, nothing is copied */
	const uint64_t *args;
	uint64_t sp; /* at entry */
	int64_t ret; /* at exit */
};

/*
 * Entry, first half: reads what goes in, and with it, in the same system call, *extra (unless NULL: a stack slice).
 * Returns the path that the row's touch names, NUL-terminated and valid until the next call of capture_; NULL: none or unreadable.
 */
const char *capture_read_entry(struct capture *capture, const struct capture_call *call, struct memory_piece *extra);
/* Nothing is copied of the half of a call that comes now: capture_copied() is not to answer with another's. */
void capture_forget(struct capture *capture);
/*
 * The paths among what capture_read_entry() read: the one at *at or after it (begin with 0), and which argument it is. NULL:
 * there is no further one. Valid as long as what that returned.
 */
const char *capture_path(const struct capture *capture, size_t *at, uint8_t *arg);
/* Entry, second half: writes the copy_in rows of what was read. */
void capture_write_entry(struct capture *capture, const struct capture_call *call);
/* Exit: reads and writes what came out, in copy_out rows. */
void capture_exit(struct capture *capture, const struct capture_call *call);

/* What was read of an argument in the half that was captured last, valid until the next; NULL: nothing. */
const void *capture_copied(const struct capture *capture, uint8_t arg, size_t *length);

/* Bytes that could not be kept since the last question, and forgets them. */
uint64_t capture_take_lost(struct capture *capture);

#endif
