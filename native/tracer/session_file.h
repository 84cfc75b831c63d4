/*
 * The session file: options too long or too private for a command line, as NUL-terminated words key=value.
 * Must not live here: the command line's own grammar.
 */
#ifndef SYSCOPE_TRACER_SESSION_FILE_H
#define SYSCOPE_TRACER_SESSION_FILE_H

#include "options.h"

/*
 * Reads, then removes the file (regular, 0600, ours), and sets what it says; env and unenv words change this process's environment.
 * Returns 0, or an exit status after writing one sentence to stderr. The words stay allocated: options point into them.
 */
int session_file_apply(const char *path, struct options *options);

#endif
