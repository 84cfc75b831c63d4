/*
 * What modules.c (the files) and mapping.c (where they lie) share. See modules.h.
 * Must not live here: anything for other modules.
 */
#ifndef SYSCOPE_TRACER_MODULES_PRIVATE_H
#define SYSCOPE_TRACER_MODULES_PRIVATE_H

#include "elf_file.h"
#include "maps.h"
#include "space.h"

enum cfi_state { CFI_WAITING, CFI_COMPILED, CFI_NONE };

struct module {
	struct module_identity identity; /* its path is owned here */
	struct elf_file elf;
	struct unwind_module *rows;
	uint8_t state; /* enum cfi_state */
	int fd;        /* open while waiting, else -1 */
	uint32_t id;   /* row number in the trace */
	uint32_t flags;
};

struct modules {
	struct trace_writer *writer;
	bool unwind;
	struct module *list; /* by id: the tracer is the only one to write module rows */
	uint32_t count, capacity;
	uint32_t open_files;
	uint32_t vdso;      /* id + 1, 0: none yet */
	uint32_t anonymous; /* id + 1 */
};

/* The module of the file behind a link of proc, of the vdso, and what stands for all code that lies in no file. NULL: none can be had. */
struct module *module_of_file(struct modules *modules, const char *link, const char *path, bool loader);
struct module *module_of_vdso(struct modules *modules, pid_t pid, const struct map_line *map);
struct module *module_of_nothing(struct modules *modules);

/* Adds what proc's maps show beyond what is known. */
void modules_rescan_more(struct modules *modules, struct process *process);

#endif
