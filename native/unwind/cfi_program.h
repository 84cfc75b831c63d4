/* Executing call frame instructions. What must not live here: entries and their headers (cfi.c). */
#ifndef SYSCOPE_UNWIND_CFI_PROGRAM_H
#define SYSCOPE_UNWIND_CFI_PROGRAM_H

#include "cfi.h"
#include "cursor.h"

struct cfi_program {
	const struct cfi_section *section;
	const struct cfi_state *initial; /* after the CIE's instructions; NULL while these are executed */
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
	const struct cfi_sink *sink; /* NULL: no rows are wanted */
	uint64_t pc, end;
};

/*
 * Executes c's instructions on *state, handing each finished row to the sink. Returns 0, -EINVAL for broken
 * instructions, or what the sink returned.
 */
int cfi_program_run(struct cfi_program *program, struct cursor *c, struct cfi_state *state);

#endif
