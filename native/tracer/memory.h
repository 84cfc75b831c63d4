/*
 * Reading and writing a tracee's memory. Many pieces in one system call, since a call costs more than its bytes.
 * Must not live here: what is read.
 */
#ifndef SYSCOPE_TRACER_MEMORY_H
#define SYSCOPE_TRACER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One piece: got is how much of it could be read, from its begin on; error is 0 or the errno that ended it. */
struct memory_piece {
	uint64_t address;
	void *buffer;
	uint32_t length;
	uint32_t got;
	int error;
};

#define MEMORY_MAX_PIECES 24

/* Reads all pieces, as far as they can be. count <= MEMORY_MAX_PIECES. */
void memory_read_pieces(pid_t tid, struct memory_piece *pieces, size_t count);

/* Reads exactly length bytes. Returns 0 or -errno. */
int memory_read(pid_t tid, uint64_t address, void *buffer, size_t length);

/* Reads a NUL-terminated string of at most size - 1 bytes; always terminates it. *full: the NUL was found. Returns its length or -errno. */
ssize_t memory_read_string(pid_t tid, uint64_t address, char *buffer, size_t size, bool *full);

/* Writes one word, also where the tracee itself may not. Returns 0 or -errno. */
int memory_write_word(pid_t tid, uint64_t address, uint64_t word);

#endif
