/* ELF facts of this very program, beside what the dynamic loader says of it; then cut short and changed at random. */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer/elf_file.h"
#include "tracer_check.h"

static const struct elf_file *self;

/* For each loaded segment: a file offset in it gives the address that the loader put it at. */
static int check_object(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type != PT_LOAD || header->p_filesz == 0)
			continue;
		CHECK(elf_file_vaddr(self, header->p_offset) == header->p_vaddr);
		CHECK(elf_file_vaddr(self, header->p_offset + header->p_filesz - 1) == header->p_vaddr + header->p_filesz - 1);
	}
	return 1; /* the program itself is the first; no other is wanted */
}

static void check_broken(const unsigned char *bytes, size_t size)
{
	unsigned char *copy = malloc(size);
	struct elf_file file;

	for (size_t length = 0; length < 4096 && length < size; length += 7) {
		unsigned char *part = malloc(length + 1);

		memcpy(part, bytes, length);
		CHECK(elf_file_read_memory(part, length, &file) == 0 || file.segment_count == 0);
		free(part);
	}
	srand(20261126);
	for (int round = 0; round < 3000; round++) {
		memcpy(copy, bytes, size);
		for (int i = 0; i < 4; i++)
			copy[rand() % 1024] = (unsigned char)rand();
		elf_file_read_memory(copy, size, &file);
		CHECK(file.segment_count <= ELF_FILE_MAX_SEGMENTS && strlen(file.build_id) <= 64);
	}
	free(copy);
}

int main(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct elf_file by_file, by_memory;
	unsigned char *bytes;
	struct stat st;
	size_t head;

	CHECK(fstat(fd, &st) == 0 && elf_file_read(fd, &by_file) == 0);
	head = st.st_size > 65536 ? 65536 : (size_t)st.st_size;
	bytes = malloc((size_t)st.st_size);
	CHECK(pread(fd, bytes, (size_t)st.st_size, 0) == st.st_size);
	CHECK(elf_file_read_memory(bytes, (size_t)st.st_size, &by_memory) == 0);
	CHECK(memcmp(&by_file, &by_memory, sizeof(by_file)) == 0);
	CHECK(by_file.segment_count >= 2);
	self = &by_file;
	dl_iterate_phdr(check_object, NULL);
	CHECK(elf_file_vaddr(&by_file, UINT64_MAX) == UINT64_MAX);
	check_broken(bytes, head);
	CHECK(elf_file_read_memory("#!/bin/sh\n", 10, &by_memory) == -ENOEXEC);
	free(bytes);
	close(fd);
	return failures;
}
