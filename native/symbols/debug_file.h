/*
 * Finding and opening the ELF files of a module: its own and its separate debug file, checked by build-id or CRC.
 * What must not live here: DWARF, symbol tables.
 */
#ifndef SYSCOPE_SYMBOLS_DEBUG_FILE_H
#define SYSCOPE_SYMBOLS_DEBUG_FILE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>

struct elf_file {
	int fd;   /* -1: in memory, or not open */
	Elf *elf; /* NULL: not open */
};

/* Opens a regular file only, and never waits for one. Returns 0 or -errno (-ENOEXEC: no 64-bit ELF file). */
int elf_file_open(const char *path, struct elf_file *out);
/* The vdso that the kernel gave this process. */
int elf_file_open_vdso(struct elf_file *out);
void elf_file_close(struct elf_file *file);

/* True if the file has the build-id (hexadecimal, either case). */
bool elf_file_has_build_id(const struct elf_file *file, const char *build_id);

/* Looks for the debug file of main, which was opened as path, in the colon-separated folders. Returns 0 or -ENOENT. */
int debug_file_find(const struct elf_file *main, const char *path, const char *folders, struct elf_file *out);

#endif
