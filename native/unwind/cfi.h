/*
 * Reading call frame information: the entries of .eh_frame and .debug_frame (DWARF 5, 6.4; LSB for .eh_frame) and the
 * execution of their instructions. Every step handed out is the full register table for an address range; compiling
 * that into rows is rows.h's business. Hostile input: lengths are checked, the work is linear in the section's size.
 */
#ifndef SYSCOPE_UNWIND_CFI_H
#define SYSCOPE_UNWIND_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DWARF register numbers of x86-64 (System V ABI, figure 3.36). */
enum cfi_register {
	CFI_RAX = 0,
	CFI_RDX = 1,
	CFI_RCX = 2,
	CFI_RBX = 3,
	CFI_RSI = 4,
	CFI_RDI = 5,
	CFI_RBP = 6,
	CFI_RSP = 7,
	CFI_R8 = 8,
	CFI_R12 = 12,
	CFI_R15 = 15,
	CFI_RA = 16,
	CFI_REGISTERS = 17,
};

enum cfi_kind {
	CFI_SAME,           /* also what nothing is said about */
	CFI_UNDEFINED,      /* of the return address: the outermost frame */
	CFI_OFFSET,         /* saved at CFA + value */
	CFI_VAL_OFFSET,     /* is CFA + value */
	CFI_REGISTER,       /* is in register value */
	CFI_EXPRESSION,     /* saved at the expression's address */
	CFI_VAL_EXPRESSION, /* is the expression's value */
	CFI_INVALID,        /* unknown to us: the row can't be used */
};

struct cfi_rule {
	enum cfi_kind kind;
	uint32_t length; /* of an expression */
	int64_t value;   /* offset or register; of an expression: its offset in the section */
};

/* One row of the table: how to find the caller's registers. */
struct cfi_state {
	/* The CFA: CFI_REGISTER (register + offset) or CFI_VAL_EXPRESSION. */
	struct cfi_rule cfa;
	int64_t cfa_offset;
	struct cfi_rule reg[CFI_REGISTERS];
};

struct cfi_section {
	const uint8_t *data;
	size_t size;
	uint64_t vaddr;
	bool debug_frame;   /* .debug_frame's form, else .eh_frame's */
	bool stops_at_zero; /* a zero length ends it: its true size isn't known */
};

struct cfi_sink {
	/* A function [start, end) begins; false: skip it. Its rows follow. */
	bool (*begin)(void *context, uint64_t start, uint64_t end, bool signal);
	/* From pc on the state holds, until the next row. Returns 0 or -ENOMEM, which ends the reading. */
	int (*row)(void *context, uint64_t pc, const struct cfi_state *state);
	/* The function ends; whole = false: its instructions were broken, so its rows are worth nothing. */
	int (*done)(void *context, bool whole);
	void *context;
};

/* Reads all functions in the section's order. Broken entries are left out. Returns 0, -ENOMEM, or what a callback returned. */
int cfi_read(const struct cfi_section *section, const struct cfi_sink *sink);

#endif
