/* See json.h. */
#include "json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How many bytes the UTF-8 character at text has; 0: it is none (RFC 3629). */
static size_t character_length(const unsigned char *text)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = text[0] < 0x80             ? 1
			: (text[0] & 0xe0) == 0xc0 ? 2
			: (text[0] & 0xf0) == 0xe0 ? 3
			: (text[0] & 0xf8) == 0xf0 ? 4
						   : 0;
	uint32_t code;

	if (length < 2)
		return length;
	code = text[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3fu);
	}
	return code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

const char *json_escape(const char *text, char *out, size_t size)
{
	size_t used = 0;

	while (*text) {
		const unsigned char *at = (const unsigned char *)text;
		size_t length = character_length(at);
		char piece[8];

		if (length == 0) {
			strcpy(piece, "\xef\xbf\xbd");
			length = 1;
		} else if (*at == '"' || *at == '\\') {
			snprintf(piece, sizeof(piece), "\\%c", *at);
		} else if (*at < 0x20 || *at == 0x7f) {
			snprintf(piece, sizeof(piece), "\\u%04x", *at);
		} else {
			memcpy(piece, text, length);
			piece[length] = '\0';
		}
		if (used + strlen(piece) >= size)
			break;
		memcpy(out + used, piece, strlen(piece));
		used += strlen(piece);
		text += length;
	}
	out[used] = '\0';
	return out;
}
