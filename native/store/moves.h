/*
 * Which way a call moves bytes at its descriptor, by its row of the system call table.
 * Must not live here: how many (transfer.h, pass.h).
 */
#ifndef SYSCOPE_STORE_MOVES_H
#define SYSCOPE_STORE_MOVES_H

#include "syscalls.h"

enum moves_kind {
	MOVES_NONE,
	MOVES_RECEIVED,
	MOVES_SENT,
	MOVES_FROM, /* bytes come from the descriptor, and go to another one (arg) */
	MOVES_TO
};
struct moves {
	enum moves_kind kind;
	int arg; /* the other descriptor; -1: none */
};

/*
 * Of a call on a descriptor whose result is a number of bytes: the direction of its buffer says which way these went; between two
 * descriptors they come from one and go to the other, the call's own first. row: NULL for none. What the recording itself says of a
 * call (ties with the roles read and written) goes before.
 */
struct moves moves_of(const struct syscall_row *row);

#endif
