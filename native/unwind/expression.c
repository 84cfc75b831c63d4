/* A stack machine for DWARF expressions. See expression.h. */
#include "expression.h"

#include <errno.h>

#include "cursor.h"

#define STACK_SLOTS 32
#define MAX_STEPS   256

/* DW_OP_* (DWARF 5, 7.7.1). */
enum operation {
	OP_DEREF = 0x06,
	OP_CONST1U = 0x08, /* to OP_CONST8S = 0x0f: u and s of 1, 2, 4, 8 bytes */
	OP_CONST8S = 0x0f,
	OP_CONSTU = 0x10,
	OP_CONSTS = 0x11,
	OP_DUP = 0x12,
	OP_DROP = 0x13,
	OP_OVER = 0x14,
	OP_PICK = 0x15,
	OP_SWAP = 0x16,
	OP_ROT = 0x17,
	OP_ABS = 0x19,
	OP_AND = 0x1a,
	OP_DIV = 0x1b,
	OP_MINUS = 0x1c,
	OP_MOD = 0x1d,
	OP_MUL = 0x1e,
	OP_NEG = 0x1f,
	OP_NOT = 0x20,
	OP_OR = 0x21,
	OP_PLUS = 0x22,
	OP_PLUS_UCONST = 0x23,
	OP_SHL = 0x24,
	OP_SHR = 0x25,
	OP_SHRA = 0x26,
	OP_XOR = 0x27,
	OP_BRA = 0x28,
	OP_EQ = 0x29,
	OP_GE = 0x2a,
	OP_GT = 0x2b,
	OP_LE = 0x2c,
	OP_LT = 0x2d,
	OP_NE = 0x2e,
	OP_SKIP = 0x2f,
	OP_LIT0 = 0x30,
	OP_LIT31 = 0x4f,
	OP_BREG0 = 0x70,
	OP_BREG31 = 0x8f,
	OP_BREGX = 0x92,
	OP_DEREF_SIZE = 0x94,
	OP_NOP = 0x96,
};

struct machine {
	struct cursor code;
	const uint8_t *start;
	const uint64_t *registers;
	unwind_read_fn read;
	void *context;
	uint64_t stack[STACK_SLOTS];
	size_t depth;
	int error;
};

static void push(struct machine *m, uint64_t value)
{
	if (m->depth == STACK_SLOTS)
		m->error = -EINVAL;
	else
		m->stack[m->depth++] = value;
}

/* The value so many places below the top. */
static uint64_t peek(struct machine *m, uint64_t below)
{
	if (below >= m->depth) {
		m->error = -EINVAL;
		return 0;
	}
	return m->stack[m->depth - 1 - below];
}

static uint64_t pop(struct machine *m)
{
	uint64_t value = peek(m, 0);

	if (m->depth > 0)
		m->depth--;
	return value;
}

static void dereference(struct machine *m, uint64_t width)
{
	uint64_t address = pop(m), value = 0;

	if (width == 0 || width > sizeof(value))
		m->error = -EINVAL;
	if (m->error)
		return;
	m->error = m->read(m->context, address, &value, width);
	push(m, value);
}

static void push_register(struct machine *m, uint64_t reg)
{
	int64_t offset = cursor_sleb(&m->code);

	if (reg >= CFI_REGISTERS)
		m->error = -EINVAL;
	else
		push(m, m->registers[reg] + (uint64_t)offset);
}

static void jump(struct machine *m, bool taken)
{
	int64_t offset = cursor_int(&m->code, 2);
	int64_t at = m->code.at - m->start;

	if (!taken)
		return;
	if (m->code.bad || at + offset < 0 || at + offset > m->code.end - m->start)
		m->error = -EINVAL;
	else
		m->code.at += offset;
}

static uint64_t divide(struct machine *m, uint64_t left, uint64_t right, bool remainder)
{
	if (right == 0) {
		m->error = -EINVAL;
		return 0;
	}
	if (remainder)
		return left % right;
	/* Division is signed; the one that overflows wraps. */
	return right == UINT64_MAX ? 0 - left : (uint64_t)((int64_t)left / (int64_t)right);
}

static uint64_t shift(uint64_t left, uint64_t right, enum operation op)
{
	if (op == OP_SHRA)
		return (uint64_t)((int64_t)left >> (right < 63 ? right : 63));
	if (right > 63)
		return 0;
	return op == OP_SHL ? left << right : left >> right;
}

static void binary(struct machine *m, enum operation op)
{
	uint64_t right = pop(m), left = pop(m);
	int64_t signed_left = (int64_t)left, signed_right = (int64_t)right;

	switch (op) {
	case OP_AND: return push(m, left & right);
	case OP_OR: return push(m, left | right);
	case OP_XOR: return push(m, left ^ right);
	case OP_PLUS: return push(m, left + right);
	case OP_MINUS: return push(m, left - right);
	case OP_MUL: return push(m, left * right);
	case OP_DIV:
	case OP_MOD: return push(m, divide(m, left, right, op == OP_MOD));
	case OP_SHL:
	case OP_SHR:
	case OP_SHRA: return push(m, shift(left, right, op));
	case OP_EQ: return push(m, left == right);
	case OP_NE: return push(m, left != right);
	case OP_GE: return push(m, signed_left >= signed_right);
	case OP_GT: return push(m, signed_left > signed_right);
	case OP_LE: return push(m, signed_left <= signed_right);
	case OP_LT: return push(m, signed_left < signed_right);
	default: m->error = -EINVAL;
	}
}

static void rotate(struct machine *m)
{
	uint64_t first = pop(m), second = pop(m), third = pop(m);

	push(m, first);
	push(m, third);
	push(m, second);
}

static void swap(struct machine *m)
{
	uint64_t first = pop(m), second = pop(m);

	push(m, first);
	push(m, second);
}

static void absolute(struct machine *m)
{
	uint64_t value = pop(m);

	push(m, (int64_t)value < 0 ? 0 - value : value);
}

static void step_stack(struct machine *m, enum operation op)
{
	switch (op) {
	case OP_DUP: return push(m, peek(m, 0));
	case OP_OVER: return push(m, peek(m, 1));
	case OP_PICK: return push(m, peek(m, cursor_uint(&m->code, 1)));
	case OP_DROP: pop(m); return;
	case OP_SWAP: return swap(m);
	case OP_ROT: return rotate(m);
	case OP_ABS: return absolute(m);
	case OP_NEG: return push(m, 0 - pop(m));
	case OP_NOT: return push(m, ~pop(m));
	case OP_PLUS_UCONST: return push(m, pop(m) + cursor_uleb(&m->code));
	default: binary(m, op);
	}
}

static void step(struct machine *m)
{
	unsigned int op = (unsigned int)cursor_uint(&m->code, 1);

	if (op >= OP_LIT0 && op <= OP_LIT31)
		return push(m, op - OP_LIT0);
	if (op >= OP_BREG0 && op <= OP_BREG31)
		return push_register(m, op - OP_BREG0);
	if (op >= OP_CONST1U && op <= OP_CONST8S) {
		size_t width = (size_t)1 << ((op - OP_CONST1U) / 2);

		return push(m, op & 1 ? (uint64_t)cursor_int(&m->code, width) : cursor_uint(&m->code, width));
	}
	switch (op) {
	case OP_CONSTU: return push(m, cursor_uleb(&m->code));
	case OP_CONSTS: return push(m, (uint64_t)cursor_sleb(&m->code));
	case OP_BREGX: return push_register(m, cursor_uleb(&m->code));
	case OP_DEREF: return dereference(m, 8);
	case OP_DEREF_SIZE: return dereference(m, cursor_uint(&m->code, 1));
	case OP_SKIP: return jump(m, true);
	case OP_BRA: return jump(m, pop(m) != 0);
	case OP_NOP: return;
	default: step_stack(m, op);
	}
}

int expression_evaluate(const struct expression *expression, const uint64_t registers[CFI_REGISTERS], bool has_first,
	uint64_t first, unwind_read_fn read, void *context, uint64_t *value)
{
	struct machine m = {
		.code = { .at = expression->code, .end = expression->code + expression->length },
		.start = expression->code,
		.registers = registers,
		.read = read,
		.context = context,
	};

	if (has_first)
		push(&m, first);
	for (int steps = 0; cursor_left(&m.code) > 0; steps++) {
		if (steps == MAX_STEPS)
			return -EINVAL;
		step(&m);
		if (m.error || m.code.bad)
			return m.error ? m.error : -EINVAL;
	}
	*value = pop(&m);
	return m.error;
}
