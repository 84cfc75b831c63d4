/* Pointers as .eh_frame encodes them (Linux Standard Base, DWARF extensions). What must not live here: anything else of CFI. */
#ifndef SYSCOPE_UNWIND_POINTER_H
#define SYSCOPE_UNWIND_POINTER_H

#include "cursor.h"

#define POINTER_OMIT     0xff
#define POINTER_ABSOLUTE 0x00

/* Reads the value part of an encoded pointer (its low four bits say how it is stored). False: unknown form or no room. */
static inline bool pointer_value(struct cursor *c, uint8_t encoding, uint64_t *out)
{
	switch (encoding & 0x0f) {
	case 0x00: /* absptr */
	case 0x04: /* udata8 */
	case 0x0c: /* sdata8 */ *out = cursor_uint(c, 8); break;
	case 0x01: *out = cursor_uleb(c); break;
	case 0x02: *out = cursor_uint(c, 2); break;
	case 0x03: *out = cursor_uint(c, 4); break;
	case 0x09: *out = (uint64_t)cursor_sleb(c); break;
	case 0x0a: *out = (uint64_t)cursor_int(c, 2); break;
	case 0x0b: *out = (uint64_t)cursor_int(c, 4); break;
	default: return false;
	}
	return !c->bad;
}

/*
 * Reads an absolute or pc-relative pointer; data is the section's first byte and vaddr its address.
 * False for forms that need other bases (text, data, function) or a load from memory: code addresses don't use them.
 */
static inline bool pointer_read(struct cursor *c, uint8_t encoding, const uint8_t *data, uint64_t vaddr, uint64_t *out)
{
	uint64_t place = vaddr + (uint64_t)(c->at - data);

	if (encoding == POINTER_OMIT || !pointer_value(c, encoding, out))
		return false;
	switch (encoding & 0xf0) {
	case 0x00: return true;
	case 0x10: *out += place; return true;
	default: return false;
	}
}

#endif
