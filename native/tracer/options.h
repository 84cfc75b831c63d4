/*
 * The helper's command line and session file: what was asked for, checked.
 * Must not live here: doing any of it.
 */
#ifndef SYSCOPE_TRACER_OPTIONS_H
#define SYSCOPE_TRACER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "selection.h"

/* Exit statuses of Syscope's own failures, as shells number them. */
#define EXIT_SYSCOPE_FAILED 125
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND      127

enum command { COMMAND_RECORD, COMMAND_ATTACH };

struct options {
	enum command command;
	const char *output;  /* NULL: named by program and time */
	const char *control; /* NULL: no control socket */
	const char *program; /* what to run; argv[0] unless the session file says otherwise */
	const char *cwd;     /* NULL: as it is */
	char **argv;         /* NULL-terminated */
	pid_t attach_pid;
	struct selection selection;
	uint32_t payload_bytes; /* of each buffer */
	uint64_t size_limit_bytes;
	bool stacks;
	bool filter; /* a seccomp filter selects the calls that stop */
	bool stop_on_entry;
	bool stats;
	size_t argc;
	size_t argv_capacity;
};

/*
 * Fills options from the command line. Environment changes that a session file asks for are made in this process.
 * Returns 0, or an exit status after writing one sentence to stderr (0 with done set: help was asked for and printed).
 */
int options_parse(int argc, char **argv, struct options *options, bool *done);

/* Appends one word to argv (kept NULL-terminated; the word stays the caller's). Returns 0 or -ENOMEM. */
int options_add_word(struct options *options, char *word);

/* "none", "all" or a number of bytes; more than a trace can hold of one call is that much. Returns 0 or -EINVAL, -ERANGE. */
int options_payload(const char *text, uint32_t *out);

/* Reads a decimal number up to the end of text. Returns 0 or -EINVAL, -ERANGE. */
int options_number(const char *text, uint64_t limit, uint64_t *out);

#endif
