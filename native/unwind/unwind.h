/*
 * Stack unwinding without I/O: registers and a read callback in, return addresses out.
 * What must not live here: ptrace, symbol names, the trace file.
 *
 * Ownership: a struct unwind_module is immutable once built, may be shared by any number of address spaces and must outlive them;
 * a struct unwind_space is owned by one (tracer) thread. All functions are for one thread at a time.
 */
#ifndef SYSCOPE_UNWIND_H
#define SYSCOPE_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNWIND_MAX_FRAMES 256

/* The 16 DWARF registers of x86-64 (System V ABI, figure 3.36: 0 rax 1 rdx 2 rcx 3 rbx 4 rsi 5 rdi 6 rbp 7 rsp 8-15 r8-r15) and the pc. */
struct unwind_regs {
	uint64_t reg[16];
	uint64_t pc;
};

/* Reads length bytes of the tracee's memory at address into buffer. Returns 0, or -errno if not all could be read. */
typedef int (*unwind_read_fn)(void *context, uint64_t address, void *buffer, size_t length);

/*
 * How a walk ended; the values of enum stack_end in the schema. COMPLETE: at the outermost frame, all by CFI; GUESS: there too,
 * but some frames were found by frame pointer; NO_CFI: neither CFI nor a plausible frame pointer, or CFI that leads nowhere.
 */
enum unwind_end { UNWIND_COMPLETE, UNWIND_LIMIT, UNWIND_NO_CFI, UNWIND_UNREADABLE, UNWIND_GUESS };

struct unwind_frame {
	uint64_t pc;     /* absolute; for return addresses the address itself, not the call's */
	uint32_t module; /* the id given to unwind_space_map, or UINT32_MAX when no mapping holds pc */
	uint64_t vaddr;  /* ELF virtual address in that module (pc when there is none) */
	uint8_t flags;   /* enum frame_flag of the schema: return_address, signal, guess, no_module */
};

/* A file's CFI (.eh_frame, and .debug_frame where there is none) compiled into flat sorted rows. */
struct unwind_module;

/*
 * Compiles the CFI of an ELF image: from an open file (fd stays the caller's; hostile input, every length is checked),
 * or from memory (the vdso). Returns 0 and *out, or -errno: -ENOEXEC not ELF or another machine, -ENODATA no CFI at all
 * (the walker then uses frame pointers), -ENOMEM.
 */
int unwind_module_from_fd(int fd, struct unwind_module **out);
int unwind_module_from_memory(const void *image, size_t size, struct unwind_module **out);
void unwind_module_free(struct unwind_module *module);
size_t unwind_module_rows(const struct unwind_module *module);

/* One address space: which module lies where. Kept by the tracer from mmap, munmap, exec and fork. */
struct unwind_space;
int unwind_space_new(struct unwind_space **out);
int unwind_space_clone(const struct unwind_space *space, struct unwind_space **out); /* fork */
void unwind_space_free(struct unwind_space *space);
void unwind_space_clear(struct unwind_space *space); /* exec */
/*
 * Maps [start, end) to ELF virtual addresses from vaddr on; what lay there before is cut away.
 * module may be NULL (no CFI: frame pointers); id is the caller's and comes back in the frames.
 */
int unwind_space_map(struct unwind_space *space, uint64_t start, uint64_t end, uint64_t vaddr, uint32_t id,
	const struct unwind_module *module);
int unwind_space_unmap(struct unwind_space *space, uint64_t start, uint64_t end);
/* True if an executable mapping holds pc; fills what is asked for (each may be NULL). */
bool unwind_space_find(const struct unwind_space *space, uint64_t pc, uint32_t *id, uint64_t *vaddr);

/*
 * Walks the stack, innermost frame first, into frames[0..capacity). Reads memory only through read.
 * Returns the number of frames (>= 1: the pc itself) and *end. Never loops: the CFA must rise from frame to frame,
 * but for one change of stack at a signal frame.
 */
size_t unwind_walk(struct unwind_space *space, const struct unwind_regs *regs, unwind_read_fn read, void *context,
	struct unwind_frame *frames, size_t capacity, enum unwind_end *end);

/* Why the pc -> row cache missed, and how walks ended; for the tracer's --stats. */
struct unwind_counters {
	uint64_t walks, frames, cache_hits, cache_misses, full_rows, guesses, ends[5];
};
const struct unwind_counters *unwind_counters(const struct unwind_space *space);

#endif
