/*
 * Taking hold of a process with ptrace, and saying why that was refused.
 * Must not live here: what happens afterwards.
 */
#ifndef SYSCOPE_TRACER_SEIZE_H
#define SYSCOPE_TRACER_SEIZE_H

#include <stddef.h>
#include <sys/types.h>

/* A launched program ends with its tracer (it has a filter that needs one); an attached one goes on. */
enum seize_kind { SEIZE_LAUNCHED, SEIZE_ATTACHED };

/* PTRACE_SEIZE with the options that the loop needs. Returns 0 or -errno. */
int seize(pid_t tid, enum seize_kind kind);

/* One sentence without a full stop on why seize failed. */
void seize_explain(pid_t pid, int error, char *sentence, size_t size);

#endif
