/*
 * What only proc says of a process: its ids in pid namespaces, its parent, what it was before it was traced, what its children used.
 * Must not live here: rows (tracee.c, record_rows.c), descriptors and paths (world.h).
 */
#ifndef SYSCOPE_TRACER_PROCESS_FACTS_H
#define SYSCOPE_TRACER_PROCESS_FACTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of a command line; execve(2) allows megabytes, nobody reads them. */
#define PROCESS_ARGV_BYTES 32768

/*
 * The id that the kernel shows to the thread itself, where its pid namespace may be another than ours. ids (may be NULL): all of
 * them, from our namespace to its own, with spaces between; empty if there is only one.
 */
pid_t process_facts_namespaces(pid_t tid, char *ids, size_t size);
/* 0 if it can't be had. */
pid_t process_facts_parent(pid_t pid);
/* When it was started, CLOCK_MONOTONIC ns, to a clock tick. 0 if it can't be had. */
uint64_t process_facts_started(pid_t pid);
/* CPU time of the children that it has waited for, in microseconds, to a clock tick. Unchanged if that can't be had. */
void process_facts_children(pid_t pid, uint64_t *user_us, uint64_t *system_us);
/* Its command line, NUL-terminated words, as much as fits; *full: how long it is. Returns what is in words. */
size_t process_facts_argv(pid_t pid, char *words, size_t size, uint64_t *full);
/* Its working directory; empty if it can't be had. */
void process_facts_cwd(pid_t pid, char *path, size_t size);

#endif
