/*
 * The few facts of an ELF file that the tracer needs at once: which file offsets lie at which virtual addresses, and its build-id.
 * Hostile input: every count and offset is checked, nothing is mapped.
 * Must not live here: CFI (native/unwind), symbols (native/symbols).
 */
#ifndef SYSCOPE_TRACER_ELF_FILE_H
#define SYSCOPE_TRACER_ELF_FILE_H

#include <stddef.h>
#include <stdint.h>

#define ELF_FILE_MAX_SEGMENTS 16

struct elf_segment {
	uint64_t offset, size, vaddr;
};

struct elf_file {
	struct elf_segment segments[ELF_FILE_MAX_SEGMENTS]; /* PT_LOAD */
	size_t segment_count;
	char build_id[65]; /* hex; empty: none */
};

/* Returns 0, or -ENOEXEC if it is no 64-bit ELF file of this byte order, or -errno of reading. */
int elf_file_read(int fd, struct elf_file *out);
int elf_file_read_memory(const void *image, size_t size, struct elf_file *out);

/* The virtual address of what lies at a file offset (rounded down to pages, as it is mapped); the offset itself if none does. */
uint64_t elf_file_vaddr(const struct elf_file *file, uint64_t offset);

#endif
