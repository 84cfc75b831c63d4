/* Mappings: every map, unmap and clone against a plain array of bytes, over seeded random sequences. */
#include <stdlib.h>

#include "unwind.h"
#include "unwind_check.h"

#define PAGES 64

/* What a page belongs to: 0 = nothing, else id + 1; and its virtual address. */
struct model {
	uint32_t owner[PAGES];
	uint64_t vaddr[PAGES];
};

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void change(struct model *model, struct unwind_space *space, uint32_t *seed, uint32_t id)
{
	uint64_t first = next_random(seed) % PAGES, count = 1 + next_random(seed) % 12;
	uint64_t start = first * 4096, vaddr = next_random(seed) % 1000 * 4096;
	int map = next_random(seed) % 3 != 0, rc;

	if (count > PAGES - first)
		count = PAGES - first;
	if (map)
		rc = unwind_space_map(space, start, start + count * 4096, vaddr, id, NULL);
	else
		rc = unwind_space_unmap(space, start, start + count * 4096);
	CHECK(rc == 0, "%d", rc);
	for (uint64_t i = 0; i < count; i++) {
		model->owner[first + i] = map ? id + 1 : 0;
		model->vaddr[first + i] = vaddr + i * 4096;
	}
}

static void compare(const struct model *model, const struct unwind_space *space, uint32_t round)
{
	for (uint64_t page = 0; page < PAGES; page++) {
		uint32_t id = 0;
		uint64_t vaddr = 0;
		bool found = unwind_space_find(space, page * 4096 + 4095, &id, &vaddr);

		CHECK(found == (model->owner[page] != 0), "round %u page %lu", round, (unsigned long)page);
		if (!found || !model->owner[page])
			continue;
		CHECK(id == model->owner[page] - 1 && vaddr == model->vaddr[page] + 4095, "round %u page %lu: id %u", round,
			(unsigned long)page, id);
	}
}

static void test_random(uint32_t seed)
{
	struct model model = { 0 };
	struct unwind_space *space, *copy;

	CHECK(unwind_space_new(&space) == 0, "new");
	for (uint32_t round = 0; round < 300; round++) {
		change(&model, space, &seed, round);
		compare(&model, space, round);
		if (round % 37 == 0) {
			CHECK(unwind_space_clone(space, &copy) == 0, "clone");
			unwind_space_free(space);
			space = copy;
			compare(&model, space, round);
		}
	}
	unwind_space_clear(space);
	CHECK(!unwind_space_find(space, 0, NULL, NULL), "cleared");
	unwind_space_free(space);
}

int main(void)
{
	struct unwind_space *space;

	for (uint32_t seed = 1; seed <= 20; seed++)
		test_random(seed);
	CHECK(unwind_space_new(&space) == 0, "new");
	CHECK(unwind_space_map(space, 8, 8, 0, 0, NULL) < 0 && unwind_space_unmap(space, 9, 8) < 0, "empty ranges are refused");
	unwind_space_free(space);
	return check_result();
}
