/*
 * Which paths are of interest: what --paths says. Pure, but for memory.
 *
 *   LIST      PATTERN[,PATTERN...]   (\, is a comma that belongs to a pattern)
 *   /etc      the path itself and what lies below it; relative ones begin at the directory in which Syscope was started
 *   *.log     with *, ? or [...]: a glob. Without a slash it is held against the last component, else against the whole path;
 *             * matches slashes too, as in find -path
 */
#ifndef SYSCOPE_TRACER_PATH_SET_H
#define SYSCOPE_TRACER_PATH_SET_H

#include <stdbool.h>
#include <stddef.h>

struct path_pattern {
	char *text;    /* an absolute path without its final slash, or a glob */
	size_t length; /* of text */
	bool glob, last_component;
};

struct path_set {
	struct path_pattern *patterns; /* NULL: every path */
	size_t count;
};

/* Fills set from text; cwd: an absolute path. Returns 0, or -1 with a sentence (without its final stop). */
int path_set_parse(struct path_set *set, const char *text, const char *cwd, char *sentence, size_t size);
void path_set_free(struct path_set *set);
bool path_set_has(const struct path_set *set, const char *path);

/*
 * base and path in one, with ".", ".." and repeated slashes taken out by their letters alone; an absolute path needs no base.
 * Returns false if it does not fit.
 */
bool path_join(const char *base, const char *path, char *out, size_t size);

#endif
