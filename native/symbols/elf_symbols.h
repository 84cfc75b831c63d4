/* Function names by an ELF symbol table. What must not live here: DWARF, demangling. */
#ifndef SYSCOPE_SYMBOLS_ELF_SYMBOLS_H
#define SYSCOPE_SYMBOLS_ELF_SYMBOLS_H

#include <libelf.h>
#include <stddef.h>
#include <stdint.h>

struct elf_symbol {
	uint64_t start, end;
	const char *name; /* the ELF file's */
	uint32_t rank;    /* of several at one place the lowest is taken */
};

struct elf_symbols {
	struct elf_symbol *items; /* sorted by start */
	size_t count, capacity;
};

/* Adds the functions of .symtab, or if there is none of .dynsym. Returns the number added or -ENOMEM. Sort when all are added. */
long elf_symbols_add(struct elf_symbols *symbols, Elf *elf);
void elf_symbols_sort(struct elf_symbols *symbols);
void elf_symbols_free(struct elf_symbols *symbols);

/* The function that holds the address, by its size: an address behind a function's end has none. NULL = none. */
const char *elf_symbols_find(const struct elf_symbols *symbols, uint64_t vaddr);

#endif
