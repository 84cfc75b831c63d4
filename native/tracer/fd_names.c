/*
 * Names that opened paths came to: a program opens the same few files again and again, and each process anew. What a path led
 * to is known once its link in proc was read; while it leads to the same inode, the link need not be read again.
 * Must not live here: asking proc (world.c).
 */
#include <string.h>
#include "fd_internal.h"

static uint32_t place_of(const char *path)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 16777619u;
	return hash % FD_NAMES;
}

uint64_t fd_name_expect(struct fd_state *s, const char *path)
{
	struct fd_known_name *known = &s->names[place_of(path)];
	size_t length = strlen(path);

	if (path[0] != '/' || length >= sizeof(known->path))
		return 0;
	if (strcmp(known->path, path) != 0) {
		memcpy(known->path, path, length + 1);
		known->inode = 0;
		known->version++;
	}
	return (uint64_t)known->version << 32 | ((uint64_t)(known - s->names) + 1);
}

struct fd_known_name *fd_name_expected(struct fd_state *s, uint64_t ticket)
{
	uint64_t place = (ticket & UINT32_MAX) - 1;

	if (place >= FD_NAMES || s->names[place].version != ticket >> 32)
		return NULL;
	return &s->names[place];
}

void fd_name_learn(struct fd_known_name *known, const struct fd_probe *probe)
{
	size_t length = strlen(probe->name);

	if (probe->mode == 0 || length >= sizeof(known->name))
		return;
	memcpy(known->name, probe->name, length + 1);
	known->device = probe->device;
	known->inode = probe->inode;
}
