/*
 * See stacks.h. The slice that came with the call's arguments serves the walk; what it does not hold is read when it is asked for.
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

struct stacks {
	struct stack_table *table;
	struct modules *modules;
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
	stacks->modules = modules;
	if (stack_table_new(writer, &stacks->table) != 0) {
		free(stacks);
		return -ENOMEM;
	}
	*out = stacks;
	return 0;
}

void stacks_free(struct stacks *stacks)
{
	if (!stacks)
		return;
	stack_table_free(stacks->table);
	free(stacks);
}

const struct stack_table *stacks_table(const struct stacks *stacks)
{
	return stacks->table;
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

/* How much to read next time: as much as was needed now at least, less only bit by bit, since deep and shallow calls take turns. */
static uint32_t slice_after(uint32_t before, uint64_t needed)
{
	uint64_t wanted = (needed + SLICE_STEP) / SLICE_STEP * SLICE_STEP;

	if (wanted > SLICE_MOST)
		wanted = SLICE_MOST;
	return wanted >= before ? (uint32_t)wanted : before - (before - (uint32_t)wanted) / 8;
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
	tracee->stack_bytes = slice_after(tracee->stack_bytes, stacks->deepest);
	return stack_table_intern(stacks->table, stacks->walked, count, end);
}
