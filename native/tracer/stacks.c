/*
 * See stacks.h. Two hash tables, open addressing, grown by doubling: frames by (module, offset, flags), stacks by their frame ids.
 * A stack that was seen before costs a walk and a few look-ups, no row and no allocation.
 */
#include "stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#define SLICE_FIRST 1024u
#define SLICE_MOST  16384u
#define SLICE_STEP  512u
/* What is read at once where the slice does not reach. */
#define FURTHER_BYTES 4096u

struct stack_entry {
	uint64_t hash;
	uint32_t id;
	uint32_t count;
	uint32_t first; /* index of its frame ids in ids */
	uint8_t end;
};

struct stacks {
	struct trace_writer *writer;
	struct modules *modules;
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
	struct unwind_frame walked[UNWIND_MAX_FRAMES];
	unsigned char slice[SLICE_MOST];
	unsigned char further[FURTHER_BYTES];
	uint64_t further_begin;
	uint32_t further_got;
	/* the walk that is under way */
	pid_t tid;
	uint64_t slice_begin;
	uint32_t slice_got;
	uint64_t deepest; /* highest address that the walk read below the slice's limit */
};

int stacks_new(struct trace_writer *writer, struct modules *modules, struct stacks **out)
{
	struct stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return -ENOMEM;
	stacks->writer = writer;
	stacks->modules = modules;
	stacks->frame_slot_count = stacks->entry_slot_count = 1024;
	stacks->frame_slots = calloc(stacks->frame_slot_count, sizeof(*stacks->frame_slots));
	stacks->entry_slots = calloc(stacks->entry_slot_count, sizeof(*stacks->entry_slots));
	if (!stacks->frame_slots || !stacks->entry_slots) {
		stacks_free(stacks);
		return -ENOMEM;
	}
	*out = stacks;
	return 0;
}

void stacks_free(struct stacks *stacks)
{
	if (!stacks)
		return;
	free(stacks->frames);
	free(stacks->frame_slots);
	free(stacks->entries);
	free(stacks->entry_slots);
	free(stacks->ids);
	free(stacks);
}

uint32_t stacks_frame_count(const struct stacks *stacks)
{
	return stacks->frame_count;
}

const struct stack_frame *stacks_frame(const struct stacks *stacks, uint32_t id)
{
	return &stacks->frames[id - 1];
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

static int widen_frames(struct stacks *stacks)
{
	uint32_t count = stacks->frame_slot_count * 2;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t id = 1; id <= stacks->frame_count; id++) {
		uint32_t slot = (uint32_t)frame_hash(&stacks->frames[id - 1]) & (count - 1);

		while (slots[slot])
			slot = (slot + 1) & (count - 1);
		slots[slot] = id;
	}
	free(stacks->frame_slots);
	stacks->frame_slots = slots;
	stacks->frame_slot_count = count;
	return 0;
}

/* Returns the new frame's id, or 0. */
static uint32_t add_frame(struct stacks *stacks, const struct stack_frame *frame, uint32_t slot)
{
	struct row_frame row = { .module = frame->module, .offset = frame->offset, .flags = frame->flags };
	size_t capacity = stacks->frame_capacity;
	int64_t id;

	if (grow((void **)&stacks->frames, sizeof(*frame), stacks->frame_count, &capacity) != 0)
		return 0;
	stacks->frame_capacity = (uint32_t)capacity;
	id = writer_append(stacks->writer, RECORD_FRAME, &row);
	if (id != (int64_t)stacks->frame_count + 1)
		return 0;
	stacks->frames[stacks->frame_count++] = *frame;
	stacks->frame_slots[slot] = (uint32_t)id;
	if (stacks->frame_count * 2 > stacks->frame_slot_count && widen_frames(stacks) != 0)
		return 0;
	return (uint32_t)id;
}

static uint32_t intern_frame(struct stacks *stacks, const struct unwind_frame *walked)
{
	struct stack_frame frame = { .module = walked->module, .offset = walked->vaddr, .flags = walked->flags };
	uint32_t mask = stacks->frame_slot_count - 1;
	uint32_t slot = (uint32_t)frame_hash(&frame) & mask;

	while (stacks->frame_slots[slot]) {
		const struct stack_frame *other = &stacks->frames[stacks->frame_slots[slot] - 1];

		if (other->module == frame.module && other->offset == frame.offset && other->flags == frame.flags)
			return stacks->frame_slots[slot];
		slot = (slot + 1) & mask;
	}
	return add_frame(stacks, &frame, slot);
}

static int widen_entries(struct stacks *stacks)
{
	uint32_t count = stacks->entry_slot_count * 2;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < stacks->entry_count; i++) {
		uint32_t slot = (uint32_t)stacks->entries[i].hash & (count - 1);

		while (slots[slot])
			slot = (slot + 1) & (count - 1);
		slots[slot] = i + 1;
	}
	free(stacks->entry_slots);
	stacks->entry_slots = slots;
	stacks->entry_slot_count = count;
	return 0;
}

static uint32_t add_stack(struct stacks *stacks, struct stack_entry *entry, const uint32_t *ids, uint32_t slot)
{
	struct row_stack row = { .count = entry->count, .end = entry->end };
	size_t capacity = stacks->entry_capacity;
	int64_t position, id;

	while (stacks->id_count + entry->count > stacks->id_capacity) {
		if (grow((void **)&stacks->ids, sizeof(*ids), stacks->id_capacity, &stacks->id_capacity) != 0)
			return 0;
	}
	if (grow((void **)&stacks->entries, sizeof(*entry), stacks->entry_count, &capacity) != 0)
		return 0;
	stacks->entry_capacity = (uint32_t)capacity;
	position = writer_heap(stacks->writer, ids, entry->count * sizeof(*ids));
	if (position < 0)
		return 0;
	row.pos = (uint64_t)position;
	id = writer_append(stacks->writer, RECORD_STACK, &row);
	if (id < 0)
		return 0;
	entry->id = (uint32_t)id;
	entry->first = (uint32_t)stacks->id_count;
	memcpy(stacks->ids + stacks->id_count, ids, entry->count * sizeof(*ids));
	stacks->id_count += entry->count;
	stacks->entries[stacks->entry_count++] = *entry;
	stacks->entry_slots[slot] = stacks->entry_count;
	if (stacks->entry_count * 2 > stacks->entry_slot_count)
		widen_entries(stacks);
	return entry->id;
}

static uint32_t intern_stack(struct stacks *stacks, size_t count, enum unwind_end end)
{
	uint32_t ids[UNWIND_MAX_FRAMES];
	struct stack_entry entry = { .hash = mix(count, (uint64_t)end), .count = (uint32_t)count, .end = (uint8_t)end };
	uint32_t mask = stacks->entry_slot_count - 1;
	uint32_t slot;

	for (size_t i = 0; i < count; i++) {
		ids[i] = intern_frame(stacks, &stacks->walked[i]);
		if (ids[i] == 0)
			return 0;
		entry.hash = mix(entry.hash, ids[i]);
	}
	for (slot = (uint32_t)entry.hash & mask; stacks->entry_slots[slot]; slot = (slot + 1) & mask) {
		const struct stack_entry *other = &stacks->entries[stacks->entry_slots[slot] - 1];

		if (other->hash == entry.hash && other->count == entry.count && other->end == entry.end &&
			memcmp(stacks->ids + other->first, ids, count * sizeof(*ids)) == 0)
			return other->id;
	}
	return add_stack(stacks, &entry, ids, slot);
}

void stacks_prepare(struct stacks *stacks, const struct tracee *tracee, uint64_t sp, struct memory_piece *slice)
{
	uint32_t length = tracee->stack_bytes ? tracee->stack_bytes : SLICE_FIRST;

	*slice = (struct memory_piece){ .address = sp, .buffer = stacks->slice, .length = length };
}

static int read_further(struct stacks *stacks, uint64_t address, void *buffer, size_t length)
{
	struct memory_piece piece = { .address = address, .buffer = stacks->further, .length = FURTHER_BYTES };

	if (length > FURTHER_BYTES)
		return memory_read(stacks->tid, address, buffer, length);
	if (address < stacks->further_begin || address - stacks->further_begin + length > stacks->further_got) {
		memory_read_pieces(stacks->tid, &piece, 1);
		stacks->further_begin = address;
		stacks->further_got = piece.got;
	}
	if (address < stacks->further_begin || address - stacks->further_begin + length > stacks->further_got)
		return -EFAULT;
	memcpy(buffer, stacks->further + (address - stacks->further_begin), length);
	return 0;
}

static int read_stack(void *context, uint64_t address, void *buffer, size_t length)
{
	struct stacks *stacks = context;
	uint64_t offset = address - stacks->slice_begin;

	if (address < stacks->slice_begin)
		return read_further(stacks, address, buffer, length);
	if (offset < SLICE_MOST && offset + length > stacks->deepest)
		stacks->deepest = offset + length;
	if (offset + length > stacks->slice_got || offset + length < offset)
		return read_further(stacks, address, buffer, length);
	memcpy(buffer, stacks->slice + offset, length);
	return 0;
}

static int read_registers(pid_t tid, struct unwind_regs *out)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) != 0)
		return -errno;
	*out = (struct unwind_regs){
		.reg = { regs.rax, regs.rdx, regs.rcx, regs.rbx, regs.rsi, regs.rdi, regs.rbp, regs.rsp, regs.r8, regs.r9,
			regs.r10, regs.r11, regs.r12, regs.r13, regs.r14, regs.r15 },
		.pc = regs.rip,
	};
	return 0;
}

/* A walk that had to guess may have met modules whose CFI has not been compiled yet. Returns true if it is worth repeating. */
static bool compile_missing(struct stacks *stacks, struct tracee *tracee, size_t count, enum unwind_end end)
{
	bool guessed = end != UNWIND_COMPLETE && end != UNWIND_LIMIT;

	for (size_t i = 0; i < count; i++)
		guessed |= (stacks->walked[i].flags & (FRAME_FLAG_GUESS | FRAME_FLAG_NO_MODULE)) != 0;
	if (!guessed)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (modules_compile(stacks->modules, tracee->process, stacks->walked[i].module))
			return true;
	}
	return false;
}

uint32_t stacks_take(struct stacks *stacks, struct tracee *tracee, const struct memory_piece *slice)
{
	struct unwind_space *space = tracee->process->space->unwind;
	struct unwind_regs regs;
	enum unwind_end end;
	size_t count;

	if (!space || read_registers(tracee->tid, &regs) != 0)
		return 0;
	stacks->tid = tracee->tid;
	stacks->slice_begin = slice->address;
	stacks->slice_got = slice->got;
	stacks->further_got = 0;
	do {
		stacks->deepest = 0;
		count = unwind_walk(space, &regs, read_stack, stacks, stacks->walked, UNWIND_MAX_FRAMES, &end);
	} while (compile_missing(stacks, tracee, count, end));
	tracee->stack_bytes = (uint32_t)(stacks->deepest + SLICE_STEP) / SLICE_STEP * SLICE_STEP;
	if (tracee->stack_bytes > SLICE_MOST)
		tracee->stack_bytes = SLICE_MOST;
	return intern_stack(stacks, count, end);
}
