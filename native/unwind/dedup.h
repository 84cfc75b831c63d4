/*
 * A growing array of distinct fixed-size items: the same bytes get the same index. Items must have no padding.
 * What must not live here: what the items mean.
 */
#ifndef SYSCOPE_UNWIND_DEDUP_H
#define SYSCOPE_UNWIND_DEDUP_H

#include <stddef.h>
#include <stdint.h>

struct dedup {
	uint8_t *items;
	size_t item_size, count, capacity, limit;
	uint32_t *slots; /* index + 1, 0 = free; slot_count is a power of two */
	size_t slot_count;
};

void dedup_init(struct dedup *table, size_t item_size, size_t limit);
void dedup_free(struct dedup *table);
/* Drops what only adding needs, and spare room. */
void dedup_finish(struct dedup *table);
/* The item's index in *index. Returns 0, -ENOMEM, or -ENOSPC when the limit is reached. */
int dedup_add(struct dedup *table, const void *item, uint32_t *index);

static inline const void *dedup_at(const struct dedup *table, size_t index)
{
	return table->items + index * table->item_size;
}

#endif
