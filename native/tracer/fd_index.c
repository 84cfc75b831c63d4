/*
 * A chained hash table with the links inside the items: adding and removing never allocate, growth doubles.
 * Knows nothing of what it holds.
 */
#include <stdlib.h>
#include "fd_internal.h"

static size_t place_of(const struct fd_index *index, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (index->capacity - 1);
}

static void link_in(struct fd_index *index, struct fd_link *link)
{
	struct fd_link **head = &index->heads[place_of(index, link->key)];

	link->next = *head;
	link->at = head;
	if (link->next)
		link->next->at = &link->next;
	*head = link;
}

/* Without memory the chains only get longer; without a first array nothing is indexed. */
static void grow(struct fd_index *index)
{
	size_t old_capacity = index->capacity, capacity = old_capacity ? old_capacity * 2 : 64;
	struct fd_link **old = index->heads, **heads = calloc(capacity, sizeof(*heads));

	if (!heads)
		return;
	index->heads = heads;
	index->capacity = capacity;
	for (size_t i = 0; i < old_capacity; i++) {
		for (struct fd_link *link = old[i], *next; link; link = next) {
			next = link->next;
			link_in(index, link);
		}
	}
	free(old);
}

void fd_index_add(struct fd_index *index, struct fd_link *link, uint64_t key)
{
	if (index->count >= index->capacity)
		grow(index);
	if (!index->capacity)
		return;
	link->key = key;
	link_in(index, link);
	index->count++;
}

void fd_index_remove(struct fd_index *index, struct fd_link *link)
{
	if (!link->at)
		return;
	*link->at = link->next;
	if (link->next)
		link->next->at = link->at;
	link->at = NULL;
	link->next = NULL;
	index->count--;
}

static struct fd_link *skip_to(struct fd_link *link, uint64_t key)
{
	while (link && link->key != key)
		link = link->next;
	return link;
}

struct fd_link *fd_index_first(const struct fd_index *index, uint64_t key)
{
	return index->capacity ? skip_to(index->heads[place_of(index, key)], key) : NULL;
}

struct fd_link *fd_index_next(const struct fd_link *link)
{
	return skip_to(link->next, link->key);
}

void fd_index_free(struct fd_index *index)
{
	free(index->heads);
	*index = (struct fd_index){ 0 };
}
