/* Reading ELF headers and sections. See elf_image.h. */
#include "elf_image.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "cursor.h"
#include "pointer.h"

static int image_read(const struct elf_image *image, uint64_t offset, void *buffer, size_t length)
{
	size_t done = 0;

	if (offset > image->size || length > image->size - offset)
		return -EINVAL;
	if (image->fd < 0) {
		memcpy(buffer, image->memory + offset, length);
		return 0;
	}
	while (done < length) {
		ssize_t n = pread(image->fd, (char *)buffer + done, length - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/* Reads length bytes at offset into new memory with a zero byte behind them. */
static int image_copy(const struct elf_image *image, uint64_t offset, uint64_t length, void *out)
{
	char *data;
	int rc;

	if (length > ELF_IMAGE_MAX_SECTION)
		return -E2BIG;
	if (offset > image->size || length > image->size - offset)
		return -EINVAL;
	data = malloc(length + 1);
	if (!data)
		return -ENOMEM;
	rc = image_read(image, offset, data, length);
	if (rc) {
		free(data);
		return rc;
	}
	data[length] = '\0';
	memcpy(out, &data, sizeof(data));
	return 0;
}

static bool header_is_ours(const Elf64_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == EM_X86_64 &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN);
}

static int read_segments(struct elf_image *image, const Elf64_Ehdr *header)
{
	int rc;

	if (header->e_phnum == 0 || header->e_phentsize != sizeof(Elf64_Phdr))
		return 0;
	rc = image_copy(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr), &image->segments);
	if (rc == 0)
		image->segment_count = header->e_phnum;
	return rc == -EINVAL ? 0 : rc;
}

/* A file whose section headers are missing or broken still has its program headers. */
static int read_sections(struct elf_image *image, const Elf64_Ehdr *header)
{
	const Elf64_Shdr *names;
	int rc;

	if (header->e_shnum == 0 || header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shstrndx >= header->e_shnum)
		return 0;
	rc = image_copy(image, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr), &image->sections);
	if (rc)
		return rc == -EINVAL ? 0 : rc;
	names = &image->sections[header->e_shstrndx];
	rc = image_copy(image, names->sh_offset, names->sh_size, &image->names);
	if (rc)
		return rc == -EINVAL || rc == -E2BIG ? 0 : rc;
	image->names_size = names->sh_size;
	image->section_count = header->e_shnum;
	return 0;
}

static int open_headers(struct elf_image *image)
{
	Elf64_Ehdr header;
	int rc;

	if (image->size < sizeof(header))
		return -ENOEXEC;
	rc = image_read(image, 0, &header, sizeof(header));
	if (rc)
		return rc;
	if (!header_is_ours(&header))
		return -ENOEXEC;
	rc = read_segments(image, &header);
	if (rc == 0)
		rc = read_sections(image, &header);
	if (rc)
		elf_image_close(image);
	return rc;
}

int elf_image_open_fd(struct elf_image *image, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	*image = (struct elf_image){ .fd = fd, .size = (uint64_t)st.st_size };
	return open_headers(image);
}

int elf_image_open_memory(struct elf_image *image, const void *memory, size_t size)
{
	*image = (struct elf_image){ .fd = -1, .memory = memory, .size = size };
	return open_headers(image);
}

void elf_image_close(struct elf_image *image)
{
	free(image->segments);
	free(image->sections);
	free(image->names);
	*image = (struct elf_image){ .fd = -1 };
}

/* Replaces bytes that begin with an Elf64_Chdr by what they inflate to. */
static int inflate_bytes(struct elf_bytes *bytes)
{
	Elf64_Chdr header;
	uLongf size;
	uint8_t *data;

	if (bytes->size < sizeof(header))
		return -EINVAL;
	memcpy(&header, bytes->data, sizeof(header));
	if (header.ch_type != ELFCOMPRESS_ZLIB || header.ch_size > ELF_IMAGE_MAX_SECTION)
		return -EINVAL;
	/* Deflate reaches a ratio of 1,032 at most: a larger claim is a lie and not worth its memory. */
	if (header.ch_size / 1040 > bytes->size)
		return -EINVAL;
	size = header.ch_size;
	data = malloc(size + 1);
	if (!data)
		return -ENOMEM;
	if (uncompress(data, &size, bytes->data + sizeof(header), bytes->size - sizeof(header)) != Z_OK ||
		size != header.ch_size) {
		free(data);
		return -EINVAL;
	}
	free(bytes->data);
	bytes->data = data;
	bytes->size = size;
	return 0;
}

static const Elf64_Shdr *find_section(const struct elf_image *image, const char *name)
{
	for (size_t i = 1; i < image->section_count; i++) {
		const Elf64_Shdr *section = &image->sections[i];

		if (section->sh_name < image->names_size && strcmp(image->names + section->sh_name, name) == 0)
			return section;
	}
	return NULL;
}

int elf_image_section(const struct elf_image *image, const char *name, struct elf_bytes *out)
{
	const Elf64_Shdr *section = find_section(image, name);
	int rc;

	*out = (struct elf_bytes){ 0 };
	if (!section || section->sh_type == SHT_NOBITS || section->sh_size == 0)
		return -ENOENT;
	rc = image_copy(image, section->sh_offset, section->sh_size, &out->data);
	if (rc)
		return rc;
	out->size = section->sh_size;
	out->vaddr = section->sh_addr;
	if (section->sh_flags & SHF_COMPRESSED)
		rc = inflate_bytes(out);
	if (rc)
		elf_bytes_free(out);
	return rc;
}

static const Elf64_Phdr *find_segment(const struct elf_image *image, uint64_t vaddr)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];

		if (segment->p_type == PT_LOAD && vaddr >= segment->p_vaddr && vaddr - segment->p_vaddr < segment->p_filesz)
			return segment;
	}
	return NULL;
}

int elf_image_eh_frame(const struct elf_image *image, struct elf_bytes *out)
{
	uint8_t header[16] = { 0 };
	const Elf64_Phdr *segment = NULL;
	struct cursor c = { .at = header + 4, .end = header + sizeof(header) };
	uint64_t vaddr = 0, within;
	int rc;

	*out = (struct elf_bytes){ 0 };
	for (size_t i = 0; i < image->segment_count && !segment; i++)
		if (image->segments[i].p_type == PT_GNU_EH_FRAME)
			segment = &image->segments[i];
	if (!segment || segment->p_filesz < sizeof(header))
		return -ENOENT;
	rc = image_read(image, segment->p_offset, header, sizeof(header));
	if (rc)
		return rc;
	if (header[0] != 1 || !pointer_read(&c, header[1], header, segment->p_vaddr, &vaddr))
		return -EINVAL;
	segment = find_segment(image, vaddr);
	if (!segment)
		return -EINVAL;
	within = vaddr - segment->p_vaddr;
	if (segment->p_offset > image->size || segment->p_filesz > image->size - segment->p_offset)
		return -EINVAL;
	rc = image_copy(image, segment->p_offset + within, segment->p_filesz - within, &out->data);
	if (rc)
		return rc;
	out->size = segment->p_filesz - within;
	out->vaddr = vaddr;
	return 0;
}

void elf_bytes_free(struct elf_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct elf_bytes){ 0 };
}
