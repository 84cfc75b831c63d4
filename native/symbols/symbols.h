/*
 * From an ELF file and a virtual address in it to function, source file, line and inline chain, by DWARF 4 and 5 in the file
 * itself or in a separate debug file, else by its symbol table. What must not live here: the pipe protocol (main.c),
 * processes and their mappings.
 *
 * Files are hostile input, and libdw, which reads them, maps them: a file that shrinks meanwhile is a SIGBUS. So this runs in a
 * process of its own, whose death costs only the answers that are still open.
 *
 * An answer is for exactly the address that was given. For a return address ask for the address minus one: the call's own
 * line, and its function even where the call is the last instruction.
 */
#ifndef SYSCOPE_SYMBOLS_H
#define SYSCOPE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deeper inlining is cut off at the inner end. */
#define SYMBOLS_MAX_FRAMES 64

struct symbol_frame {
	const char *function; /* demangled; NULL = unknown */
	const char *file;     /* as compiled, the compilation directory put before relative paths; NULL = unknown */
	uint32_t line;        /* from 1, 0 = unknown */
	uint32_t column;      /* from 1, 0 = unknown */
	bool inlined;         /* into the next frame */
};

enum symbols_problem {
	SYMBOLS_NO_PROBLEM,
	SYMBOLS_NO_DEBUG_INFO,  /* no line is known; a function's name may be, from the symbol table */
	SYMBOLS_NO_MODULE,      /* the file can't be opened, is no regular file or no ELF file */
	SYMBOLS_MODULE_CHANGED, /* the file has another build-id */
};

struct symbols_answer {
	const struct symbol_frame *frames; /* innermost first; empty if nothing is known */
	size_t count;
	enum symbols_problem problem;
};

/* The answer and all that it points to are valid during the call only. */
typedef void (*symbols_answer_fn)(void *context, const struct symbols_answer *answer);

/* Open files, of which the least recently used are closed beyond 64. Not thread-safe. */
struct symbols;

/* debug_path: colon-separated folders of separate debug files, NULL = /usr/lib/debug. Returns 0 or -ENOMEM. */
int symbols_new(const char *debug_path, struct symbols **out);
void symbols_free(struct symbols *symbols);

/*
 * Looks one address up and calls answer once. build_id: in hexadecimal, "" = any. "[vdso]" as the path is this kernel's own vdso.
 * Returns 0 or -ENOMEM (answer was not called).
 */
int symbols_lookup(
	struct symbols *symbols, const char *path, const char *build_id, uint64_t vaddr, symbols_answer_fn answer, void *context);

#endif
