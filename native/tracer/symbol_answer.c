/* See symbol_answer.h. A JSON reader of the few shapes that occur; what it doesn't know it skips. */
#include "symbol_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NESTING 8

static bool take(char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

/* A code point as UTF-8. */
static char *put_character(char *out, unsigned long code)
{
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 0x3f));
	} else {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	return out;
}

static char *put_escape(char *out, char **in)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	char letter = **in;
	const char *name = letter ? strchr(names, letter) : NULL;
	char digits[5] = "";

	if (letter == '\0')
		return out;
	(*in)++;
	if (name) {
		*out++ = values[name - names];
	} else if (letter == 'u') {
		strncpy(digits, *in, 4);
		*in += strlen(digits);
		out = put_character(out, strtoul(digits, NULL, 16));
	} else {
		*out++ = letter;
	}
	return out;
}

/* Unescapes a string in place (never longer than it was). NULL: none is there. */
static char *string(char **at)
{
	char *begin, *out;

	if (!take(at, '"'))
		return NULL;
	begin = out = *at;
	while (**at && **at != '"') {
		if (**at == '\\') {
			(*at)++;
			out = put_escape(out, at);
		} else {
			*out++ = *(*at)++;
		}
	}
	if (!take(at, '"'))
		return NULL;
	*out = '\0';
	return begin;
}

static bool skip(char **at, int depth);

/* Members or elements up to the closing character; keys only in objects. */
static bool skip_all(char **at, char close, int depth)
{
	if (take(at, close))
		return true;
	do {
		if (close == '}' && (!string(at) || !take(at, ':')))
			return false;
		if (!skip(at, depth))
			return false;
	} while (take(at, ','));
	return take(at, close);
}

static bool skip(char **at, int depth)
{
	if (depth == 0)
		return false;
	if (**at == '"')
		return string(at) != NULL;
	if (take(at, '{'))
		return skip_all(at, '}', depth - 1);
	if (take(at, '['))
		return skip_all(at, ']', depth - 1);
	*at += strcspn(*at, ",]}");
	return true;
}

static uint32_t number(char **at)
{
	unsigned long value = strtoul(*at, at, 10);

	return value > UINT32_MAX ? 0 : (uint32_t)value;
}

static bool level_member(char **at, const char *key, struct symbol_level *level)
{
	if (strcmp(key, "function") == 0 && **at == '"')
		return (level->function = string(at)) != NULL;
	if (strcmp(key, "file") == 0 && **at == '"')
		return (level->file = string(at)) != NULL;
	if (strcmp(key, "line") == 0)
		level->line = number(at);
	else if (strcmp(key, "column") == 0)
		level->column = number(at);
	else if (strcmp(key, "inlined") == 0)
		level->inlined = **at == 't';
	return skip(at, MAX_NESTING);
}

static bool parse_level(char **at, struct symbol_level *level)
{
	*level = (struct symbol_level){ .function = "", .file = "" };
	if (!take(at, '{'))
		return false;
	if (take(at, '}'))
		return true;
	do {
		const char *key = string(at);

		if (!key || !take(at, ':') || !level_member(at, key, level))
			return false;
	} while (take(at, ','));
	return take(at, '}');
}

static bool parse_frames(char **at, struct symbol_answer *out)
{
	struct symbol_level level;

	if (!take(at, '['))
		return false;
	if (take(at, ']'))
		return true;
	do {
		if (!parse_level(at, &level))
			return false;
		if (out->count < SYMBOL_MAX_DEPTH)
			out->levels[out->count++] = level;
	} while (take(at, ','));
	return take(at, ']');
}

int symbol_answer_parse(char *line, struct symbol_answer *out)
{
	char *at = line;

	out->count = 0;
	if (!take(&at, '{'))
		return -EINVAL;
	do {
		const char *key = string(&at);
		bool read;

		if (!key || !take(&at, ':'))
			return -EINVAL;
		read = strcmp(key, "frames") == 0 ? parse_frames(&at, out) : skip(&at, MAX_NESTING);
		if (!read)
			return -EINVAL;
	} while (take(&at, ','));
	return take(&at, '}') ? 0 : -EINVAL;
}
