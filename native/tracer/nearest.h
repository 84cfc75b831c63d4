/*
 * The word that was probably meant: what a message about a misspelt name suggests. Pure.
 * Must not live here: which words there are.
 */
#ifndef SYSCOPE_TRACER_NEAREST_H
#define SYSCOPE_TRACER_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word; /* as it was written */
	const char *best; /* NULL: none is near enough */
	size_t distance;  /* of the best one */
};

/* word stays the caller's and must outlive the search. */
void nearest_begin(struct nearest *nearest, const char *word);
/* One word that there is; it stays the caller's. NULL is none. */
void nearest_offer(struct nearest *nearest, const char *candidate);
/* How many letters must be put in, left out, replaced or swapped with their neighbour. SIZE_MAX: a word is too long to compare. */
size_t nearest_distance(const char *a, const char *b);

#endif
