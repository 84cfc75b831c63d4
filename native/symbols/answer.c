/* Writing JSON: bytes that are no UTF-8 become U+FFFD, so that every line can be parsed. See answer.h. */
#include "answer.h"

#include <stdio.h>
#include <string.h>

/* Names and paths are cut after so many bytes. */
#define MAX_TEXT 16384

/* The length of the UTF-8 sequence at text (RFC 3629: shortest form, no surrogates), 0 if it is none. */
static size_t utf8_length(const unsigned char *text)
{
	unsigned char first = text[0];
	size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f))
		return 0;
	if ((first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

static int write_text(struct channel *channel, const char *text)
{
	return channel_write(channel, text, strlen(text));
}

static int write_character(struct channel *channel, const unsigned char *at, size_t length)
{
	char escape[8];

	if (length == 0)
		return write_text(channel, "\\ufffd");
	if (*at == '"' || *at == '\\')
		snprintf(escape, sizeof(escape), "\\%c", *at);
	else if (*at < 0x20 || *at == 0x7f)
		snprintf(escape, sizeof(escape), "\\u%04x", *at);
	else
		return channel_write(channel, (const char *)at, length);
	return write_text(channel, escape);
}

static int write_string(struct channel *channel, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	int rc = write_text(channel, "\"");

	while (rc == 0 && *at && at < (const unsigned char *)text + MAX_TEXT) {
		size_t length = utf8_length(at);

		rc = write_character(channel, at, length);
		at += length ? length : 1;
	}
	return rc ? rc : write_text(channel, "\"");
}

/* "name":"text" if there is a text. */
static int write_field(struct channel *channel, const char *name, const char *text)
{
	int rc;

	if (!text)
		return 0;
	rc = write_text(channel, name);
	return rc ? rc : write_string(channel, text);
}

static int write_number(struct channel *channel, const char *name, uint32_t value)
{
	char text[32];

	if (value == 0)
		return 0;
	snprintf(text, sizeof(text), "%s%u", name, value);
	return write_text(channel, text);
}

static int write_frame(struct channel *channel, const struct symbol_frame *frame, bool first)
{
	int rc = write_text(channel, first ? "{" : ",{");

	rc = rc ? rc : write_text(channel, frame->inlined ? "\"inlined\":true" : "\"inlined\":false");
	rc = rc ? rc : write_field(channel, ",\"function\":", frame->function);
	rc = rc ? rc : write_field(channel, ",\"file\":", frame->file);
	rc = rc ? rc : write_number(channel, ",\"line\":", frame->line);
	rc = rc ? rc : write_number(channel, ",\"column\":", frame->column);
	return rc ? rc : write_text(channel, "}");
}

static const char *problem_name(enum symbols_problem problem)
{
	switch (problem) {
	case SYMBOLS_NO_PROBLEM: break;
	case SYMBOLS_NO_DEBUG_INFO: return "no-debug-info";
	case SYMBOLS_NO_MODULE: return "no-module";
	case SYMBOLS_MODULE_CHANGED: return "module-changed";
	}
	return NULL;
}

int answer_write(struct channel *channel, const char *address, const struct symbols_answer *answer)
{
	int rc = write_field(channel, "{\"address\":", address);

	rc = rc ? rc : write_text(channel, ",\"frames\":[");
	for (size_t i = 0; rc == 0 && i < answer->count; i++)
		rc = write_frame(channel, &answer->frames[i], i == 0);
	rc = rc ? rc : write_text(channel, "]");
	rc = rc ? rc : write_field(channel, ",\"problem\":", problem_name(answer->problem));
	return rc ? rc : write_text(channel, "}\n");
}
