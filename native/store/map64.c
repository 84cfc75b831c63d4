/* Pairs of 64-bit numbers to an index; open addressing, at most half full. Must not live here: what the numbers are. */
#include <errno.h>
#include <stdlib.h>

#include "index.h"

static uint64_t hash_pair(uint64_t high, uint64_t low)
{
	__uint128_t product = (__uint128_t)(high ^ 0x9e3779b97f4a7c15u) * ((low ^ 0xd6e8feb86659fd93u) | 1);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static struct map64_slot *find(const struct map64 *map, uint64_t high, uint64_t low)
{
	size_t at = hash_pair(high, low) & map->mask;

	while (map->slots[at].value != NONE32 && (map->slots[at].high != high || map->slots[at].low != low))
		at = (at + 1) & map->mask;
	return &map->slots[at];
}

static int grow(struct map64 *map)
{
	struct map64 larger = { .mask = map->slots ? map->mask * 2 + 1 : 63, .used = map->used };

	larger.slots = malloc((larger.mask + 1) * sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i <= larger.mask; i++)
		larger.slots[i].value = NONE32;
	for (size_t i = 0; map->slots && i <= map->mask; i++)
		if (map->slots[i].value != NONE32)
			*find(&larger, map->slots[i].high, map->slots[i].low) = map->slots[i];
	free(map->slots);
	*map = larger;
	return 0;
}

uint32_t *map64_at(struct map64 *map, uint64_t high, uint64_t low)
{
	struct map64_slot *slot;

	if ((!map->slots || map->used * 2 >= map->mask) && grow(map))
		return NULL;
	slot = find(map, high, low);
	if (slot->value == NONE32) {
		slot->high = high;
		slot->low = low;
		map->used++; /* the caller fills it; if it doesn't, one place more counts as used than is */
	}
	return &slot->value;
}

uint32_t map64_get(const struct map64 *map, uint64_t high, uint64_t low)
{
	return map->slots ? find(map, high, low)->value : NONE32;
}
