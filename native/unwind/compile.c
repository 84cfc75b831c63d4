/* Compiling register tables into rules. See compile.h. */
#include "compile.h"

#include <errno.h>
#include <string.h>

const uint8_t rule_saved_registers[RULE_SAVED] = { CFI_RBX, CFI_RBP, CFI_R12, CFI_R12 + 1, CFI_R12 + 2, CFI_R15 };

static bool is_callee_saved(unsigned int reg)
{
	return reg == CFI_RBX || reg == CFI_RBP || (reg >= CFI_R12 && reg <= CFI_R15);
}

/* Nothing is to be done for it: undefined values are kept, as nobody looks at them. */
static bool is_unchanged(const struct cfi_rule *rule)
{
	return rule->kind == CFI_SAME || rule->kind == CFI_UNDEFINED;
}

static bool simple_saved(struct unwind_rule *rule, size_t i, const struct cfi_rule *from)
{
	if (is_unchanged(from))
		return true;
	if (from->kind != CFI_OFFSET || from->value % 8 != 0 || from->value > -16 || from->value < -8 * INT16_MAX)
		return false;
	rule->saved[i] = (int16_t)(from->value / -8);
	return true;
}

static bool compile_simple(const struct cfi_state *state, struct unwind_rule *rule)
{
	int span = 1;

	if (state->cfa.kind != CFI_REGISTER || state->cfa.value == CFI_RA || state->cfa_offset != (int32_t)state->cfa_offset)
		return false;
	if (state->reg[CFI_RA].kind != CFI_OFFSET || state->reg[CFI_RA].value != -8)
		return false;
	for (unsigned int reg = 0; reg < CFI_RA; reg++)
		if (!is_callee_saved(reg) && !is_unchanged(&state->reg[reg]))
			return false;
	for (size_t i = 0; i < RULE_SAVED; i++) {
		if (!simple_saved(rule, i, &state->reg[rule_saved_registers[i]]))
			return false;
		if (rule->saved[i] > span)
			span = rule->saved[i];
	}
	rule->kind = RULE_SIMPLE;
	rule->cfa_register = (uint8_t)state->cfa.value;
	rule->cfa_offset = (int32_t)state->cfa_offset;
	rule->span = span <= RULE_MAX_SPAN ? (uint8_t)span : 0;
	return true;
}

/* Returns 0, -EINVAL for what can't be expressed, -ENOSPC, -ENOMEM. */
static int compile_register(
	struct unwind_module *module, const uint8_t *section, const struct cfi_rule *from, struct full_register *to)
{
	struct expression expression = { 0 };
	uint32_t index;
	int rc;

	to->kind = (uint8_t)from->kind;
	switch (from->kind) {
	case CFI_SAME:
	case CFI_UNDEFINED: return 0;
	case CFI_OFFSET:
	case CFI_VAL_OFFSET: to->offset = (int32_t)from->value; return to->offset == from->value ? 0 : -EINVAL;
	case CFI_REGISTER: to->reg = (uint8_t)from->value; return from->value >= 0 && from->value < CFI_REGISTERS ? 0 : -EINVAL;
	case CFI_EXPRESSION:
	case CFI_VAL_EXPRESSION:
		if (from->length > EXPRESSION_MAX)
			return -EINVAL;
		expression.length = (uint8_t)from->length;
		memcpy(expression.code, section + from->value, from->length);
		rc = dedup_add(&module->expressions, &expression, &index);
		to->expression = (uint16_t)index;
		return rc;
	case CFI_INVALID: break;
	}
	return -EINVAL;
}

static int compile_full(
	struct unwind_module *module, const uint8_t *section, const struct cfi_state *state, struct unwind_rule *rule)
{
	struct full_rule full = { 0 };
	uint32_t index = 0;
	int rc = compile_register(module, section, &state->cfa, &full.cfa);

	if (rc == 0 && full.cfa.kind == CFI_REGISTER) {
		full.cfa.offset = (int32_t)state->cfa_offset;
		if (full.cfa.offset != state->cfa_offset)
			rc = -EINVAL;
	}
	for (size_t i = 0; rc == 0 && i < CFI_REGISTERS; i++)
		rc = compile_register(module, section, &state->reg[i], &full.reg[i]);
	/* A return address that nothing is said about would be the pc itself: an endless walk. */
	if (rc == 0 && full.reg[CFI_RA].kind == CFI_SAME)
		rc = -EINVAL;
	if (rc == 0)
		rc = dedup_add(&module->full, &full, &index);
	rule->kind = RULE_FULL;
	rule->full = (uint16_t)index;
	return rc;
}

int compile_rule(
	struct unwind_module *module, const uint8_t *section, const struct cfi_state *state, bool is_signal, uint32_t *rule)
{
	struct unwind_rule compiled = { .is_signal = is_signal };
	int rc = 0;

	*rule = 0;
	if (state->reg[CFI_RA].kind == CFI_UNDEFINED) {
		compiled.kind = RULE_OUTERMOST;
	} else if (!compile_simple(state, &compiled)) {
		compiled = (struct unwind_rule){ .is_signal = is_signal };
		rc = compile_full(module, section, state, &compiled);
	}
	if (rc == 0)
		rc = dedup_add(&module->rules, &compiled, rule);
	return rc == -EINVAL || rc == -ENOSPC ? 0 : rc;
}
