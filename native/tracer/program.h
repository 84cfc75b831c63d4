/*
 * Which file a program's name means, and what a failed exec means to a person.
 * Must not live here: running it.
 */
#ifndef SYSCOPE_TRACER_PROGRAM_H
#define SYSCOPE_TRACER_PROGRAM_H

#include <stddef.h>

/*
 * Looks name up as a shell does (PATH unless it holds a slash). Returns 0 and the path to exec, or an exit status
 * (EXIT_NOT_FOUND, EXIT_NOT_EXECUTABLE) after writing one sentence to stderr.
 */
int program_find(const char *name, char *path, size_t size);

/* One sentence on why execve(path) failed with error. Returns the exit status. */
int program_explain(const char *path, int error, char *sentence, size_t size);

#endif
