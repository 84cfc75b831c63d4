/*
 * The lines of /proc/PID/maps.
 * Must not live here: what is done with a mapping.
 */
#ifndef SYSCOPE_TRACER_MAPS_H
#define SYSCOPE_TRACER_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct maps {
	int fd;
	size_t begin, end;
	bool ended;
	char buffer[16384];
};

struct map_line {
	uint64_t start, end, offset, inode;
	bool writable, executable, shared;
	const char *path; /* empty: none; valid until the next call */
};

int maps_open(struct maps *maps, pid_t pid);
void maps_close(struct maps *maps);
/* False at the end. */
bool maps_next(struct maps *maps, struct map_line *line);

#endif
