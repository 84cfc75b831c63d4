/*
 * What a module's CFI is compiled into, shared by the compiler (module.c) and the walker (walk.c):
 *
 *   rows, sorted      rules, distinct                       full rules, distinct     expressions, distinct
 *   offset | rule --> CFA = reg + offset, saved registers
 *   offset | rule --> kind FULL: index ------------------->  any rule a register ---> bytes
 *
 * A row holds from its offset to the next one's. What must not live here: reading ELF or CFI, memory access.
 */
#ifndef SYSCOPE_UNWIND_MODULE_H
#define SYSCOPE_UNWIND_MODULE_H

#include <stdint.h>

#include "cfi.h"
#include "dedup.h"
#include "unwind.h"

enum rule_kind {
	RULE_NONE,      /* no CFI */
	RULE_SIMPLE,    /* CFA = register + offset, the return address just below it, registers saved below that */
	RULE_OUTERMOST, /* the CFI says that there is no caller */
	RULE_FULL,
	RULE_SIGRETURN, /* recognised by its code: the registers lie in a struct ucontext at the stack pointer */
};

/* The callee-saved registers but rsp, in the order of struct unwind_rule's saved. */
#define RULE_SAVED 6

/* If all saved registers lie within this many words below the CFA, one read gets them all. */
#define RULE_MAX_SPAN 16

struct unwind_rule {
	uint8_t kind;
	uint8_t is_signal;
	uint8_t cfa_register;
	uint8_t span; /* words from the farthest saved register to the CFA, the return address included; 0: more than RULE_MAX_SPAN */
	int32_t cfa_offset;
	int16_t saved[RULE_SAVED]; /* words below the CFA, 0 = not saved */
	uint16_t full;
	uint16_t unused;
};

struct full_register {
	uint8_t kind; /* enum cfi_kind */
	uint8_t reg;
	uint16_t expression;
	int32_t offset;
};

struct full_rule {
	struct full_register cfa;
	struct full_register reg[CFI_REGISTERS];
};

#define EXPRESSION_MAX 63

struct expression {
	uint8_t length;
	uint8_t code[EXPRESSION_MAX];
};

struct unwind_row {
	uint32_t offset; /* from the module's base */
	uint32_t rule;
};

struct unwind_module {
	uint64_t base;
	struct unwind_row *rows;
	size_t count;
	struct dedup rules;       /* struct unwind_rule; rule 0 is RULE_NONE */
	struct dedup full;        /* struct full_rule */
	struct dedup expressions; /* struct expression */
};

_Static_assert(sizeof(struct unwind_rule) == 24 && sizeof(struct full_register) == 8 && sizeof(struct expression) == 64,
	"interned by their bytes: no padding");

/* The DWARF registers of RULE_SAVED. */
extern const uint8_t rule_saved_registers[RULE_SAVED];

/* The rule that holds at an ELF virtual address; never NULL. Binary search. */
const struct unwind_rule *module_rule(const struct unwind_module *module, uint64_t vaddr);

#endif
