/*
 * The symbol executable as a child: questions in, answers out, never for longer than a time limit.
 * Must not live here: what is asked and what becomes of the answers (finish.c).
 */
#ifndef SYSCOPE_TRACER_SYMBOL_PROCESS_H
#define SYSCOPE_TRACER_SYMBOL_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct symbol_process {
	pid_t pid; /* 0: not running */
	int in, out;
	char *buffer; /* what it has answered and nobody has taken */
	size_t begin, end, capacity;
};

/* Starts it (it lies beside this executable). Returns 0 or -errno (-ENOENT: it is not there). */
int symbol_process_start(struct symbol_process *process);
/* Ends it. */
void symbol_process_stop(struct symbol_process *process);
/* Sends length bytes. Returns 0, or -ETIMEDOUT, -EPIPE. deadline_ns: CLOCK_MONOTONIC. */
int symbol_process_send(struct symbol_process *process, const char *bytes, size_t length, uint64_t deadline_ns);
/* The next line without its newline, NUL-terminated, valid until the next call; NULL: none until the deadline, or it has ended. */
char *symbol_process_line(struct symbol_process *process, uint64_t deadline_ns);

#endif
