/*
 * A sentence to the person who started a program, by way of the program's own stderr: the tracer holds none.
 * Must not live here: what is said.
 */
#ifndef SYSCOPE_TRACER_NOTICE_H
#define SYSCOPE_TRACER_NOTICE_H

#include <sys/types.h>

/* Writes the line to what is descriptor 2 of the process, if there is one that takes it at once. */
void notice(pid_t pid, const char *line);

#endif
