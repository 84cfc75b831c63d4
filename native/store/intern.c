/*
 * Open addressing with linear probing; copies of the strings lie in chunks that are freed together.
 * Must not live here: what a string is for.
 */
#include "intern.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define FIRST_SLOTS 1024
#define CHUNK_BYTES 65536

struct intern_chunk {
	struct intern_chunk *next;
	size_t used, size;
	char bytes[];
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_bytes(uint64_t seed, const char *bytes, size_t length)
{
	uint64_t hash = seed ^ length, word;

	for (; length >= 8; length -= 8, bytes += 8) {
		memcpy(&word, bytes, 8);
		hash = mix(hash ^ seed, word);
	}
	word = 0;
	if (length)
		memcpy(&word, bytes, length);
	return mix(hash ^ seed, word);
}

int intern_init(struct intern_table *table)
{
	*table = (struct intern_table){ .mask = FIRST_SLOTS - 1 };
	if (getrandom(&table->seed, sizeof(table->seed), GRND_NONBLOCK) != sizeof(table->seed))
		table->seed = (uint64_t)time(NULL) ^ (uintptr_t)table;
	table->slots = calloc(FIRST_SLOTS, sizeof(*table->slots));
	return table->slots ? 0 : -ENOMEM;
}

void intern_free(struct intern_table *table)
{
	while (table->chunks) {
		struct intern_chunk *next = table->chunks->next;

		free(table->chunks);
		table->chunks = next;
	}
	free(table->slots);
	table->slots = NULL;
}

static struct intern_slot *find_slot(const struct intern_table *table, uint64_t hash, const char *bytes, size_t length)
{
	size_t at = hash & table->mask;

	for (;; at = (at + 1) & table->mask) {
		struct intern_slot *slot = &table->slots[at];

		if (!slot->id)
			return slot;
		if (slot->hash == hash && slot->length == length && !memcmp(slot->bytes, bytes, length))
			return slot;
	}
}

uint32_t intern_find(const struct intern_table *table, const char *bytes, size_t length)
{
	return find_slot(table, hash_bytes(table->seed, bytes, length), bytes, length)->id;
}

static int grow(struct intern_table *table)
{
	struct intern_table larger = *table;

	larger.mask = table->mask * 2 + 1;
	larger.slots = calloc(larger.mask + 1, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i <= table->mask; i++) {
		const struct intern_slot *slot = &table->slots[i];

		if (slot->id)
			*find_slot(&larger, slot->hash, slot->bytes, slot->length) = *slot;
	}
	free(table->slots);
	*table = larger;
	return 0;
}

static char *copy_bytes(struct intern_table *table, const char *bytes, size_t length)
{
	struct intern_chunk *chunk = table->chunks;

	if (!chunk || chunk->size - chunk->used < length) {
		size_t size = length > CHUNK_BYTES ? length : CHUNK_BYTES;

		chunk = malloc(sizeof(*chunk) + size);
		if (!chunk)
			return NULL;
		*chunk = (struct intern_chunk){ .next = table->chunks, .size = size };
		table->chunks = chunk;
	}
	memcpy(chunk->bytes + chunk->used, bytes, length);
	chunk->used += length;
	return chunk->bytes + chunk->used - length;
}

int intern_add(struct intern_table *table, const char *bytes, size_t length, uint32_t id)
{
	uint64_t hash = hash_bytes(table->seed, bytes, length);
	char *copy;

	if (table->used * 2 > table->mask && grow(table))
		return -ENOMEM;
	copy = copy_bytes(table, bytes, length);
	if (!copy)
		return -ENOMEM;
	*find_slot(table, hash, bytes, length) = (struct intern_slot){ id, (uint32_t)length, hash, copy };
	table->used++;
	return 0;
}
