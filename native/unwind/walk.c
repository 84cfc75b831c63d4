/*
 * The walk from frame to frame. Its hot path, a cached simple rule, reads memory once per frame and allocates nothing.
 * What must not live here: ptrace, ELF, names.
 */
#include <stdlib.h>
#include <string.h>

#include "schema.h"
#include "expression.h"
#include "space.h"

_Static_assert((int)UNWIND_COMPLETE == STACK_END_COMPLETE && (int)UNWIND_LIMIT == STACK_END_LIMIT &&
		       (int)UNWIND_NO_CFI == STACK_END_NO_CFI && (int)UNWIND_UNREADABLE == STACK_END_UNREADABLE &&
		       (int)UNWIND_GUESS == STACK_END_GUESS,
	"the schema's stack_end");

/* A direct call this far back or less is taken as the caller of a function without CFI and without a frame. */
#define MAX_LEAF_BYTES 4096

static const struct unwind_rule sigreturn_rule = { .kind = RULE_SIGRETURN, .is_signal = 1 };

struct walk {
	struct unwind_space *space;
	unwind_read_fn read;
	void *context;
	uint64_t reg[CFI_REGISTERS]; /* of the frame at hand; CFI_RA is its pc */
	uint64_t cfa;                /* of the frame before; 0 at first */
	bool exact;                  /* pc is where the thread was interrupted, not a return address */
	bool jumped;                 /* a signal frame led to a lower stack: once only */
	bool guess;                  /* this frame was found by frame pointer */
	bool guessed;                /* or one before was */
	enum unwind_end end;
};

static bool stop(struct walk *w, enum unwind_end end)
{
	w->end = end == UNWIND_COMPLETE && w->guessed ? UNWIND_GUESS : end;
	return false;
}

/* The CFA must rise from frame to frame, or the walk might never end. */
static bool rises(struct walk *w, uint64_t cfa, bool is_signal)
{
	if (cfa > w->cfa)
		return true;
	if (!is_signal || w->jumped)
		return false;
	w->jumped = true;
	return true;
}

/* Takes the step to the caller, whose other registers are already in place. */
static bool arrive(struct walk *w, uint64_t cfa, uint64_t sp, uint64_t pc, bool is_signal)
{
	w->cfa = cfa;
	w->reg[CFI_RSP] = sp;
	w->reg[CFI_RA] = pc;
	w->exact = is_signal;
	return pc != 0 || stop(w, UNWIND_COMPLETE);
}

/* Registers saved farther from the CFA than RULE_MAX_SPAN: each is read by itself. */
static bool step_far(struct walk *w, const struct unwind_rule *rule, uint64_t cfa)
{
	uint64_t pc;

	if (w->read(w->context, cfa - 8, &pc, sizeof(pc)))
		return stop(w, UNWIND_UNREADABLE);
	for (size_t i = 0; i < RULE_SAVED; i++) {
		uint64_t *reg = &w->reg[rule_saved_registers[i]];

		if (rule->saved[i] && w->read(w->context, cfa - 8 * (uint64_t)rule->saved[i], reg, sizeof(*reg)))
			return stop(w, UNWIND_UNREADABLE);
	}
	return arrive(w, cfa, cfa, pc, rule->is_signal);
}

static inline bool step_simple(struct walk *w, const struct unwind_rule *rule)
{
	uint64_t cfa = w->reg[rule->cfa_register] + (uint64_t)(int64_t)rule->cfa_offset;
	size_t span = rule->span;
	uint64_t words[RULE_MAX_SPAN];

	if (!rises(w, cfa, rule->is_signal))
		return stop(w, UNWIND_NO_CFI);
	if (span == 0)
		return step_far(w, rule, cfa);
	if (w->read(w->context, cfa - 8 * span, words, 8 * span))
		return stop(w, UNWIND_UNREADABLE);
	for (size_t i = 0; i < RULE_SAVED; i++)
		if (rule->saved[i])
			w->reg[rule_saved_registers[i]] = words[span - (size_t)rule->saved[i]];
	return arrive(w, cfa, cfa, words[span - 1], rule->is_signal);
}

static int evaluate(
	struct walk *w, const struct unwind_module *module, uint16_t expression, bool has_cfa, uint64_t cfa, uint64_t *value)
{
	return expression_evaluate(dedup_at(&module->expressions, expression), w->reg, has_cfa, cfa, w->read, w->context, value);
}

/* What a register was in the caller. Returns 0 or -errno. */
static int restore_register(
	struct walk *w, const struct unwind_module *module, const struct full_register *from, uint64_t cfa, uint64_t *value)
{
	uint64_t address;
	int rc;

	switch ((enum cfi_kind)from->kind) {
	case CFI_OFFSET: return w->read(w->context, cfa + (uint64_t)(int64_t)from->offset, value, sizeof(*value));
	case CFI_VAL_OFFSET: *value = cfa + (uint64_t)(int64_t)from->offset; return 0;
	case CFI_REGISTER: *value = w->reg[from->reg]; return 0;
	case CFI_EXPRESSION:
		rc = evaluate(w, module, from->expression, true, cfa, &address);
		return rc ? rc : w->read(w->context, address, value, sizeof(*value));
	case CFI_VAL_EXPRESSION: return evaluate(w, module, from->expression, true, cfa, value);
	case CFI_SAME:
	case CFI_UNDEFINED:
	case CFI_INVALID: break;
	}
	return 0;
}

static bool step_full(struct walk *w, const struct unwind_module *module, const struct unwind_rule *rule)
{
	const struct full_rule *full = dedup_at(&module->full, rule->full);
	uint64_t caller[CFI_REGISTERS], cfa;
	int rc = 0;

	w->space->counters.full_rows++;
	if (full->cfa.kind == CFI_REGISTER)
		cfa = w->reg[full->cfa.reg] + (uint64_t)(int64_t)full->cfa.offset;
	else
		rc = evaluate(w, module, full->cfa.expression, false, 0, &cfa);
	if (rc)
		return stop(w, UNWIND_UNREADABLE);
	if (!rises(w, cfa, rule->is_signal))
		return stop(w, UNWIND_NO_CFI);
	memcpy(caller, w->reg, sizeof(caller));
	caller[CFI_RSP] = cfa;
	/* One that can't be read keeps its value: in epilogues of realigned frames GCC's CFI still names a popped rbp. */
	for (size_t i = 0; i < CFI_RA; i++)
		if (restore_register(w, module, &full->reg[i], cfa, &caller[i]))
			caller[i] = i == CFI_RSP ? cfa : w->reg[i];
	if (restore_register(w, module, &full->reg[CFI_RA], cfa, &caller[CFI_RA]))
		return stop(w, UNWIND_UNREADABLE);
	memcpy(w->reg, caller, sizeof(caller));
	return arrive(w, cfa, caller[CFI_RSP], caller[CFI_RA], rule->is_signal);
}

/* The kernel's struct ucontext lies at the stack pointer: its registers follow 40 bytes in (struct sigcontext). */
static bool step_sigreturn(struct walk *w)
{
	static const uint8_t order[CFI_REGISTERS] = { 8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16 };
	uint64_t saved[CFI_REGISTERS], sp;

	if (w->read(w->context, w->reg[CFI_RSP] + 40, saved, sizeof(saved)))
		return stop(w, UNWIND_UNREADABLE);
	sp = saved[15];
	if (!rises(w, sp, true))
		return stop(w, UNWIND_NO_CFI);
	for (size_t i = 0; i < CFI_REGISTERS; i++)
		w->reg[order[i]] = saved[i];
	return arrive(w, sp, sp, w->reg[CFI_RA], true);
}

static bool arrive_by_guess(struct walk *w, uint64_t cfa, uint64_t pc)
{
	w->space->counters.guesses++;
	w->guess = true;
	w->guessed = true;
	return arrive(w, cfa, cfa, pc, false);
}

/*
 * The innermost function has no CFI, and may have no frame either (assembly around a system call): true if the word at
 * the stack pointer is a return address behind a direct call to a place shortly before pc.
 */
static bool is_leaf(const struct walk *w, uint64_t *caller)
{
	uint64_t pc = w->reg[CFI_RA], target;
	uint8_t call[5];
	int32_t distance;

	if (w->read(w->context, w->reg[CFI_RSP], caller, sizeof(*caller)) || !space_mapping_at(w->space, *caller))
		return false;
	if (w->read(w->context, *caller - sizeof(call), call, sizeof(call)) || call[0] != 0xe8)
		return false;
	memcpy(&distance, call + 1, sizeof(distance));
	target = *caller + (uint64_t)(int64_t)distance;
	return target <= pc && pc - target <= MAX_LEAF_BYTES;
}

/* No CFI: the frame pointer, if what it leads to looks like a frame. A zero one marks the outermost frame (System V ABI, 3.4.1). */
static bool step_guess(struct walk *w)
{
	uint64_t base = w->reg[CFI_RBP], frame[2], caller;

	if (w->cfa == 0 && is_leaf(w, &caller))
		return arrive_by_guess(w, w->reg[CFI_RSP] + 8, caller);
	if (base == 0)
		return stop(w, w->guessed ? UNWIND_GUESS : UNWIND_NO_CFI);
	if (base % 8 != 0 || base < w->reg[CFI_RSP] || !rises(w, base + 16, false))
		return stop(w, UNWIND_NO_CFI);
	if (w->read(w->context, base, frame, sizeof(frame)))
		return stop(w, UNWIND_NO_CFI);
	if (frame[1] == 0)
		return stop(w, UNWIND_GUESS);
	if (!space_mapping_at(w->space, frame[1]))
		return stop(w, UNWIND_NO_CFI);
	w->reg[CFI_RBP] = frame[0];
	return arrive_by_guess(w, base + 16, frame[1]);
}

/* True if the code at pc (or, at a stop in the call itself, before it) is `mov $15, %rax; syscall`: rt_sigreturn without CFI. */
static bool is_sigreturn(const struct walk *w)
{
	static const uint8_t code[9] = { 0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05 };
	uint64_t pc = w->reg[CFI_RA];
	uint8_t found[sizeof(code)];

	if (w->read(w->context, pc, found, sizeof(found)) == 0 && memcmp(found, code, sizeof(code)) == 0)
		return true;
	return w->exact && w->read(w->context, pc - sizeof(code), found, sizeof(found)) == 0 &&
	       memcmp(found, code, sizeof(code)) == 0;
}

/* Where the frame at hand lies and what rule holds there; valid until the next call. */
static const struct space_place *find_place(struct walk *w)
{
	struct unwind_space *space = w->space;
	/* A return address may lie behind its function's end, after a call that never returns: look up the call. */
	uint64_t address = w->reg[CFI_RA] - !w->exact;
	struct space_place *place = &space->cache[(address * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - CACHE_BITS)];

	if (place->address == address && place->generation == space->generation) {
		space->counters.cache_hits++;
		return place;
	}
	space->counters.cache_misses++;
	space_resolve(space, address, place);
	if (place->id != NO_MODULE && place->rule->kind == RULE_NONE && is_sigreturn(w))
		place->rule = &sigreturn_rule;
	return place;
}

static void fill_frame(const struct walk *w, const struct space_place *place, struct unwind_frame *frame)
{
	uint8_t flags = 0;

	if (place->rule->is_signal)
		flags = FRAME_FLAG_SIGNAL;
	else if (!w->exact)
		flags = FRAME_FLAG_RETURN_ADDRESS;
	if (w->guess)
		flags |= FRAME_FLAG_GUESS;
	if (place->id == NO_MODULE)
		flags |= FRAME_FLAG_NO_MODULE;
	*frame = (struct unwind_frame){
		.pc = w->reg[CFI_RA],
		.module = place->id,
		.vaddr = place->vaddr + !w->exact,
		.flags = flags,
	};
}

static bool step(struct walk *w, const struct space_place *place)
{
	w->guess = false;
	switch ((enum rule_kind)place->rule->kind) {
	case RULE_SIMPLE: return step_simple(w, place->rule);
	case RULE_FULL: return step_full(w, place->module, place->rule);
	case RULE_SIGRETURN: return step_sigreturn(w);
	case RULE_OUTERMOST: return stop(w, UNWIND_COMPLETE);
	case RULE_NONE: break;
	}
	return step_guess(w);
}

static size_t walk_frames(struct walk *w, struct unwind_frame *frames, size_t capacity)
{
	for (size_t count = 0; count < capacity;) {
		const struct space_place *place = find_place(w);

		fill_frame(w, place, &frames[count++]);
		if (!step(w, place))
			return count;
	}
	stop(w, UNWIND_LIMIT);
	return capacity;
}

size_t unwind_walk(struct unwind_space *space, const struct unwind_regs *regs, unwind_read_fn read, void *context,
	struct unwind_frame *frames, size_t capacity, enum unwind_end *end)
{
	struct walk w;
	size_t count;

	w = (struct walk){ .space = space, .read = read, .context = context, .exact = true };
	memcpy(w.reg, regs->reg, sizeof(regs->reg));
	w.reg[CFI_RA] = regs->pc;
	if (!space->cache)
		space->cache = calloc(CACHE_SLOTS, sizeof(*space->cache));
	if (!space->cache || capacity == 0) {
		*end = UNWIND_LIMIT;
		return 0;
	}
	count = walk_frames(&w, frames, capacity);
	*end = w.end;
	space->counters.walks++;
	space->counters.frames += count;
	space->counters.ends[w.end]++;
	return count;
}
