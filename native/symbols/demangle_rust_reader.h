/*
 * Reading a name of Rust's v0 mangling piece by piece, and writing what it means: bounded in depth and output, as back
 * references can make a short name mean a huge one. What must not live here: the grammar (demangle_rust_v0.c).
 */
#ifndef SYSCOPE_SYMBOLS_DEMANGLE_RUST_READER_H
#define SYSCOPE_SYMBOLS_DEMANGLE_RUST_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH  100
#define MAX_OUTPUT 16384

struct reader {
	const char *start, *at; /* behind the _R; ends with NUL */
	char *out;
	size_t length;
	int depth;
	bool quiet; /* read, but write nothing */
	bool broken;
	uint64_t lifetimes; /* bound by the binders around */
};

static inline void put(struct reader *r, const char *text, size_t length)
{
	if (r->quiet)
		return;
	if (length > MAX_OUTPUT - r->length) {
		r->broken = true;
		return;
	}
	memcpy(r->out + r->length, text, length);
	r->length += length;
}

static inline void put_text(struct reader *r, const char *text)
{
	put(r, text, strlen(text));
}

static inline void put_number(struct reader *r, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	put_text(r, text);
}

/* Takes the next character if it is this one. */
static inline bool take(struct reader *r, char c)
{
	if (r->broken || *r->at != c)
		return false;
	r->at++;
	return true;
}

static inline char next(struct reader *r)
{
	if (*r->at == '\0')
		r->broken = true;
	return r->broken ? '\0' : *r->at++;
}

/* Enters a nested construct; false: too deep. leave() follows in any case. */
static inline bool enter(struct reader *r)
{
	if (++r->depth > MAX_DEPTH)
		r->broken = true;
	return !r->broken;
}

static inline void leave(struct reader *r)
{
	r->depth--;
}

/* base-62-number: digits up to an underscore, one less than what they say plus one; just "_" is 0. */
static inline uint64_t read_base62(struct reader *r)
{
	uint64_t value = 0;

	if (take(r, '_'))
		return 0;
	while (!r->broken && !take(r, '_')) {
		char c = next(r);
		unsigned int digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'z')
			digit = (unsigned int)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'Z')
			digit = (unsigned int)(c - 'A') + 36;
		else
			digit = 62;
		if (digit == 62 || value > (UINT64_MAX - digit - 1) / 62) {
			r->broken = true;
			return 0;
		}
		value = value * 62 + digit;
	}
	return value + 1;
}

/* A base-62 number behind a tag, plus one; 0 without the tag. */
static inline uint64_t read_optional(struct reader *r, char tag)
{
	return take(r, tag) ? read_base62(r) + 1 : 0;
}

struct identifier {
	const char *text;
	size_t length;
	bool punycode;
};

static inline struct identifier read_identifier(struct reader *r)
{
	struct identifier id = { .punycode = take(r, 'u') };

	if (*r->at < '0' || *r->at > '9')
		r->broken = true;
	if (*r->at == '0') {
		r->at++;
	} else {
		while (*r->at >= '0' && *r->at <= '9' && id.length < 100000)
			id.length = id.length * 10 + (size_t)(*r->at++ - '0');
	}
	take(r, '_');
	id.text = r->at;
	if (id.length > strlen(r->at)) {
		r->broken = true;
		id.length = 0;
	}
	r->at += id.length;
	return id;
}

static inline void put_identifier(struct reader *r, const struct identifier *id)
{
	/* Names with letters beyond ASCII are shown in their encoded form. */
	if (id->punycode)
		put_text(r, "punycode{");
	put(r, id->text, id->length);
	if (id->punycode)
		put_text(r, "}");
}

#endif
