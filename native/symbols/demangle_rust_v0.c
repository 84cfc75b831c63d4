/*
 * Rust's v0 mangling (Rust RFC 2603): _R and a path, read by recursive descent and written as Rust writes it, without hashes
 * and crate disambiguators. What must not live here: bounds (demangle_rust_reader.h).
 */
#include "demangle_rust.h"

#include <stdlib.h>

#include "demangle_rust_reader.h"

static void read_path(struct reader *r, bool in_value);
static void read_type(struct reader *r);
static void read_const(struct reader *r);

/* Reads what an earlier place says, then goes on here. Only backwards: so the depth bounds it. */
static void read_back(struct reader *r, void (*read)(struct reader *))
{
	const char *here;
	uint64_t place = read_base62(r);

	if (r->broken || place >= (uint64_t)(r->at - r->start) - 1) {
		r->broken = true;
		return;
	}
	/* Nothing would be written. */
	if (r->quiet)
		return;
	here = r->at;
	r->at = r->start + place;
	read(r);
	r->at = here;
}

static void read_path_as_type(struct reader *r)
{
	read_path(r, false);
}

static void read_path_as_value(struct reader *r)
{
	read_path(r, true);
}

/* The path of an impl block says where it stands, which nobody writes. */
static void skip_impl_path(struct reader *r)
{
	bool quiet = r->quiet;

	r->quiet = true;
	read_optional(r, 's');
	read_path(r, false);
	r->quiet = quiet;
}

static void put_lifetime(struct reader *r, uint64_t index)
{
	char name[4] = "'_";

	/* From the innermost binder outwards; the names count from the outermost. */
	if (index > r->lifetimes)
		r->broken = true;
	else if (index > 0 && r->lifetimes - index < 26)
		name[1] = (char)('a' + (r->lifetimes - index));
	put_text(r, name);
}

static void read_generic_argument(struct reader *r)
{
	if (take(r, 'L'))
		put_lifetime(r, read_base62(r));
	else if (take(r, 'K'))
		read_const(r);
	else
		read_type(r);
}

static void read_arguments(struct reader *r)
{
	for (bool first = true; !r->broken && !take(r, 'E'); first = false) {
		if (!first)
			put_text(r, ", ");
		read_generic_argument(r);
	}
}

static void read_nested_path(struct reader *r, bool in_value)
{
	char space = next(r);
	uint64_t disambiguator;
	struct identifier id;

	read_path(r, in_value);
	disambiguator = read_optional(r, 's');
	id = read_identifier(r);
	if (space >= 'a' && space <= 'z') {
		if (id.length > 0) {
			put_text(r, "::");
			put_identifier(r, &id);
		}
		return;
	}
	put_text(r, space == 'C' ? "::{closure" : space == 'S' ? "::{shim" : "::{");
	if (space != 'C' && space != 'S')
		put(r, &space, 1);
	if (id.length > 0) {
		put_text(r, ":");
		put_identifier(r, &id);
	}
	put_text(r, "#");
	put_number(r, disambiguator);
	put_text(r, "}");
}

static void read_path_of(struct reader *r, char tag, bool in_value)
{
	struct identifier id;

	switch (tag) {
	case 'C':
		read_optional(r, 's');
		id = read_identifier(r);
		put_identifier(r, &id);
		return;
	case 'M':
	case 'X':
		skip_impl_path(r);
		/* fall through */
	case 'Y':
		put_text(r, "<");
		read_type(r);
		if (tag != 'M') {
			put_text(r, " as ");
			read_path(r, false);
		}
		put_text(r, ">");
		return;
	case 'N': read_nested_path(r, in_value); return;
	case 'I':
		read_path(r, in_value);
		put_text(r, in_value ? "::<" : "<");
		read_arguments(r);
		put_text(r, ">");
		return;
	case 'B': read_back(r, in_value ? read_path_as_value : read_path_as_type); return;
	default: r->broken = true;
	}
}

static void read_path(struct reader *r, bool in_value)
{
	if (enter(r))
		read_path_of(r, next(r), in_value);
	leave(r);
}

static const char *basic_type(char tag)
{
	static const char *const names[26] = {
		"i8",
		"bool",
		"char",
		"f64",
		"str",
		"f32",
		NULL,
		"u8",
		"isize",
		"usize",
		NULL,
		"i32",
		"u32",
		"i128",
		"u128",
		"_",
		NULL,
		NULL,
		"i16",
		"u16",
		"()",
		"...",
		NULL,
		"i64",
		"u64",
		"!",
	};

	return tag >= 'a' && tag <= 'z' ? names[tag - 'a'] : NULL;
}

/* for<'a, 'b> before a function's or a trait's lifetimes. Returns how many. */
static uint64_t read_binder(struct reader *r)
{
	uint64_t count = read_optional(r, 'G');

	if (count > 32) {
		r->broken = true;
		return 0;
	}
	for (uint64_t i = 0; i < count; i++) {
		r->lifetimes++;
		put_text(r, i == 0 ? "for<" : ", ");
		put_lifetime(r, 1);
	}
	if (count > 0)
		put_text(r, "> ");
	return count;
}

static void read_abi(struct reader *r)
{
	struct identifier abi;

	put_text(r, "extern \"");
	if (take(r, 'C')) {
		put_text(r, "C");
	} else {
		abi = read_identifier(r);
		/* Its hyphens were made underscores. */
		for (size_t i = 0; i < abi.length; i++)
			put(r, abi.text[i] == '_' ? "-" : abi.text + i, 1);
	}
	put_text(r, "\" ");
}

static void read_function(struct reader *r)
{
	uint64_t bound = read_binder(r);

	if (take(r, 'U'))
		put_text(r, "unsafe ");
	if (take(r, 'K'))
		read_abi(r);
	put_text(r, "fn(");
	for (bool first = true; !r->broken && !take(r, 'E'); first = false) {
		if (!first)
			put_text(r, ", ");
		read_type(r);
	}
	put_text(r, ")");
	if (!take(r, 'u')) {
		put_text(r, " -> ");
		read_type(r);
	}
	r->lifetimes -= bound;
}

/* Associated types belong into the trait's own angle brackets: Iterator<Item = u8>, Fn<(u8,), Output = u8>. */
static void read_trait(struct reader *r)
{
	bool open = false;

	read_path(r, false);
	while (take(r, 'p')) {
		struct identifier id = read_identifier(r);

		if (!open && !r->quiet && r->length > 0 && r->out[r->length - 1] == '>') {
			r->length--;
			put_text(r, ", ");
		} else {
			put_text(r, open ? ", " : "<");
		}
		open = true;
		put_identifier(r, &id);
		put_text(r, " = ");
		read_type(r);
	}
	if (open)
		put_text(r, ">");
}

static void read_dyn(struct reader *r)
{
	uint64_t bound, lifetime;

	put_text(r, "dyn ");
	bound = read_binder(r);
	for (bool first = true; !r->broken && !take(r, 'E'); first = false) {
		if (!first)
			put_text(r, " + ");
		read_trait(r);
	}
	r->lifetimes -= bound;
	if (!take(r, 'L')) {
		r->broken = true;
		return;
	}
	lifetime = read_base62(r);
	if (lifetime > 0) {
		put_text(r, " + ");
		put_lifetime(r, lifetime);
	}
}

static void read_reference(struct reader *r, bool is_mutable)
{
	uint64_t lifetime;

	put_text(r, "&");
	if (take(r, 'L')) {
		lifetime = read_base62(r);
		if (lifetime > 0) {
			put_lifetime(r, lifetime);
			put_text(r, " ");
		}
	}
	if (is_mutable)
		put_text(r, "mut ");
	read_type(r);
}

static void read_tuple(struct reader *r)
{
	size_t count = 0;

	put_text(r, "(");
	for (; !r->broken && !take(r, 'E'); count++) {
		if (count > 0)
			put_text(r, ", ");
		read_type(r);
	}
	put_text(r, count == 1 ? ",)" : ")");
}

static void read_array(struct reader *r, bool has_length)
{
	put_text(r, "[");
	read_type(r);
	if (has_length) {
		put_text(r, "; ");
		read_const(r);
	}
	put_text(r, "]");
}

static void read_type_of(struct reader *r, char tag)
{
	switch (tag) {
	case 'A':
	case 'S': read_array(r, tag == 'A'); return;
	case 'T': read_tuple(r); return;
	case 'R':
	case 'Q': read_reference(r, tag == 'Q'); return;
	case 'P':
	case 'O':
		put_text(r, tag == 'P' ? "*const " : "*mut ");
		read_type(r);
		return;
	case 'F': read_function(r); return;
	case 'D': read_dyn(r); return;
	case 'B': read_back(r, read_type); return;
	default: r->at--; read_path(r, false);
	}
}

static void read_type(struct reader *r)
{
	char tag;

	if (enter(r) && (tag = next(r)) != '\0') {
		if (basic_type(tag))
			put_text(r, basic_type(tag));
		else
			read_type_of(r, tag);
	}
	leave(r);
}

/* Hexadecimal digits up to an underscore, written as decimal if they fit. */
static void put_value(struct reader *r, char type)
{
	const char *digits = r->at;
	size_t length = strspn(digits, "0123456789abcdef");
	uint64_t value = length > 0 && length <= 16 ? strtoull(digits, NULL, 16) : 0;
	char text[8];

	r->at += length;
	if (!take(r, '_')) {
		r->broken = true;
		return;
	}
	if (length > 16) {
		put_text(r, "0x");
		put(r, digits, length);
	} else if (type == 'b') {
		put_text(r, value ? "true" : "false");
	} else if (type == 'c' && value >= 0x20 && value < 0x7f) {
		snprintf(text, sizeof(text), value == '\'' || value == '\\' ? "'\\%c'" : "'%c'", (int)value);
		put_text(r, text);
	} else if (type == 'c') {
		put_text(r, "'\\u{");
		put(r, digits, length);
		put_text(r, "}'");
	} else {
		put_number(r, value);
	}
}

static void read_const_of(struct reader *r, char tag)
{
	if (tag == 'p') {
		put_text(r, "_");
	} else if (tag == 'B') {
		read_back(r, read_const);
	} else if (tag != '\0' && strchr("bchtmyojaslxni", tag)) {
		if (take(r, 'n'))
			put_text(r, "-");
		put_value(r, tag);
	} else {
		r->broken = true;
	}
}

static void read_const(struct reader *r)
{
	if (enter(r))
		read_const_of(r, next(r));
	leave(r);
}

char *demangle_rust_v0(const char *name)
{
	struct reader r = { .start = name + 2, .at = name + 2 };

	/* A digit would be a later version of the encoding. */
	if (strncmp(name, "_R", 2) != 0 || name[2] < 'A' || name[2] > 'Z')
		return NULL;
	r.out = malloc(MAX_OUTPUT + 1);
	if (!r.out)
		return NULL;
	read_path(&r, true);
	/* What follows is the crate that made the instance, and suffixes of the compiler's. */
	if (r.broken) {
		free(r.out);
		return NULL;
	}
	r.out[r.length] = '\0';
	return r.out;
}
