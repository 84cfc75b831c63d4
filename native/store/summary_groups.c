/*
 * Which row a call belongs to: by its numbers as long as they were seen before, else by the text that they make.
 * Must not live here: sums (summary.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "summary.h"

#define FIRST_SLOTS 1024u
#define ARCH_64BIT  0x80000000u /* __AUDIT_ARCH_64BIT */
#define TEXT_BYTES  128u        /* of a part, without the strings in it */

static struct summary_ids ids_of(const struct summary *s, const struct pass_call *call, const struct pass_transfer *at)
{
	struct summary_ids ids = { 0 };

	for (uint32_t i = 0; i < s->by_count; i++) {
		switch ((enum syscope_by)s->by[i]) {
		case SYSCOPE_BY_CLASS: ids.class = at ? at->class : call->class; break;
		case SYSCOPE_BY_SYSCALL:
			ids.nr = call->nr;
			ids.arch = call->arch;
			break;
		case SYSCOPE_BY_FD:
			ids.fd = (uint32_t)(at ? at->fd : call->fd);
			ids.name = at ? at->name : call->name;
			ids.pid = (uint32_t)call->pid;
			ids.process_name = call->process_name;
			break;
		case SYSCOPE_BY_PATH: ids.name = at ? at->name : call->name; break;
		case SYSCOPE_BY_PROCESS:
			ids.pid = (uint32_t)call->pid;
			ids.process_name = call->process_name;
			break;
		case SYSCOPE_BY_COUNT: break;
		}
	}
	return ids;
}

static uint64_t hash_bytes(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint64_t hash = 0xcbf29ce484222325u, word;

	for (; length >= 8; length -= 8, at += 8) {
		memcpy(&word, at, 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	while (length--)
		hash = (hash ^ *at++) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

/* The text of a key while it is made. */
struct text {
	char *bytes;
	size_t length, capacity;
	int err;
};

static void append(struct text *text, const char *bytes, size_t length)
{
	if (text->err || (text->err = ARRAY_RESERVE(text->bytes, text->capacity, text->length + length + 1)))
		return;
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

static bool append_string(struct summary *s, struct text *text, uint32_t id, const char *before)
{
	uint32_t length;
	const char *string = reader_string(s->reader, id, &length);

	if (!string || !length)
		return false;
	append(text, before, strlen(before));
	append(text, string, length);
	return true;
}

static void append_process(struct summary *s, struct text *text, const struct summary_ids *ids)
{
	char pid[TEXT_BYTES];

	if (!append_string(s, text, ids->process_name, ""))
		append(text, "process", strlen("process"));
	snprintf(pid, sizeof(pid), " [%d]", (int32_t)ids->pid);
	append(text, pid, strlen(pid));
}

static void append_call(struct text *text, const struct pass_call *call)
{
	char number[TEXT_BYTES];

	/* As syscallName in extension/trace/syscallTable.ts: a negative number as a 64-bit register held it. */
	snprintf(number, sizeof(number), "syscall_0x%llx",
		call->arch & ARCH_64BIT ? (unsigned long long)(int32_t)call->nr : (unsigned long long)call->nr);
	append(text, call->row ? call->row->name : number, strlen(call->row ? call->row->name : number));
}

/* false: the call belongs to no group of this kind. */
static bool append_part(
	struct summary *s, struct text *text, enum syscope_by by, const struct summary_ids *ids, const struct pass_call *call)
{
	char fd[TEXT_BYTES];

	switch (by) {
	case SYSCOPE_BY_CLASS: append(text, fd_class_ids[ids->class], strlen(fd_class_ids[ids->class])); return true;
	case SYSCOPE_BY_SYSCALL: append_call(text, call); return true;
	case SYSCOPE_BY_PATH: return append_string(s, text, ids->name, "");
	case SYSCOPE_BY_PROCESS: append_process(s, text, ids); return true;
	case SYSCOPE_BY_FD:
		if ((int32_t)ids->fd < 0)
			return false;
		append_process(s, text, ids);
		snprintf(fd, sizeof(fd), " fd %d", (int32_t)ids->fd);
		append(text, fd, strlen(fd));
		append_string(s, text, ids->name, " ");
		return true;
	case SYSCOPE_BY_COUNT: break;
	}
	return false;
}

static int grow_texts(struct summary *s)
{
	size_t mask = s->texts ? s->text_mask * 2 + 1 : FIRST_SLOTS - 1;
	uint32_t *larger = malloc((mask + 1) * sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	memset(larger, 0xff, (mask + 1) * sizeof(*larger));
	for (uint32_t i = SUMMARY_FIRST_GROUP; i < s->row_count; i++) {
		size_t at = hash_bytes(s->rows[i].key, s->rows[i].key_bytes) & mask;

		while (larger[at] != NONE32)
			at = (at + 1) & mask;
		larger[at] = i;
	}
	free(s->texts);
	s->texts = larger;
	s->text_mask = mask;
	return 0;
}

/* Takes the text's bytes over, or frees them. */
static int row_of_text(struct summary *s, struct text *text, uint32_t *row)
{
	size_t at;

	if (text->err || ((!s->texts || s->row_count * 2 >= s->text_mask) && grow_texts(s))) {
		free(text->bytes);
		return -ENOMEM;
	}
	at = hash_bytes(text->bytes, text->length) & s->text_mask;
	for (; s->texts[at] != NONE32; at = (at + 1) & s->text_mask) {
		const struct summary_row *known = &s->rows[s->texts[at]];

		if (known->key_bytes == text->length && !memcmp(known->key, text->bytes, text->length)) {
			free(text->bytes);
			*row = s->texts[at];
			return 0;
		}
	}
	*row = (uint32_t)s->row_count;
	if (text->length > UINT32_MAX || summary_add_row(s, text->bytes, (uint32_t)text->length)) {
		free(text->bytes);
		return -ENOMEM;
	}
	s->texts[at] = *row;
	return 0;
}

static int row_of_ids(struct summary *s, const struct summary_ids *ids, const struct pass_call *call, uint32_t *row)
{
	struct text text = { 0 };

	*row = NONE32;
	for (uint32_t i = 0; i < s->by_count; i++) {
		if (!append_part(s, &text, s->by[i], ids, call)) {
			free(text.bytes);
			return text.err;
		}
		append(&text, "", 1);
	}
	return row_of_text(s, &text, row);
}

static struct summary_known *place_of(struct summary_known *known, size_t mask, const struct summary_ids *ids)
{
	size_t at = hash_bytes(ids, sizeof(*ids)) & mask;

	while (known[at].used && memcmp(&known[at].ids, ids, sizeof(*ids)))
		at = (at + 1) & mask;
	return &known[at];
}

static int grow_known(struct summary *s)
{
	size_t mask = s->known ? s->known_mask * 2 + 1 : FIRST_SLOTS - 1;
	struct summary_known *larger = calloc(mask + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	for (size_t i = 0; s->known && i <= s->known_mask; i++)
		if (s->known[i].used)
			*place_of(larger, mask, &s->known[i].ids) = s->known[i];
	free(s->known);
	s->known = larger;
	s->known_mask = mask;
	return 0;
}

int summary_row_of(struct summary *s, const struct pass_call *call, const struct pass_transfer *at, uint32_t *row)
{
	const struct summary_ids ids = ids_of(s, call, at);
	struct summary_known *known;
	int err = 0;

	if (s->newest.used && !memcmp(&s->newest.ids, &ids, sizeof(ids))) {
		*row = s->newest.row;
		return 0;
	}
	if ((!s->known || s->known_used * 2 >= s->known_mask) && grow_known(s))
		return -ENOMEM;
	known = place_of(s->known, s->known_mask, &ids);
	if (!known->used) {
		known->ids = ids;
		err = row_of_ids(s, &ids, call, &known->row);
		known->used = !err;
		s->known_used++;
	}
	*row = known->row;
	s->newest = *known;
	return err;
}
