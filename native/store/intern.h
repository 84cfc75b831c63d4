/*
 * A set of byte strings with their ids, for the writer: exact (bytes are compared), owned by one thread.
 * Must not live here: the trace file.
 */
#ifndef SYSCOPE_STORE_INTERN_H
#define SYSCOPE_STORE_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern_slot {
	uint32_t id; /* 0: free */
	uint32_t length;
	uint64_t hash;
	const char *bytes;
};

struct intern_table {
	struct intern_slot *slots;
	size_t mask, used;
	uint64_t seed; /* random, so that a traced program can't choose strings that collide */
	struct intern_chunk *chunks;
};

/* Returns 0 or -ENOMEM. */
int intern_init(struct intern_table *table);
void intern_free(struct intern_table *table);
/* The id of these bytes, 0 = not there. */
uint32_t intern_find(const struct intern_table *table, const char *bytes, size_t length);
/* Adds bytes that are not there, by a copy. Returns 0 or -ENOMEM. */
int intern_add(struct intern_table *table, const char *bytes, size_t length, uint32_t id);

#endif
