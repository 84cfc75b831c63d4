/*
 * Whole calls and their copied bytes, from the trace's rows, as syscope.h lays them out.
 * Must not live here: lanes, pages.
 */
#ifndef SYSCOPE_STORE_CALLS_H
#define SYSCOPE_STORE_CALLS_H

#include "index.h"

void calls_fill(struct index *x, double id, double *numbers, uint64_t *words);

/* Room for copies, filled call by call. */
struct copy_room {
	double *numbers;
	uint64_t *addresses;
	uint8_t *bytes;
	uint32_t capacity, bytes_capacity; /* of numbers and addresses, of bytes */
	uint32_t count, bytes_used;
};

/* Adds a call's copies. Returns true, or false and in needed what it takes if there is no room for all of them. */
bool calls_copies(struct index *x, double id, uint32_t call, struct copy_room *room, uint32_t needed[2]);

/* ties.c: adds a call's ties to numbers, of which *used are. Returns true, or false and in needed what it takes, having added none. */
bool calls_ties(struct index *x, double id, uint32_t call, double *numbers, uint32_t capacity, uint32_t *used, uint32_t *needed);

#endif
