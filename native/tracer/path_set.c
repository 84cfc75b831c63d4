/* See path_set.h. */
#include "path_set.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends path's components to out, which holds *used bytes: absolute, without a final slash ("" is the root). */
static bool append_components(const char *path, char *out, size_t *used, size_t size)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && path[0] == '.' && path[1] == '.') {
			while (*used > 0 && out[--*used] != '/')
				;
		} else if (length > 0 && !(length == 1 && path[0] == '.')) {
			if (*used + length + 2 > size)
				return false;
			out[(*used)++] = '/';
			memcpy(out + *used, path, length);
			*used += length;
		}
		path += length + (path[length] == '/');
	}
	return true;
}

bool path_join(const char *base, const char *path, char *out, size_t size)
{
	size_t used = 0;

	if (size < 2 || (path[0] != '/' && !append_components(base, out, &used, size)))
		return false;
	if (!append_components(path, out, &used, size))
		return false;
	if (used == 0)
		out[used++] = '/';
	out[used] = '\0';
	return true;
}

static bool is_glob(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* The pattern that begins at text, up to its comma; *end: what follows. Caller frees. */
static char *take_pattern(const char *text, const char **end)
{
	char *word = malloc(strlen(text) + 1);
	size_t used = 0;

	while (word && *text && *text != ',') {
		if (text[0] == '\\' && text[1] == ',')
			text++;
		word[used++] = *text++;
	}
	if (word)
		word[used] = '\0';
	*end = text;
	return word;
}

/* Makes the word absolute, unless it is a glob of last components. Frees it. */
static char *complete(char *word, const char *cwd, bool last_component)
{
	size_t size = strlen(word) + strlen(cwd) + 4;
	char *whole = last_component ? NULL : malloc(size);

	if (last_component)
		return word;
	if (whole && !path_join(cwd, word, whole, size)) {
		free(whole);
		whole = NULL;
	}
	free(word);
	return whole;
}

static int add(struct path_set *set, char *word, const char *cwd)
{
	struct path_pattern *grown = realloc(set->patterns, (set->count + 1) * sizeof(*grown));
	struct path_pattern pattern = { .glob = is_glob(word) };

	if (grown)
		set->patterns = grown;
	pattern.last_component = pattern.glob && !strchr(word, '/');
	pattern.text = complete(word, cwd, pattern.last_component);
	if (!grown || !pattern.text) {
		free(pattern.text);
		return -1;
	}
	pattern.length = strlen(pattern.text);
	grown[set->count++] = pattern;
	return 0;
}

int path_set_parse(struct path_set *set, const char *text, const char *cwd, char *sentence, size_t size)
{
	*set = (struct path_set){ 0 };
	for (const char *at = text;; at++) {
		const char *end;
		char *word = take_pattern(at, &end);
		bool empty = word && !word[0];

		if (empty)
			free(word);
		if (!word || empty || add(set, word, cwd) != 0) {
			snprintf(sentence, size, empty ? "a path is missing in the list of paths" : "out of memory");
			path_set_free(set);
			return -1;
		}
		at = end;
		if (*at == '\0')
			return 0;
	}
}

void path_set_free(struct path_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->patterns[i].text);
	free(set->patterns);
	*set = (struct path_set){ 0 };
}

static bool fits(const struct path_pattern *pattern, const char *path)
{
	const char *slash;

	if (!pattern->glob) /* the path itself, or a folder above it */
		return strncmp(path, pattern->text, pattern->length) == 0 &&
		       (path[pattern->length] == '\0' || path[pattern->length] == '/' || pattern->length == 1);
	slash = pattern->last_component ? strrchr(path, '/') : NULL;
	return fnmatch(pattern->text, slash ? slash + 1 : path, 0) == 0;
}

bool path_set_has(const struct path_set *set, const char *path)
{
	for (size_t i = 0; i < set->count; i++) {
		if (fits(&set->patterns[i], path))
			return true;
	}
	return !set->patterns;
}
