/* The index of descriptions: random additions and removals beside a model. */
#include <stdint.h>
#include <stdio.h>
#include "tracer/fd_internal.h"

#define LINKS 300
#define KEYS  23
#define STEPS 20000

static struct fd_index indexed;
static struct fd_link links[LINKS];
static bool inside[LINKS];

static int count_of(uint64_t key)
{
	int count = 0;

	for (struct fd_link *link = fd_index_first(&indexed, key); link; link = fd_index_next(link))
		count += inside[link - links] ? 1 : LINKS;
	return count;
}

static int expected(uint64_t key)
{
	int count = 0;

	for (uint64_t i = key; i < LINKS; i += KEYS)
		count += inside[i];
	return count;
}

int main(void)
{
	uint32_t random = 12345;

	for (int step = 0; step < STEPS; step++) {
		size_t i = (random = random * 1664525u + 1013904223u) >> 8;

		i %= LINKS;
		if (inside[i])
			fd_index_remove(&indexed, &links[i]);
		else
			fd_index_add(&indexed, &links[i], i % KEYS);
		inside[i] = !inside[i];
		if (count_of(i % KEYS) != expected(i % KEYS)) {
			printf("step %d: key %zu has %d links, expected %d\n", step, i % KEYS, count_of(i % KEYS),
				expected(i % KEYS));
			return 1;
		}
	}
	fd_index_remove(&indexed, &(struct fd_link){ 0 }); /* one that is nowhere */
	fd_index_free(&indexed);
	return fd_index_first(&indexed, 1) != NULL;
}
