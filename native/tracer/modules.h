/*
 * Address spaces and the files with code mapped into them: identity, build-id, compiled CFI.
 * Must not live here: walking stacks (stacks.c), names of functions.
 *
 * Ownership: all of it belongs to the tracer thread; a space is shared by the processes that share memory and counted.
 */
#ifndef SYSCOPE_TRACER_MODULES_H
#define SYSCOPE_TRACER_MODULES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "store/writer.h"
#include "unwind/unwind.h"

struct modules;
struct process;

struct space {
	uint32_t references;
	struct unwind_space *unwind;       /* NULL: stacks are not taken */
	uint64_t loader_start, loader_end; /* code of the dynamic loader, 0: none */
	uint64_t start_sp;                 /* the stack pointer with which the program was started */
	bool started;                      /* the program's own code has begun */
	bool stale;                        /* code has appeared somewhere (mprotect, mremap): proc knows where */
	bool vdso;                         /* the program has one */
	uint64_t id;                       /* never reused; another one after an exec */
	struct shared_map *shared;         /* files mapped shared (shared_maps.h) */
	uint32_t shared_count, shared_capacity;
	struct space_range *waiting; /* mapped ranges whose module's CFI has not been compiled yet */
	uint32_t waiting_count, waiting_capacity;
};

struct space_range {
	uint64_t start, end, vaddr;
	uint32_t module;
};

struct module_identity {
	const char *path;
	uint64_t device, inode, size, mtime_ns;
	char build_id[65]; /* hex, empty: none */
};

/* unwind: stacks will be walked, so mappings are kept and modules written to the trace. Returns 0 or -ENOMEM. */
int modules_new(struct trace_writer *writer, bool unwind, struct modules **out);
void modules_free(struct modules *modules);

struct space *space_new(struct modules *modules);
struct space *space_share(struct space *space);
struct space *space_clone(const struct space *space);
/* It is another one from now on, though its place is the same: an exec. */
void space_renew(struct space *space);
void space_release(struct space *space);

/* Forgets what was mapped and reads anew what is: after exec, when attached to, and when a change can't be followed otherwise. */
void modules_rescan(struct modules *modules, struct process *process);
/* exec: a space of its own with the new program's mappings. sp: the stack pointer that it starts with. */
void modules_exec(struct modules *modules, struct process *process, uint64_t sp);
/* A successful mmap(2) with PROT_EXEC. fd -1: anonymous. */
void modules_mapped(struct modules *modules, struct process *process, uint64_t start, uint64_t length, int fd, uint64_t offset);
void modules_unmapped(struct process *process, uint64_t start, uint64_t length);

/* True if code is known to lie at address. */
bool modules_executable(const struct space *space, uint64_t address);

/* Code has appeared in a way that can't be followed: it is looked for when a frame lies outside of what is known. */
void modules_changed(struct process *process);

/*
 * A frame was found in this module (UINT32_MAX: in none that is known): compiles its CFI if that has not been done for
 * this space, or looks for code that has appeared. Returns true if something changed, so that the walk is worth repeating.
 */
bool modules_compile(struct modules *modules, struct process *process, uint32_t module);

uint32_t modules_count(const struct modules *modules);
/* Valid until the next call. NULL: not a file. */
const struct module_identity *modules_identity(const struct modules *modules, uint32_t module);

#endif
