/*
 * See stack_table.h. Two hash tables, open addressing, grown by doubling: frames by (module, offset, flags), stacks by their frame ids.
 * A stack that was seen before costs a few look-ups, no row and no allocation.
 */
#include "stack_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u

struct stack_entry {
	uint64_t hash;
	uint32_t id;
	uint32_t count;
	uint32_t first; /* index of its frame ids in ids */
	uint8_t end;
};

struct stack_table {
	struct trace_writer *writer;
	struct stack_frame *frames; /* by id - 1 */
	uint32_t frame_count, frame_capacity;
	uint32_t *frame_slots; /* frame ids, 0: free */
	uint32_t frame_slot_count;
	struct stack_entry *entries;
	uint32_t entry_count, entry_capacity;
	uint32_t *entry_slots; /* entry index + 1, 0: free */
	uint32_t entry_slot_count;
	uint32_t *ids; /* the frame ids of all stacks, one after another */
	size_t id_count, id_capacity;
};

int stack_table_new(struct trace_writer *writer, struct stack_table **out)
{
	struct stack_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->writer = writer;
	table->frame_slot_count = table->entry_slot_count = FIRST_SLOTS;
	table->frame_slots = calloc(FIRST_SLOTS, sizeof(*table->frame_slots));
	table->entry_slots = calloc(FIRST_SLOTS, sizeof(*table->entry_slots));
	if (!table->frame_slots || !table->entry_slots) {
		stack_table_free(table);
		return -ENOMEM;
	}
	*out = table;
	return 0;
}

void stack_table_free(struct stack_table *table)
{
	if (!table)
		return;
	free(table->frames);
	free(table->frame_slots);
	free(table->entries);
	free(table->entry_slots);
	free(table->ids);
	free(table);
}

uint32_t stack_table_frames(const struct stack_table *table)
{
	return table->frame_count;
}

const struct stack_frame *stack_table_frame(const struct stack_table *table, uint32_t id)
{
	return &table->frames[id - 1];
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* Makes room for one more element of an array. */
static int grow(void **array, size_t element, size_t used, size_t *capacity)
{
	size_t larger = *capacity ? *capacity * 2 : 256;
	void *moved;

	if (used < *capacity)
		return 0;
	moved = realloc(*array, larger * element);
	if (!moved)
		return -ENOMEM;
	*array = moved;
	*capacity = larger;
	return 0;
}

static uint64_t frame_hash(const struct stack_frame *frame)
{
	return mix(mix(frame->module + 1u, frame->offset), frame->flags);
}

static int widen_frames(struct stack_table *table)
{
	uint32_t count = table->frame_slot_count * 2;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t id = 1; id <= table->frame_count; id++) {
		uint32_t slot = (uint32_t)frame_hash(&table->frames[id - 1]) & (count - 1);

		while (slots[slot])
			slot = (slot + 1) & (count - 1);
		slots[slot] = id;
	}
	free(table->frame_slots);
	table->frame_slots = slots;
	table->frame_slot_count = count;
	return 0;
}

/* Returns the new frame's id, or 0. */
static uint32_t add_frame(struct stack_table *table, const struct stack_frame *frame, uint32_t slot)
{
	struct row_frame row = { .module = frame->module, .offset = frame->offset, .flags = frame->flags };
	size_t capacity = table->frame_capacity;
	int64_t id;

	if (grow((void **)&table->frames, sizeof(*frame), table->frame_count, &capacity) != 0)
		return 0;
	table->frame_capacity = (uint32_t)capacity;
	id = writer_append(table->writer, RECORD_FRAME, &row);
	if (id != (int64_t)table->frame_count + 1)
		return 0;
	table->frames[table->frame_count++] = *frame;
	table->frame_slots[slot] = (uint32_t)id;
	if (table->frame_count * 2 > table->frame_slot_count && widen_frames(table) != 0)
		return 0;
	return (uint32_t)id;
}

static uint32_t intern_frame(struct stack_table *table, const struct unwind_frame *walked)
{
	struct stack_frame frame = { .module = walked->module, .offset = walked->vaddr, .flags = walked->flags };
	uint32_t mask = table->frame_slot_count - 1;
	uint32_t slot = (uint32_t)frame_hash(&frame) & mask;

	while (table->frame_slots[slot]) {
		const struct stack_frame *other = &table->frames[table->frame_slots[slot] - 1];

		if (other->module == frame.module && other->offset == frame.offset && other->flags == frame.flags)
			return table->frame_slots[slot];
		slot = (slot + 1) & mask;
	}
	return add_frame(table, &frame, slot);
}

static int widen_entries(struct stack_table *table)
{
	uint32_t count = table->entry_slot_count * 2;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < table->entry_count; i++) {
		uint32_t slot = (uint32_t)table->entries[i].hash & (count - 1);

		while (slots[slot])
			slot = (slot + 1) & (count - 1);
		slots[slot] = i + 1;
	}
	free(table->entry_slots);
	table->entry_slots = slots;
	table->entry_slot_count = count;
	return 0;
}

static uint32_t add_stack(struct stack_table *table, struct stack_entry *entry, const uint32_t *ids, uint32_t slot)
{
	struct row_stack row = { .count = entry->count, .end = entry->end };
	size_t capacity = table->entry_capacity;
	int64_t position, id;

	while (table->id_count + entry->count > table->id_capacity) {
		if (grow((void **)&table->ids, sizeof(*ids), table->id_capacity, &table->id_capacity) != 0)
			return 0;
	}
	if (grow((void **)&table->entries, sizeof(*entry), table->entry_count, &capacity) != 0)
		return 0;
	table->entry_capacity = (uint32_t)capacity;
	position = writer_heap(table->writer, ids, entry->count * sizeof(*ids));
	if (position < 0)
		return 0;
	row.pos = (uint64_t)position;
	id = writer_append(table->writer, RECORD_STACK, &row);
	if (id < 0)
		return 0;
	entry->id = (uint32_t)id;
	entry->first = (uint32_t)table->id_count;
	memcpy(table->ids + table->id_count, ids, entry->count * sizeof(*ids));
	table->id_count += entry->count;
	table->entries[table->entry_count++] = *entry;
	table->entry_slots[slot] = table->entry_count;
	if (table->entry_count * 2 > table->entry_slot_count)
		widen_entries(table);
	return entry->id;
}

uint32_t stack_table_intern(struct stack_table *table, const struct unwind_frame *frames, size_t count, enum unwind_end end)
{
	uint32_t ids[UNWIND_MAX_FRAMES];
	struct stack_entry entry = { .hash = mix(count, (uint64_t)end), .count = (uint32_t)count, .end = (uint8_t)end };
	uint32_t mask = table->entry_slot_count - 1;
	uint32_t slot;

	for (size_t i = 0; i < count; i++) {
		ids[i] = intern_frame(table, &frames[i]);
		if (ids[i] == 0)
			return 0;
		entry.hash = mix(entry.hash, ids[i]);
	}
	for (slot = (uint32_t)entry.hash & mask; table->entry_slots[slot]; slot = (slot + 1) & mask) {
		const struct stack_entry *other = &table->entries[table->entry_slots[slot] - 1];

		if (other->hash == entry.hash && other->count == entry.count && other->end == entry.end &&
			memcmp(table->ids + other->first, ids, count * sizeof(*ids)) == 0)
			return other->id;
	}
	return add_stack(table, &entry, ids, slot);
}
