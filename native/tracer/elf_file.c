/* See elf_file.h. */
#include "elf_file.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE_MASK      ((uint64_t)4095)
#define MAX_HEADERS    128
#define MAX_NOTE_BYTES 4096
#define MAX_BUILD_ID   32

/* Where the bytes come from: a descriptor, or memory if fd is -1. */
struct source {
	int fd;
	const unsigned char *memory;
	size_t size;
};

static int read_at(const struct source *source, uint64_t offset, void *buffer, size_t length)
{
	ssize_t got;

	if (source->fd < 0) {
		if (offset > source->size || length > source->size - offset)
			return -ENOEXEC;
		memcpy(buffer, source->memory + offset, length);
		return 0;
	}
	if (offset > INT64_MAX)
		return -ENOEXEC;
	got = pread(source->fd, buffer, length, (off_t)offset);
	if (got < 0)
		return -errno;
	return (size_t)got == length ? 0 : -ENOEXEC;
}

static size_t padded(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

/* A note segment's notes: name "GNU", type 3. */
static void read_build_id(const struct source *source, const Elf64_Phdr *header, char out[65])
{
	unsigned char notes[MAX_NOTE_BYTES];
	size_t size = header->p_filesz < sizeof(notes) ? (size_t)header->p_filesz : sizeof(notes);
	size_t at = 0;

	if (read_at(source, header->p_offset, notes, size) != 0)
		return;
	while (size - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t name = at + sizeof(note), desc;

		memcpy(&note, notes + at, sizeof(note));
		if (note.n_namesz > size || note.n_descsz > size)
			return;
		desc = name + padded(note.n_namesz);
		if (desc + note.n_descsz > size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0 &&
			note.n_descsz <= MAX_BUILD_ID) {
			for (size_t i = 0; i < note.n_descsz; i++)
				snprintf(out + i * 2, 3, "%02x", notes[desc + i]);
			return;
		}
		at = desc + padded(note.n_descsz);
		if (at > size)
			return;
	}
}

static void read_header(const struct source *source, const Elf64_Phdr *header, struct elf_file *out)
{
	if (header->p_type == PT_NOTE && out->build_id[0] == '\0')
		read_build_id(source, header, out->build_id);
	if (header->p_type == PT_LOAD && out->segment_count < ELF_FILE_MAX_SEGMENTS)
		out->segments[out->segment_count++] =
			(struct elf_segment){ .offset = header->p_offset, .size = header->p_filesz, .vaddr = header->p_vaddr };
}

static int read_file(const struct source *source, struct elf_file *out)
{
	Elf64_Ehdr elf;
	int err = read_at(source, 0, &elf, sizeof(elf));

	memset(out, 0, sizeof(*out));
	if (err != 0)
		return err;
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64 ||
		elf.e_ident[EI_DATA] != ELFDATA2LSB || elf.e_phentsize != sizeof(Elf64_Phdr))
		return -ENOEXEC;
	for (unsigned int i = 0; i < elf.e_phnum && i < MAX_HEADERS; i++) {
		Elf64_Phdr header;

		if (read_at(source, elf.e_phoff + i * sizeof(header), &header, sizeof(header)) != 0)
			break;
		read_header(source, &header, out);
	}
	return 0;
}

int elf_file_read(int fd, struct elf_file *out)
{
	struct source source = { .fd = fd };

	return read_file(&source, out);
}

int elf_file_read_memory(const void *image, size_t size, struct elf_file *out)
{
	struct source source = { .fd = -1, .memory = image, .size = size };

	return read_file(&source, out);
}

uint64_t elf_file_vaddr(const struct elf_file *file, uint64_t offset)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const struct elf_segment *segment = &file->segments[i];
		uint64_t begin = segment->offset & ~PAGE_MASK;

		if (offset >= begin && offset - begin < segment->size + (segment->offset - begin))
			return segment->vaddr - segment->offset + offset;
	}
	return offset;
}
