/* From the register tables that cfi.h hands out to interned rules. What must not live here: rows and their order (module.c). */
#ifndef SYSCOPE_UNWIND_COMPILE_H
#define SYSCOPE_UNWIND_COMPILE_H

#include "module.h"

/*
 * The rule for a state, interned into module. What we can't express (or what is beyond the tables' limits) becomes
 * rule 0, none. Returns 0 or -ENOMEM.
 */
int compile_rule(
	struct unwind_module *module, const uint8_t *section, const struct cfi_state *state, bool is_signal, uint32_t *rule);

#endif
