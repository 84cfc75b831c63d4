/* Entries of .eh_frame and .debug_frame: common entries (CIE) first, then functions (FDE). See cfi.h. */
#include "cfi.h"

#include <errno.h>
#include <stdlib.h>

#include "cfi_program.h"
#include "cursor.h"
#include "pointer.h"

/* Real files have a few dozen; each costs some 450 bytes while the section is read. */
#define MAX_CIES 65536

struct cie {
	size_t offset;
	struct cfi_state initial;
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
	bool augmented; /* 'z': the FDE has augmentation data */
	bool signal;    /* 'S' */
	bool usable;
};

/* One entry: a cursor on its body, behind the id. */
struct entry {
	struct cursor body;
	size_t offset; /* of its length field */
	bool is_cie;
	uint64_t cie_offset;
};

struct reader {
	const struct cfi_section *section;
	const struct cfi_sink *sink;
	struct cie *cies;
	size_t count, capacity;
	size_t last; /* the CIE of the FDE before: mostly the next one's too */
};

/* Reads the entry at *at and moves *at behind it. False: the section ends here, or lies about its lengths. */
static bool next_entry(const struct cfi_section *section, size_t *at, struct entry *entry)
{
	struct cursor c = { .at = section->data + *at, .end = section->data + section->size };
	uint64_t length, id;
	size_t width = 4, id_offset;

	*entry = (struct entry){ .offset = *at };
	length = cursor_uint(&c, 4);
	if (length == 0xffffffff) {
		width = 8;
		length = cursor_uint(&c, 8);
	}
	if (c.bad || length > cursor_left(&c) || (length == 0 && section->stops_at_zero))
		return false;
	c.end = c.at + length;
	*at = (size_t)(c.end - section->data);
	if (length == 0) {
		/* A zero in the middle is a terminator that the linker took along. */
		entry->body = c;
		return true;
	}
	/* .eh_frame keeps a 4-byte id in the 64-bit form as well. */
	if (!section->debug_frame)
		width = 4;
	id_offset = (size_t)(c.at - section->data);
	id = cursor_uint(&c, width);
	if (section->debug_frame) {
		entry->is_cie = id == (width == 8 ? UINT64_MAX : UINT32_MAX);
		entry->cie_offset = id;
	} else {
		entry->is_cie = id == 0;
		entry->cie_offset = id <= id_offset ? id_offset - id : UINT64_MAX;
	}
	entry->body = c;
	return true;
}

/* The augmentation data that 'z' announces, letter by letter. False: a letter that we don't know comes before the end. */
static bool read_augmentation(struct cie *cie, const char *letters, size_t count, struct cursor *c)
{
	struct cursor data;
	uint64_t length, unused;
	uint8_t encoding;

	if (count == 0)
		return true;
	if (letters[0] != 'z')
		return false;
	cie->augmented = true;
	length = cursor_uleb(c);
	data = *c;
	cursor_skip(c, length);
	if (c->bad)
		return false;
	data.end = c->at;
	for (size_t i = 1; i < count; i++) {
		switch (letters[i]) {
		case 'R': cie->pointer_encoding = (uint8_t)cursor_uint(&data, 1); break;
		case 'L': cursor_skip(&data, 1); break;
		case 'P':
			encoding = (uint8_t)cursor_uint(&data, 1);
			if (encoding != POINTER_OMIT && !pointer_value(&data, encoding, &unused))
				return false;
			break;
		case 'S': cie->signal = true; break;
		case 'B': /* pointer authentication: no data, not on this machine */ break;
		default:
			/* Length is known, so what follows can be skipped; only a later R or S would be missed. */
			return !data.bad;
		}
	}
	return !data.bad;
}

static bool read_cie_header(const struct reader *r, struct cie *cie, struct cursor *c)
{
	uint8_t version = (uint8_t)cursor_uint(c, 1);
	const char *letters = (const char *)c->at;
	size_t count = strnlen(letters, cursor_left(c));
	uint64_t ra;

	if (version != 1 && version != 3 && !(version == 4 && r->section->debug_frame))
		return false;
	cursor_skip(c, count + 1);
	if (version == 4 && (cursor_uint(c, 1) != 8 || cursor_uint(c, 1) != 0))
		return false;
	cie->code_align = cursor_uleb(c);
	cie->data_align = cursor_sleb(c);
	ra = version == 1 ? cursor_uint(c, 1) : cursor_uleb(c);
	return !c->bad && ra == CFI_RA && read_augmentation(cie, letters, count, c);
}

static int add_cie(struct reader *r, const struct entry *entry)
{
	struct cursor c = entry->body;
	struct cie *cie;

	if (r->count == MAX_CIES)
		return 0;
	if (r->count == r->capacity) {
		size_t capacity = r->capacity ? r->capacity * 2 : 16;
		struct cie *grown = realloc(r->cies, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		r->cies = grown;
		r->capacity = capacity;
	}
	cie = &r->cies[r->count++];
	*cie = (struct cie){ .offset = entry->offset, .initial.cfa.kind = CFI_INVALID };
	if (read_cie_header(r, cie, &c)) {
		struct cfi_program program = {
			.section = r->section,
			.code_align = cie->code_align,
			.data_align = cie->data_align,
			.pointer_encoding = cie->pointer_encoding,
		};

		cie->usable = cfi_program_run(&program, &c, &cie->initial) == 0;
	}
	return 0;
}

/* CIEs are in the section's order, so sorted by offset. */
static const struct cie *find_cie(struct reader *r, uint64_t offset)
{
	size_t low = 0, high = r->count;

	if (r->last < r->count && r->cies[r->last].offset == offset)
		return &r->cies[r->last];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->cies[middle].offset == offset) {
			r->last = middle;
			return &r->cies[middle];
		}
		if (r->cies[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Reads an FDE's range. False: broken, empty, or code that the linker threw away (its start became 0). */
static bool read_range(const struct reader *r, const struct cie *cie, struct cursor *c, uint64_t *start, uint64_t *end)
{
	uint64_t length;

	if (!pointer_read(c, cie->pointer_encoding, r->section->data, r->section->vaddr, start))
		return false;
	if (!pointer_value(c, cie->pointer_encoding & 0x0f, &length))
		return false;
	if (cie->augmented)
		cursor_skip(c, cursor_uleb(c));
	*end = *start + length;
	return !c->bad && *start != 0 && *end > *start;
}

static int read_fde(struct reader *r, const struct entry *entry)
{
	const struct cfi_sink *sink = r->sink;
	const struct cie *cie = find_cie(r, entry->cie_offset);
	struct cursor c = entry->body;
	struct cfi_state state;
	struct cfi_program program;
	int rc;

	if (!cie || !cie->usable)
		return 0;
	program = (struct cfi_program){
		.section = r->section,
		.initial = &cie->initial,
		.code_align = cie->code_align,
		.data_align = cie->data_align,
		.pointer_encoding = cie->pointer_encoding,
		.sink = sink,
	};
	if (!read_range(r, cie, &c, &program.pc, &program.end))
		return 0;
	if (!sink->begin(sink->context, program.pc, program.end, cie->signal))
		return 0;
	state = cie->initial;
	rc = cfi_program_run(&program, &c, &state);
	if (rc == 0 && program.pc < program.end)
		rc = sink->row(sink->context, program.pc, &state);
	if (rc && rc != -EINVAL)
		return rc;
	return sink->done(sink->context, rc == 0);
}

int cfi_read(const struct cfi_section *section, const struct cfi_sink *sink)
{
	struct reader r = { .section = section, .sink = sink };
	struct entry entry;
	int rc = 0;

	for (size_t at = 0; rc == 0 && next_entry(section, &at, &entry);)
		if (entry.is_cie)
			rc = add_cie(&r, &entry);
	for (size_t at = 0; rc == 0 && next_entry(section, &at, &entry);)
		if (!entry.is_cie && cursor_left(&entry.body) > 0)
			rc = read_fde(&r, &entry);
	free(r.cies);
	return rc;
}
