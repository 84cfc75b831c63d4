/*
 * A bounds-checked reader of little-endian bytes. Past the end it returns zeros and remembers it in bad,
 * so that a parser may check once per entry. What must not live here: any knowledge of CFI or ELF.
 */
#ifndef SYSCOPE_UNWIND_CURSOR_H
#define SYSCOPE_UNWIND_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline void cursor_fail(struct cursor *c)
{
	c->bad = true;
	c->at = c->end;
}

static inline void cursor_skip(struct cursor *c, uint64_t length)
{
	if (length > cursor_left(c))
		cursor_fail(c);
	else
		c->at += length;
}

/* An unsigned integer of 1, 2, 4 or 8 bytes. */
static inline uint64_t cursor_uint(struct cursor *c, size_t width)
{
	uint64_t value = 0;

	if (width > cursor_left(c)) {
		cursor_fail(c);
		return 0;
	}
	memcpy(&value, c->at, width);
	c->at += width;
	return value;
}

/* A signed integer of 1, 2, 4 or 8 bytes. */
static inline int64_t cursor_int(struct cursor *c, size_t width)
{
	unsigned int unused = 64 - 8 * (unsigned int)width;

	return (int64_t)(cursor_uint(c, width) << unused) >> unused;
}

/* LEB128 (DWARF 5, 7.6); bits beyond the 64th are dropped. */
static inline uint64_t cursor_uleb(struct cursor *c)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)cursor_uint(c, 1);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 140);
	return value;
}

static inline int64_t cursor_sleb(struct cursor *c)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)cursor_uint(c, 1);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 140);
	if (shift < 64 && byte & 0x40)
		value |= ~UINT64_C(0) << shift;
	return (int64_t)value;
}

#endif
