/*
 * Which processes are recorded: what --processes says. Pure, but for memory.
 *
 *   CHOICE   TERM[,TERM...]      all terms hold; given several times, one of the choices fits
 *   TERM     KEY=VALUE or KEY!=VALUE
 *   KEY      pid, name, parent (the parent's name), ppid (the parent's id)
 * A name is the kernel's, of at most 15 bytes (comm): a longer value is held against it by its first 15.
 */
#ifndef SYSCOPE_TRACER_PROCESS_SET_H
#define SYSCOPE_TRACER_PROCESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESS_NAME_BYTES 16 /* TASK_COMM_LEN, with its NUL */

struct process_facts {
	pid_t pid, ppid;
	const char *name, *parent; /* "": not known */
};

struct process_term;

struct process_set {
	struct process_term *terms; /* NULL: every process */
	size_t count, choices;
};

/* Adds one choice. Returns 0, or -1 with a sentence (without its final stop); then the set may hold part of it. */
int process_set_add(struct process_set *set, const char *text, char *sentence, size_t size);
void process_set_free(struct process_set *set);
bool process_set_has(const struct process_set *set, const struct process_facts *facts);

#endif
