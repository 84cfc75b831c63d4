/* Interning by a hash table with linear probing. See dedup.h. */
#include "dedup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_bytes(const uint8_t *bytes, size_t size)
{
	uint64_t hash = size, word;

	for (; size >= sizeof(word); bytes += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	for (; size > 0; size--)
		hash = (hash ^ *bytes++) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

void dedup_init(struct dedup *table, size_t item_size, size_t limit)
{
	*table = (struct dedup){ .item_size = item_size, .limit = limit };
}

void dedup_free(struct dedup *table)
{
	free(table->items);
	free(table->slots);
	*table = (struct dedup){ 0 };
}

void dedup_finish(struct dedup *table)
{
	uint8_t *trimmed;

	free(table->slots);
	table->slots = NULL;
	table->slot_count = 0;
	trimmed = table->count ? realloc(table->items, table->count * table->item_size) : NULL;
	if (trimmed) {
		table->items = trimmed;
		table->capacity = table->count;
	}
}

static uint32_t *find_slot(const struct dedup *table, const void *item)
{
	size_t mask = table->slot_count - 1;
	size_t i = hash_bytes(item, table->item_size) & mask;

	while (table->slots[i] && memcmp(dedup_at(table, table->slots[i] - 1), item, table->item_size) != 0)
		i = (i + 1) & mask;
	return &table->slots[i];
}

static int grow(struct dedup *table)
{
	size_t capacity = table->capacity ? table->capacity * 2 : 64;
	uint8_t *items = realloc(table->items, capacity * table->item_size);
	uint32_t *slots;

	if (!items)
		return -ENOMEM;
	table->items = items;
	slots = calloc(capacity * 2, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->slot_count = capacity * 2;
	table->capacity = capacity;
	for (size_t i = 0; i < table->count; i++)
		*find_slot(table, dedup_at(table, i)) = (uint32_t)i + 1;
	return 0;
}

int dedup_add(struct dedup *table, const void *item, uint32_t *index)
{
	uint32_t *slot;

	if (table->count == table->capacity) {
		int rc = grow(table);

		if (rc)
			return rc;
	}
	slot = find_slot(table, item);
	if (*slot == 0) {
		if (table->count == table->limit)
			return -ENOSPC;
		memcpy(table->items + table->count * table->item_size, item, table->item_size);
		table->count++;
		*slot = (uint32_t)table->count;
	}
	*index = *slot - 1;
	return 0;
}
