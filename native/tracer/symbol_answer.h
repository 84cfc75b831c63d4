/*
 * The symbol executable's answers, parsed. Pure.
 * Must not live here: asking.
 */
#ifndef SYSCOPE_TRACER_SYMBOL_ANSWER_H
#define SYSCOPE_TRACER_SYMBOL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOL_MAX_DEPTH 64

struct symbol_level {
	const char *function, *file; /* empty: not known; they lie in the line */
	uint32_t line, column;
	bool inlined;
};

/* One address's chain, innermost first. */
struct symbol_answer {
	struct symbol_level levels[SYMBOL_MAX_DEPTH];
	size_t count;
};

/* Parses an answer line (JSON) in place. Returns 0, or -EINVAL if it is none. */
int symbol_answer_parse(char *line, struct symbol_answer *out);

#endif
