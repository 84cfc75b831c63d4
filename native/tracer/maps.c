/* See maps.h. */
#include "maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int maps_open(struct maps *maps, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps->fd = open(path, O_RDONLY | O_CLOEXEC);
	maps->begin = maps->end = 0;
	maps->ended = false;
	return maps->fd < 0 ? -errno : 0;
}

void maps_close(struct maps *maps)
{
	close(maps->fd);
}

/* The next line, NUL-terminated; NULL at the end. Paths are at most 4096 bytes, so that a line fits. */
static char *next_text(struct maps *maps)
{
	for (;;) {
		char *begin = maps->buffer + maps->begin;
		char *newline = memchr(begin, '\n', maps->end - maps->begin);
		ssize_t got;

		if (newline) {
			*newline = '\0';
			maps->begin = (size_t)(newline + 1 - maps->buffer);
			return begin;
		}
		if (maps->ended)
			return NULL;
		memmove(maps->buffer, begin, maps->end - maps->begin);
		maps->end -= maps->begin;
		maps->begin = 0;
		got = maps->end < sizeof(maps->buffer)
			      ? read(maps->fd, maps->buffer + maps->end, sizeof(maps->buffer) - maps->end)
			      : 0;
		if (got <= 0)
			maps->ended = true;
		else
			maps->end += (size_t)got;
	}
}

/* "start-end perms offset major:minor inode   path" (proc(5)) */
static bool parse(char *text, struct map_line *line)
{
	char *at;

	line->start = strtoull(text, &at, 16);
	if (*at != '-')
		return false;
	line->end = strtoull(at + 1, &at, 16);
	if (*at != ' ' || strlen(at) < 6 || line->end <= line->start)
		return false;
	line->writable = at[2] == 'w';
	line->executable = at[3] == 'x';
	line->shared = at[4] == 's';
	line->offset = strtoull(at + 6, &at, 16);
	at = *at == ' ' ? strchr(at + 1, ' ') : NULL;
	if (!at)
		return false;
	line->inode = strtoull(at, &at, 10);
	while (*at == ' ')
		at++;
	line->path = at;
	return true;
}

bool maps_next(struct maps *maps, struct map_line *line)
{
	char *text;

	do {
		text = next_text(maps);
		if (!text)
			return false;
	} while (!parse(text, line));
	return true;
}
