/* Executing call frame instructions. See cfi_program.h. */
#include "cfi_program.h"

#include <errno.h>

#include "pointer.h"

/* DW_CFA_* (DWARF 5, 7.24, and the GNU extensions in use on x86-64). */
enum opcode {
	OP_NOP = 0x00,
	OP_SET_LOC = 0x01,
	OP_ADVANCE_LOC1 = 0x02,
	OP_ADVANCE_LOC2 = 0x03,
	OP_ADVANCE_LOC4 = 0x04,
	OP_OFFSET_EXTENDED = 0x05,
	OP_RESTORE_EXTENDED = 0x06,
	OP_UNDEFINED = 0x07,
	OP_SAME_VALUE = 0x08,
	OP_REGISTER = 0x09,
	OP_REMEMBER_STATE = 0x0a,
	OP_RESTORE_STATE = 0x0b,
	OP_DEF_CFA = 0x0c,
	OP_DEF_CFA_REGISTER = 0x0d,
	OP_DEF_CFA_OFFSET = 0x0e,
	OP_DEF_CFA_EXPRESSION = 0x0f,
	OP_EXPRESSION = 0x10,
	OP_OFFSET_EXTENDED_SF = 0x11,
	OP_DEF_CFA_SF = 0x12,
	OP_DEF_CFA_OFFSET_SF = 0x13,
	OP_VAL_OFFSET = 0x14,
	OP_VAL_OFFSET_SF = 0x15,
	OP_VAL_EXPRESSION = 0x16,
	OP_GNU_ARGS_SIZE = 0x2e,
	OP_GNU_NEGATIVE_OFFSET_EXTENDED = 0x2f,
	OP_ADVANCE_LOC = 0x40,
	OP_OFFSET = 0x80,
	OP_RESTORE = 0xc0,
};

/* Compilers nest one deep; more than this is taken for broken. */
#define MAX_REMEMBERED 16

struct machine {
	struct cfi_program *program;
	struct cfi_state *state;
	struct cursor *c;
	struct cfi_state remembered[MAX_REMEMBERED];
	size_t depth;
};

static void set_rule(struct machine *m, uint64_t reg, enum cfi_kind kind, int64_t value)
{
	if (reg < CFI_REGISTERS)
		m->state->reg[reg] = (struct cfi_rule){ .kind = kind, .value = value };
}

static void set_cfa(struct machine *m, uint64_t reg, int64_t offset)
{
	m->state->cfa = (struct cfi_rule){ .kind = reg < CFI_REGISTERS ? CFI_REGISTER : CFI_INVALID, .value = (int64_t)reg };
	m->state->cfa_offset = offset;
}

/* Multiplication and addition of the file's numbers wrap. */
static int64_t factored(const struct machine *m, uint64_t value)
{
	return (int64_t)(value * (uint64_t)m->program->data_align);
}

static struct cfi_rule read_expression(struct machine *m, enum cfi_kind kind)
{
	uint64_t length = cursor_uleb(m->c);
	struct cfi_rule rule = { .kind = kind, .value = m->c->at - m->program->section->data };

	cursor_skip(m->c, length);
	if (m->c->bad || length > UINT32_MAX)
		rule.kind = CFI_INVALID;
	else
		rule.length = (uint32_t)length;
	return rule;
}

static void set_expression(struct machine *m, enum cfi_kind kind)
{
	uint64_t reg = cursor_uleb(m->c);
	struct cfi_rule rule = read_expression(m, kind);

	if (reg < CFI_REGISTERS)
		m->state->reg[reg] = rule;
}

static int restore_rule(struct machine *m, uint64_t reg)
{
	if (!m->program->initial)
		return -EINVAL;
	if (reg < CFI_REGISTERS)
		m->state->reg[reg] = m->program->initial->reg[reg];
	return 0;
}

static int advance_to(struct machine *m, uint64_t pc)
{
	struct cfi_program *p = m->program;
	int rc = 0;

	/* Not backwards, and not out of the function, where another's rows lie. */
	if (pc < p->pc || pc > p->end)
		return -EINVAL;
	if (pc > p->pc && p->sink)
		rc = p->sink->row(p->sink->context, p->pc, m->state);
	p->pc = pc;
	return rc;
}

static int advance_by(struct machine *m, uint64_t delta)
{
	uint64_t scaled;

	if (__builtin_mul_overflow(delta, m->program->code_align, &scaled) || scaled > m->program->end - m->program->pc)
		return -EINVAL;
	return advance_to(m, m->program->pc + scaled);
}

static int set_location(struct machine *m)
{
	const struct cfi_section *section = m->program->section;
	uint64_t pc;

	if (!pointer_read(m->c, m->program->pointer_encoding, section->data, section->vaddr, &pc))
		return -EINVAL;
	return advance_to(m, pc);
}

static int change_depth(struct machine *m, bool remember)
{
	if (remember) {
		if (m->depth == MAX_REMEMBERED)
			return -EINVAL;
		m->remembered[m->depth++] = *m->state;
		return 0;
	}
	if (m->depth == 0)
		return -EINVAL;
	*m->state = m->remembered[--m->depth];
	return 0;
}

/* The operands of OPCODE(reg, factored offset) in the order in which they are stored. */
static void read_offset(struct machine *m, enum cfi_kind kind, bool is_signed)
{
	uint64_t reg = cursor_uleb(m->c);
	uint64_t offset = is_signed ? (uint64_t)cursor_sleb(m->c) : cursor_uleb(m->c);

	set_rule(m, reg, kind, factored(m, offset));
}

static int run_register_rule(struct machine *m, enum opcode op)
{
	uint64_t reg;

	switch (op) {
	case OP_OFFSET_EXTENDED: read_offset(m, CFI_OFFSET, false); return 0;
	case OP_OFFSET_EXTENDED_SF: read_offset(m, CFI_OFFSET, true); return 0;
	case OP_VAL_OFFSET: read_offset(m, CFI_VAL_OFFSET, false); return 0;
	case OP_VAL_OFFSET_SF: read_offset(m, CFI_VAL_OFFSET, true); return 0;
	case OP_GNU_NEGATIVE_OFFSET_EXTENDED:
		reg = cursor_uleb(m->c);
		set_rule(m, reg, CFI_OFFSET, factored(m, -cursor_uleb(m->c)));
		return 0;
	case OP_UNDEFINED: set_rule(m, cursor_uleb(m->c), CFI_UNDEFINED, 0); return 0;
	case OP_SAME_VALUE: set_rule(m, cursor_uleb(m->c), CFI_SAME, 0); return 0;
	case OP_REGISTER:
		reg = cursor_uleb(m->c);
		set_rule(m, reg, CFI_REGISTER, (int64_t)cursor_uleb(m->c));
		return 0;
	case OP_EXPRESSION: set_expression(m, CFI_EXPRESSION); return 0;
	case OP_VAL_EXPRESSION: set_expression(m, CFI_VAL_EXPRESSION); return 0;
	case OP_RESTORE_EXTENDED: return restore_rule(m, cursor_uleb(m->c));
	default: return -EINVAL;
	}
}

static int run_one(struct machine *m, enum opcode op)
{
	uint64_t reg;

	switch (op) {
	case OP_NOP: return 0;
	case OP_GNU_ARGS_SIZE: cursor_uleb(m->c); return 0;
	case OP_SET_LOC: return set_location(m);
	case OP_ADVANCE_LOC1: return advance_by(m, cursor_uint(m->c, 1));
	case OP_ADVANCE_LOC2: return advance_by(m, cursor_uint(m->c, 2));
	case OP_ADVANCE_LOC4: return advance_by(m, cursor_uint(m->c, 4));
	case OP_REMEMBER_STATE:
	case OP_RESTORE_STATE: return change_depth(m, op == OP_REMEMBER_STATE);
	case OP_DEF_CFA:
		reg = cursor_uleb(m->c);
		set_cfa(m, reg, (int64_t)cursor_uleb(m->c));
		return 0;
	case OP_DEF_CFA_SF:
		reg = cursor_uleb(m->c);
		set_cfa(m, reg, factored(m, (uint64_t)cursor_sleb(m->c)));
		return 0;
	case OP_DEF_CFA_REGISTER: set_cfa(m, cursor_uleb(m->c), m->state->cfa_offset); return 0;
	case OP_DEF_CFA_OFFSET: m->state->cfa_offset = (int64_t)cursor_uleb(m->c); return 0;
	case OP_DEF_CFA_OFFSET_SF: m->state->cfa_offset = factored(m, (uint64_t)cursor_sleb(m->c)); return 0;
	case OP_DEF_CFA_EXPRESSION:
		m->state->cfa = read_expression(m, CFI_VAL_EXPRESSION);
		m->state->cfa_offset = 0;
		return 0;
	default: return run_register_rule(m, op);
	}
}

int cfi_program_run(struct cfi_program *program, struct cursor *c, struct cfi_state *state)
{
	/* The remembered states stay uninitialised: clearing them would cost more than most functions' instructions. */
	struct machine m;
	int rc = 0;

	m.program = program;
	m.state = state;
	m.c = c;
	m.depth = 0;
	while (rc == 0 && cursor_left(c) > 0) {
		uint8_t op = (uint8_t)cursor_uint(c, 1);
		uint8_t low = op & 0x3f;

		switch (op & 0xc0) {
		case OP_ADVANCE_LOC: rc = advance_by(&m, low); break;
		case OP_OFFSET: set_rule(&m, low, CFI_OFFSET, factored(&m, cursor_uleb(c))); break;
		case OP_RESTORE: rc = restore_rule(&m, low); break;
		default: rc = run_one(&m, op); break;
		}
		if (c->bad)
			return -EINVAL;
	}
	return rc;
}
