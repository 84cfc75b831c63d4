/* Rust's legacy mangling: _ZN <length name>... 17h<16 hex digits> E, with $…$ escapes within the names. */
#include "demangle_rust.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LENGTH 17 /* h and 16 digits */

static bool is_hash(const char *name, size_t length)
{
	return length == HASH_LENGTH && name[0] == 'h' && strspn(name + 1, "0123456789abcdef") >= HASH_LENGTH - 1;
}

/* Reads the length before a name; *at moves behind it. 0: none, or more than is left. */
static size_t read_length(const char **at)
{
	size_t length = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		length = length * 10 + (size_t)(**at - '0');
		if (length > 100000)
			return 0;
	}
	return length <= strlen(*at) ? length : 0;
}

/* Copies what an escape like $LT$ or $u20$ stands for to *out. Returns the escape's length, 0: it is none. */
static size_t unescape(const char *at, size_t left, char **out)
{
	static const struct {
		const char *escape;
		char character;
	} escapes[] = {
		{ "$SP$", '@' },
		{ "$BP$", '*' },
		{ "$RF$", '&' },
		{ "$LT$", '<' },
		{ "$GT$", '>' },
		{ "$LP$", '(' },
		{ "$RP$", ')' },
		{ "$C$", ',' },
	};
	char *end;
	unsigned long code;

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		size_t length = strlen(escapes[i].escape);

		if (length <= left && strncmp(at, escapes[i].escape, length) == 0) {
			*(*out)++ = escapes[i].character;
			return length;
		}
	}
	if (left < 4 || at[1] != 'u')
		return 0;
	code = strtoul(at + 2, &end, 16);
	if (end == at + 2 || *end != '$' || end >= at + left || code < 0x20 || code > 0x7e)
		return 0;
	*(*out)++ = (char)code;
	return (size_t)(end - at) + 1;
}

static void copy_name(const char *name, size_t length, char **out)
{
	const char *end = name + length;

	/* A name that would begin with an escape has an underscore before it. */
	if (length > 1 && name[0] == '_' && name[1] == '$')
		name++;
	while (name < end) {
		size_t escape = *name == '$' ? unescape(name, (size_t)(end - name), out) : 0;

		if (escape) {
			name += escape;
		} else if (name + 1 < end && name[0] == '.' && name[1] == '.') {
			*(*out)++ = ':';
			*(*out)++ = ':';
			name += 2;
		} else {
			*(*out)++ = *name++;
		}
	}
}

/* The last of the names must be a hash, else it is C++. */
static bool is_legacy(const char *name)
{
	const char *at = name + 3, *last = at;
	size_t length = 0, names = 0;

	if (strncmp(name, "_ZN", 3) != 0)
		return false;
	while (*at >= '1' && *at <= '9') {
		length = read_length(&at);
		if (length == 0)
			return false;
		last = at;
		at += length;
		names++;
	}
	/* A suffix that the compiler adds (.llvm.123, .cold) is left out. */
	return names >= 2 && *at == 'E' && (at[1] == '\0' || at[1] == '.') && is_hash(last, length);
}

static char *demangle_legacy(const char *name)
{
	/* Each name takes at least the digit before it, whose place the two colons need: never longer than twice. */
	char *result = malloc(2 * strlen(name) + 1), *out = result;
	const char *at = name + 3;

	if (!result)
		return NULL;
	for (;;) {
		size_t length = read_length(&at);

		if (is_hash(at, length) && at[length] == 'E')
			break;
		if (out != result) {
			*out++ = ':';
			*out++ = ':';
		}
		copy_name(at, length, &out);
		at += length;
	}
	*out = '\0';
	return result;
}

char *demangle_rust(const char *name)
{
	return is_legacy(name) ? demangle_legacy(name) : demangle_rust_v0(name);
}
