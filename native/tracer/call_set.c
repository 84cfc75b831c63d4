/* See call_set.h. */
#include "call_set.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"

enum call_item_kind { ITEM_ALL, ITEM_NONE, ITEM_SET, ITEM_CALL, ITEM_REGEX };

struct call_item {
	enum call_item_kind kind;
	bool out;         /* what it names is taken out */
	uint32_t set;     /* ITEM_SET: its bit */
	const char *name; /* ITEM_CALL: the row's */
	regex_t regex;
};

/* The comma that ends an item, or the text's end. Commas between slashes belong to the expression. */
static const char *item_end(const char *at)
{
	const char *slash;

	if (*at == '!')
		at++;
	if (*at != '/')
		return at + strcspn(at, ",");
	for (slash = at + 1; *slash; slash++) {
		if (*slash == '\\' && slash[1])
			slash++;
		else if (*slash == '/' && (slash[1] == ',' || slash[1] == '\0'))
			return slash + 1;
	}
	return at + strcspn(at, ",");
}

/* Of any table: a 32-bit program has calls of its own. */
static const char *call_named(const char *name)
{
	for (size_t table = 0; table < SYSCALL_TABLES_COUNT; table++) {
		for (size_t i = 0; i < syscall_tables[table].count; i++) {
			const char *known = syscall_tables[table].rows[i].name;

			if (known && strcmp(known, name) == 0)
				return known;
		}
	}
	return NULL;
}

/* The bit of a set, 0: there is none of this name. */
static uint32_t set_named(const char *name)
{
	for (uint32_t i = 0; i < SYSCALL_SET_COUNT; i++) {
		if (strcmp(syscall_set_names[i], name) == 0)
			return UINT32_C(1) << i;
	}
	return 0;
}

static int explain(const char *word, char *sentence, size_t size)
{
	struct nearest nearest;
	const char *name = word[0] == '%' ? word + 1 : word;

	nearest_begin(&nearest, name);
	for (size_t i = 0; i < SYSCALL_SET_COUNT; i++)
		nearest_offer(&nearest, syscall_set_names[i]);
	for (size_t i = 0; i < SYSCALLS_X86_64_COUNT && word[0] != '%'; i++)
		nearest_offer(&nearest, syscalls_x86_64[i].name);
	if (nearest.best)
		snprintf(sentence, size, "there is no call and no set of calls named \"%.80s\"; did you mean \"%s%s\"?", word,
			word[0] == '%' ? "%" : "", nearest.best);
	else
		snprintf(sentence, size,
			"there is no call and no set of calls named \"%.80s\"; sets are file, network, desc, memory, process, "
			"signal, "
			"ipc and creds",
			word);
	return -1;
}

static int parse_regex(struct call_item *item, char *text, char *sentence, size_t size)
{
	size_t length = strlen(text);
	char problem[160];
	int err;

	if (length > 1 && text[length - 1] == '/')
		text[length - 1] = '\0';
	err = regcomp(&item->regex, text + 1, REG_EXTENDED | REG_NOSUB);
	if (err == 0) {
		item->kind = ITEM_REGEX;
		return 0;
	}
	regerror(err, &item->regex, problem, sizeof(problem));
	snprintf(sentence, size, "\"%.80s\" is no regular expression: %s", text + 1, problem);
	return -1;
}

/* A name that is a call's means the call; a set of the same name needs its %. */
static int parse_word(struct call_item *item, char *word, char *sentence, size_t size)
{
	if (word[0] == '/')
		return parse_regex(item, word, sentence, size);
	if (word[0] == '\0') {
		snprintf(sentence, size, "a name is missing in the list of calls");
		return -1;
	}
	item->kind = ITEM_CALL;
	item->name = call_named(word);
	if (item->name)
		return 0;
	item->kind = ITEM_SET;
	item->set = set_named(word[0] == '%' ? word + 1 : word);
	if (item->set)
		return 0;
	item->kind = strcmp(word, "all") == 0 ? ITEM_ALL : ITEM_NONE;
	return item->kind == ITEM_ALL || strcmp(word, "none") == 0 ? 0 : explain(word, sentence, size);
}

static bool item_has(const struct call_item *item, const struct syscall_row *row)
{
	switch (item->kind) {
	case ITEM_ALL: return true;
	case ITEM_SET: return row && (row->sets & item->set);
	case ITEM_CALL: return row && strcmp(row->name, item->name) == 0;
	case ITEM_REGEX: return row && regexec(&item->regex, row->name, 0, NULL, 0) == 0;
	default: return false;
	}
}

static bool decide(const struct call_set *set, const struct syscall_row *row)
{
	bool chosen = set->items[0].out;

	for (size_t i = 0; i < set->count; i++) {
		if (item_has(&set->items[i], row))
			chosen = !set->items[i].out;
	}
	return chosen;
}

static void fill_numbers(struct call_set *set)
{
	set->others = decide(set, NULL);
	for (size_t i = 0; i < SYSCALLS_X86_64_COUNT; i++)
		set->numbers[i] = decide(set, syscalls_x86_64[i].name ? &syscalls_x86_64[i] : NULL);
}

/* One item; out: the whole list is taken out. */
static int add_item(struct call_set *set, const char *from, size_t length, bool out, char *sentence, size_t size)
{
	struct call_item *items = realloc(set->items, (set->count + 1) * sizeof(*items));
	char *word = strndup(from, length);
	int status;

	if (items)
		set->items = items;
	if (!items || !word) {
		free(word);
		snprintf(sentence, size, "out of memory");
		return -1;
	}
	items[set->count] = (struct call_item){ .out = out || word[0] == '!' };
	status = parse_word(&items[set->count], word[0] == '!' ? word + 1 : word, sentence, size);
	set->count += status == 0;
	free(word);
	return status;
}

int call_set_parse(struct call_set *set, const char *text, char *sentence, size_t size)
{
	bool out = text[0] == '!';

	*set = (struct call_set){ 0 };
	for (const char *at = text;; at++) {
		const char *end = item_end(at);

		if (*end != ',' && *end != '\0')
			end += strcspn(end, ",");
		if (add_item(set, at, (size_t)(end - at), out, sentence, size) != 0) {
			call_set_free(set);
			return -1;
		}
		at = end;
		if (*at == '\0')
			break;
	}
	fill_numbers(set);
	return 0;
}

void call_set_free(struct call_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i].kind == ITEM_REGEX)
			regfree(&set->items[i].regex);
	}
	free(set->items);
	set->items = NULL;
	set->count = 0;
}

bool call_set_has(const struct call_set *set, const struct syscall_row *row)
{
	if (!set->items)
		return true;
	if (!row)
		return set->others;
	if (row >= syscalls_x86_64 && row < syscalls_x86_64 + SYSCALLS_X86_64_COUNT)
		return set->numbers[row - syscalls_x86_64];
	return decide(set, row);
}

bool call_set_narrows(const struct call_set *set)
{
	bool all = set->others;

	for (size_t i = 0; set->items && all && i < SYSCALLS_X86_64_COUNT; i++)
		all = set->numbers[i];
	return set->items && !all;
}
