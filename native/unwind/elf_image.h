/*
 * The parts of an ELF file (or of an image in memory) that unwinding needs: named sections, inflated where compressed,
 * and .eh_frame by way of its program header. Hostile input: every offset and size is checked, files are read with pread(2)
 * rather than mapped, so that one which shrinks meanwhile is an error and no SIGBUS.
 * What must not live here: anything about the sections' contents.
 */
#ifndef SYSCOPE_UNWIND_ELF_IMAGE_H
#define SYSCOPE_UNWIND_ELF_IMAGE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/* Larger sections are refused (the largest browsers have some 30 MB of .eh_frame). */
#define ELF_IMAGE_MAX_SECTION ((uint64_t)256 << 20)

struct elf_image {
	int fd;                /* -1: in memory; the caller's */
	const uint8_t *memory; /* the caller's */
	uint64_t size;
	Elf64_Phdr *segments;
	size_t segment_count;
	Elf64_Shdr *sections;
	size_t section_count;
	char *names; /* section names, NUL-terminated as a whole */
	size_t names_size;
};

/* A copy of a section; freed with elf_bytes_free. */
struct elf_bytes {
	uint8_t *data;
	size_t size;
	uint64_t vaddr;
};

/* Opens an x86-64 executable or shared object. Returns 0, -ENOEXEC, -ENOMEM or a read error; on success close it. */
int elf_image_open_fd(struct elf_image *image, int fd);
int elf_image_open_memory(struct elf_image *image, const void *memory, size_t size);
void elf_image_close(struct elf_image *image);

/* Returns 0, or -ENOENT (no such section or no data in the file), -EINVAL (lies outside the file), -ENOMEM, -E2BIG, -EIO. */
int elf_image_section(const struct elf_image *image, const char *name, struct elf_bytes *out);
/* .eh_frame of a file without section headers, up to its segment's end. Errors as above. */
int elf_image_eh_frame(const struct elf_image *image, struct elf_bytes *out);
void elf_bytes_free(struct elf_bytes *bytes);

#endif
