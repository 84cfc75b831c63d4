/*
 * Many durations in little memory, for their percentiles. Up to DURATIONS_EXACT of them are kept as they are; more are counted in
 * buckets a 1,024th as wide as their lower end, each with the largest of its values. A percentile is then such a value: one that
 * occurred, at most 0.1 % above the exact one.
 * Must not live here: what took so long.
 */
#ifndef SYSCOPE_STORE_DURATIONS_H
#define SYSCOPE_STORE_DURATIONS_H

#include <stddef.h>
#include <stdint.h>

#define DURATIONS_EXACT 16384u
#define DURATIONS_PARTS 1024u /* buckets of an octave; values below are exact */

struct durations_octave {
	uint32_t count[DURATIONS_PARTS];
	uint64_t largest[DURATIONS_PARTS];
};

struct durations {
	uint64_t count, total, largest;
	uint64_t *exact; /* NULL once there are octaves */
	size_t capacity;
	struct durations_octave **octaves; /* 0: below DURATIONS_PARTS; n: from DURATIONS_PARTS << (n - 1) on */
};

/* Begins as zeros. Returns 0 or -ENOMEM. */
int durations_add(struct durations *d, uint64_t duration);
/* The smallest value that at least this part (0 to 1) of the values does not exceed; 0 of none. Moves what is kept. */
uint64_t durations_percentile(struct durations *d, double part);
void durations_free(struct durations *d);

#endif
