/*
 * Builds small ELF images with hand-written CFI in memory, and fake stacks as arrays, for the unwinder's tests.
 * What must not live here: tests.
 */
#ifndef SYSCOPE_TEST_UNWIND_IMAGE_H
#define SYSCOPE_TEST_UNWIND_IMAGE_H

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "unwind.h"

/* A section under construction. */
struct image_section {
	uint8_t data[4096];
	size_t size;
};

static inline void image_bytes(struct image_section *s, const void *data, size_t size)
{
	memcpy(s->data + s->size, data, size);
	s->size += size;
}

static inline void image_u32(struct image_section *s, uint32_t value)
{
	image_bytes(s, &value, sizeof(value));
}

static inline void image_u64(struct image_section *s, uint64_t value)
{
	image_bytes(s, &value, sizeof(value));
}

/* Pads an entry that begins at start with DW_CFA_nop and fills in its length. */
static inline void image_close_entry(struct image_section *s, size_t start)
{
	uint32_t length;

	while ((s->size - start) % 8 != 0)
		s->data[s->size++] = 0;
	length = (uint32_t)(s->size - start - 4);
	memcpy(s->data + start, &length, sizeof(length));
}

/*
 * A CIE with code factor 1, data factor -8, return address 16, absolute pointers; signal: augmentation "zRS".
 * Initial rules: CFA = rsp + 8, return address at CFA - 8. Returns its offset.
 */
static inline size_t image_cie(struct image_section *s, int signal)
{
	static const uint8_t plain[] = { 1, 'z', 'R', 0, 1, 0x78, 16, 1, 0x00 };
	static const uint8_t marked[] = { 1, 'z', 'R', 'S', 0, 1, 0x78, 16, 1, 0x00 };
	static const uint8_t rules[] = { 0x0c, 7, 8, 0x90, 1 };
	size_t start = s->size;

	image_u32(s, 0);
	image_u32(s, 0);
	if (signal)
		image_bytes(s, marked, sizeof(marked));
	else
		image_bytes(s, plain, sizeof(plain));
	image_bytes(s, rules, sizeof(rules));
	image_close_entry(s, start);
	return start;
}

static inline void image_fde(struct image_section *s, size_t cie, uint64_t pc, uint64_t length, const void *program, size_t size)
{
	size_t start = s->size;

	image_u32(s, 0);
	image_u32(s, (uint32_t)(s->size - cie));
	image_u64(s, pc);
	image_u64(s, length);
	image_bytes(s, "", 1);
	image_bytes(s, program, size);
	image_close_entry(s, start);
}

/* An ELF image that has the section under the given name. Returns its size. */
static inline size_t image_build(uint8_t *image, size_t room, const char *name, const struct image_section *section)
{
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3,
		.e_shstrndx = 2,
	};
	Elf64_Shdr sections[3] = { { .sh_type = SHT_NULL }, { .sh_name = 1, .sh_type = SHT_PROGBITS },
		{ .sh_name = 32, .sh_type = SHT_STRTAB } };
	char names[48] = { 0 };
	size_t at = sizeof(header), total = sizeof(header) + section->size + sizeof(names) + sizeof(sections);

	if (total > room)
		return 0;
	strncpy(names + 1, name, 30);
	strcpy(names + 32, ".shstrtab");
	memcpy(image + at, section->data, section->size);
	sections[1].sh_offset = at;
	sections[1].sh_addr = 0x100000;
	sections[1].sh_size = section->size;
	at += section->size;
	memcpy(image + at, names, sizeof(names));
	sections[2].sh_offset = at;
	sections[2].sh_size = sizeof(names);
	at += sizeof(names);
	header.e_shoff = at;
	memcpy(image + at, sections, sizeof(sections));
	memcpy(image, &header, sizeof(header));
	return total;
}

/* Memory of the traced program: a stack, and code for what looks at code. */
struct fake_memory {
	uint64_t base;
	uint64_t words[512];
	uint64_t code_base;
	uint8_t code[64];
	size_t reads;
};

static inline int fake_read(void *context, uint64_t address, void *buffer, size_t length)
{
	struct fake_memory *m = context;

	m->reads++;
	if (address >= m->base && length <= sizeof(m->words) && address - m->base <= sizeof(m->words) - length)
		memcpy(buffer, (const char *)m->words + (address - m->base), length);
	else if (address >= m->code_base && length <= sizeof(m->code) && address - m->code_base <= sizeof(m->code) - length)
		memcpy(buffer, m->code + (address - m->code_base), length);
	else
		return -EFAULT;
	return 0;
}

#endif
