/* See process_set.h. */
#include "process_set.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "options.h"

enum process_key { KEY_PID, KEY_NAME, KEY_PARENT, KEY_PPID, KEY_COUNT };

static const char *const keys[KEY_COUNT] = { "pid", "name", "parent", "ppid" };

struct process_term {
	size_t choice; /* terms of one choice hold together */
	enum process_key key;
	bool differs; /* != */
	pid_t pid;
	char name[PROCESS_NAME_BYTES];
};

static int explain_key(const char *text, char *sentence, size_t size)
{
	char word[32];
	struct nearest nearest;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "=!,"), text);
	nearest_begin(&nearest, word);
	for (size_t i = 0; i < KEY_COUNT; i++)
		nearest_offer(&nearest, keys[i]);
	if (nearest.best && nearest.distance > 0)
		snprintf(sentence, size, "processes can't be chosen by \"%s\"; did you mean \"%s\"?", word, nearest.best);
	else
		snprintf(sentence, size,
			"processes are chosen by pid, name, ppid or parent, each with = or != and a value, not by \"%.80s\"",
			text);
	return -1;
}

/* KEY and = or != at text; *value: what follows. */
static bool read_key(const char *text, struct process_term *term, const char **value)
{
	size_t length = strcspn(text, "=!,");

	term->differs = text[length] == '!';
	*value = text + length + (term->differs ? 2 : 1);
	if (text[length] == '\0' || text[length] == ',' || (*value)[-1] != '=')
		return false;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		term->key = (enum process_key)i;
		if (strlen(keys[i]) == length && memcmp(keys[i], text, length) == 0)
			return true;
	}
	return false;
}

static int parse_term(const char *text, size_t length, struct process_term *term, char *sentence, size_t size)
{
	char word[512], *value;
	const char *at;
	uint64_t number;

	snprintf(word, sizeof(word), "%.*s", (int)length, text);
	if (!read_key(word, term, &at))
		return explain_key(word, sentence, size);
	value = word + (at - word);
	if (value[0] == '\0') {
		snprintf(sentence, size, "\"%.80s\" lacks its value", word);
		return -1;
	}
	snprintf(term->name, sizeof(term->name), "%s", value);
	if (term->key == KEY_NAME || term->key == KEY_PARENT)
		return 0;
	if (options_number(value, INT_MAX, &number) != 0) {
		snprintf(sentence, size, "\"%.80s\" is no process id", value);
		return -1;
	}
	term->pid = (pid_t)number;
	return 0;
}

int process_set_add(struct process_set *set, const char *text, char *sentence, size_t size)
{
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		struct process_term *grown = realloc(set->terms, (set->count + 1) * sizeof(*grown));

		if (!grown) {
			snprintf(sentence, size, "out of memory");
			return -1;
		}
		set->terms = grown;
		grown[set->count] = (struct process_term){ .choice = set->choices };
		if (parse_term(at, length, &grown[set->count], sentence, size) != 0)
			return -1;
		set->count++;
		at += length;
		if (*at == '\0')
			break;
	}
	set->choices++;
	return 0;
}

void process_set_free(struct process_set *set)
{
	free(set->terms);
	*set = (struct process_set){ 0 };
}

static bool holds(const struct process_term *term, const struct process_facts *facts)
{
	switch (term->key) {
	case KEY_PID: return (term->pid == facts->pid) != term->differs;
	case KEY_PPID: return (term->pid == facts->ppid) != term->differs;
	case KEY_NAME: return (strcmp(term->name, facts->name) == 0) != term->differs;
	default: return (strcmp(term->name, facts->parent) == 0) != term->differs;
	}
}

bool process_set_has(const struct process_set *set, const struct process_facts *facts)
{
	bool fits = !set->terms;

	for (size_t i = 0; i < set->count && !fits;) {
		size_t choice = set->terms[i].choice;

		fits = true;
		for (; i < set->count && set->terms[i].choice == choice; i++)
			fits = fits && holds(&set->terms[i], facts);
	}
	return fits;
}
