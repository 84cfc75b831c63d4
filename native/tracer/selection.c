/* See selection.h. */
#include "selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nearest.h"

static const char *const names[SELECT_PARTS] = {
	[SELECT_CALLS] = "calls", [SELECT_PATHS] = "paths", [SELECT_CLASSES] = "classes", [SELECT_PROCESSES] = "processes"
};

enum selection_part selection_part_named(const char *name)
{
	for (int part = 0; part < SELECT_PARTS; part++) {
		if (strcmp(names[part], name) == 0)
			return (enum selection_part)part;
	}
	return SELECT_PARTS;
}

const char *selection_part_name(enum selection_part part)
{
	return names[part];
}

static int add_class(const char *word, uint32_t *classes, char *sentence, size_t size)
{
	struct nearest nearest;

	nearest_begin(&nearest, word);
	for (uint32_t i = 0; i < FD_CLASS_COUNT; i++) {
		if (strcmp(fd_class_ids[i], word) == 0) {
			*classes |= UINT32_C(1) << i;
			return 0;
		}
		nearest_offer(&nearest, fd_class_ids[i]);
	}
	if (nearest.best)
		snprintf(sentence, size, "there is no class of descriptors named \"%.80s\"; did you mean \"%s\"?", word,
			nearest.best);
	else
		snprintf(sentence, size,
			"there is no class of descriptors named \"%.80s\"; they are file, directory, pipe, network, "
			"local-socket, "
			"terminal, device, event, poll, watch, memory, process, kernel-file, other and none",
			word);
	return -1;
}

/* CLASS[,CLASS...], or with a ! before them all classes but these. */
static int parse_classes(const char *text, uint32_t *out, char *sentence, size_t size)
{
	const uint32_t all = (UINT32_C(1) << FD_CLASS_COUNT) - 1;
	const char *at = text[0] == '!' ? text + 1 : text;
	uint32_t classes = 0;
	char word[64];

	for (;; at++) {
		size_t length = strcspn(at, ",");

		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		if (add_class(word, &classes, sentence, size) != 0)
			return -1;
		at += length;
		if (*at == '\0')
			break;
	}
	*out = text[0] == '!' ? all & ~classes : classes;
	return 0;
}

/* Puts what was given before and what is given now into one text. Returns NULL without memory. */
static char *joined(const char *before, const char *between, const char *text)
{
	char *whole = NULL;

	if (!before)
		return strdup(text);
	return asprintf(&whole, "%s%s%s", before, between, text) < 0 ? NULL : whole;
}

static int parse_paths(struct selection *selection, const char *text, char *sentence, size_t size)
{
	char cwd[4096];

	path_set_free(&selection->paths);
	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	return path_set_parse(&selection->paths, text, cwd, sentence, size);
}

static int parse_calls(struct selection *selection, const char *text, char *sentence, size_t size)
{
	call_set_free(&selection->calls);
	return call_set_parse(&selection->calls, text, sentence, size);
}

int selection_add(struct selection *selection, enum selection_part part, const char *text, char *sentence, size_t size)
{
	char *whole = joined(selection->texts[part], part == SELECT_PROCESSES ? " or " : ",", text);

	if (!whole) {
		snprintf(sentence, size, "out of memory");
		return -1;
	}
	free(selection->texts[part]);
	selection->texts[part] = whole;
	switch (part) {
	case SELECT_CALLS: return parse_calls(selection, whole, sentence, size);
	case SELECT_PATHS: return parse_paths(selection, whole, sentence, size);
	case SELECT_CLASSES: return parse_classes(whole, &selection->classes, sentence, size);
	default: return process_set_add(&selection->processes, text, sentence, size);
	}
}

void selection_free(struct selection *selection)
{
	for (int part = 0; part < SELECT_PARTS; part++)
		free(selection->texts[part]);
	call_set_free(&selection->calls);
	path_set_free(&selection->paths);
	process_set_free(&selection->processes);
	*selection = (struct selection){ 0 };
}

bool selection_has_class(const struct selection *selection, uint8_t cls)
{
	return selection->classes == 0 || (selection->classes & (UINT32_C(1) << cls)) != 0;
}

bool selection_looks_at_targets(const struct selection *selection)
{
	return selection->classes != 0 || selection->paths.patterns;
}

bool selection_narrows(const struct selection *selection)
{
	return call_set_narrows(&selection->calls) || selection_looks_at_targets(selection) || selection->processes.terms;
}
