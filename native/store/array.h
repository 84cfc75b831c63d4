/* A growing array's memory: doubles, checks for overflow. Must not live here: anything else. */
#ifndef SYSCOPE_STORE_ARRAY_H
#define SYSCOPE_STORE_ARRAY_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Makes room for `wanted` elements in *memory, which has room for *capacity. Returns 0 or -ENOMEM (then nothing changed). */
static inline int array_reserve(void **memory, size_t *capacity, size_t wanted, size_t element_bytes)
{
	size_t larger = *capacity ? *capacity : 16;
	void *moved;

	if (wanted <= *capacity)
		return 0;
	if (wanted > SIZE_MAX / 2 / element_bytes)
		return -ENOMEM;
	while (larger < wanted)
		larger *= 2;
	moved = realloc(*memory, larger * element_bytes);
	if (!moved)
		return -ENOMEM;
	*memory = moved;
	*capacity = larger;
	return 0;
}

#define ARRAY_RESERVE(array, capacity, wanted) array_reserve((void **)&(array), &(capacity), (wanted), sizeof(*(array)))

#endif
