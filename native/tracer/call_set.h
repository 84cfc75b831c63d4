/*
 * Which calls are recorded, by name: what --calls says. Pure, but for memory.
 *
 *   LIST   ITEM[,ITEM...]   chosen are the calls of any item
 *   ITEM   file, %file      a set (of syscall_set_names; one that is named as a call is, as stat, needs its %)
 *          openat           a call
 *          /^get.*id$/      the calls whose names a regular expression (POSIX extended) finds; its last slash may be left out
 *          all, none
 *          !ITEM            not these: they are taken out of what the items before chose
 * A list that begins with ! begins with all calls, and each of its items is taken out: !a,b is neither a nor b, as strace has it.
 */
#ifndef SYSCOPE_TRACER_CALL_SET_H
#define SYSCOPE_TRACER_CALL_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "syscalls.h"

struct call_item;

struct call_set {
	struct call_item *items; /* NULL: every call */
	size_t count;
	bool others;                         /* numbers that the table does not know */
	bool numbers[SYSCALLS_X86_64_COUNT]; /* of this architecture's */
};

/* Fills set from text. Returns 0, or -1 with a sentence (without its final stop) that says what is wrong and what was probably meant. */
int call_set_parse(struct call_set *set, const char *text, char *sentence, size_t size);
void call_set_free(struct call_set *set);

/* row NULL: a number that the table does not know. */
bool call_set_has(const struct call_set *set, const struct syscall_row *row);
/* Whether it leaves anything out. */
bool call_set_narrows(const struct call_set *set);

#endif
