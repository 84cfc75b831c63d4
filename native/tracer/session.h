/*
 * One recording from begin to end, in the tracer process.
 * Must not live here: the loop, the launcher's side.
 */
#ifndef SYSCOPE_TRACER_SESSION_H
#define SYSCOPE_TRACER_SESSION_H

#include "options.h"

/* Runs in the tracer process; end: its side of the handshake with the launcher, whose pid is program and which will run path. Returns an exit status. */
int session_record(const struct options *options, const char *path, pid_t program, int end);

/* Attaches to a running process and records it until it ends, or until SIGINT or SIGTERM; in the foreground. Returns an exit status. */
int session_attach(const struct options *options);

#endif
