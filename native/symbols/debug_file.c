/* Opening ELF files and finding separate debug files (gdb's "Debugging Information in Separate Files"). See debug_file.h. */
#include "debug_file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Longer build-ids are cut; SHA-1 has 20 bytes, and none in use has more than 32. */
#define MAX_BUILD_ID 64

static int adopt(struct elf_file *file, Elf *elf)
{
	if (!elf || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64) {
		elf_end(elf);
		return -ENOEXEC;
	}
	file->elf = elf;
	return 0;
}

int elf_file_open(const char *path, struct elf_file *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;

	*out = (struct elf_file){ .fd = -1 };
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -ENOEXEC;
	}
	elf_version(EV_CURRENT);
	rc = adopt(out, elf_begin(fd, ELF_C_READ_MMAP, NULL));
	if (rc)
		close(fd);
	else
		out->fd = fd;
	return rc;
}

int elf_file_open_vdso(struct elf_file *out)
{
	char *image = (char *)getauxval(AT_SYSINFO_EHDR); /* NOLINT(performance-no-int-to-ptr): that is its type */
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;

	*out = (struct elf_file){ .fd = -1 };
	if (!image)
		return -ENOENT;
	elf_version(EV_CURRENT);
	/* The kernel's own: its section headers come last. */
	return adopt(out, elf_memory(image, header->e_shoff + (size_t)header->e_shnum * header->e_shentsize));
}

void elf_file_close(struct elf_file *file)
{
	if (file->elf)
		elf_end(file->elf);
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct elf_file){ .fd = -1 };
}

/* The build-id in hexadecimal; "" if there is none. */
static void read_build_id(const struct elf_file *file, char out[2 * MAX_BUILD_ID + 1])
{
	const void *bits;
	ssize_t length = dwelf_elf_gnu_build_id(file->elf, &bits);

	out[0] = '\0';
	for (ssize_t i = 0; i < length && i < MAX_BUILD_ID; i++)
		snprintf(out + 2 * i, 3, "%02x", ((const unsigned char *)bits)[i]);
}

bool elf_file_has_build_id(const struct elf_file *file, const char *build_id)
{
	char own[2 * MAX_BUILD_ID + 1];

	read_build_id(file, own);
	return strcasecmp(own, build_id) == 0;
}

static int file_crc(int fd, uint32_t *out)
{
	static unsigned char buffer[65536];
	uLong crc = crc32(0, NULL, 0);
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		crc = crc32(crc, buffer, (uInt)n);
		at += n;
	}
	*out = (uint32_t)crc;
	return n < 0 ? -errno : 0;
}

/* A debug file's identity: the build-id if the module has one, else the checksum in its link. */
struct wanted {
	char build_id[2 * MAX_BUILD_ID + 1];
	bool has_crc;
	uint32_t crc;
};

static int try_open(const struct wanted *wanted, const char *path, struct elf_file *out)
{
	uint32_t crc;
	bool same = false;

	if (elf_file_open(path, out))
		return -ENOENT;
	if (wanted->build_id[0])
		same = elf_file_has_build_id(out, wanted->build_id);
	else if (wanted->has_crc)
		same = file_crc(out->fd, &crc) == 0 && crc == wanted->crc;
	if (same)
		return 0;
	elf_file_close(out);
	return -ENOENT;
}

/* Calls for each folder of the colon-separated list; prefix and name are put around it: FOLDER PREFIX NAME. */
static int try_folders(
	const struct wanted *wanted, const char *folders, const char *prefix, const char *name, struct elf_file *out)
{
	char path[PATH_MAX];
	size_t length;

	for (; *folders; folders += length + (folders[length] == ':')) {
		length = strcspn(folders, ":");
		if (length == 0 ||
			snprintf(path, sizeof(path), "%.*s%s%s", (int)length, folders, prefix, name) >= (int)sizeof(path))
			continue;
		if (try_open(wanted, path, out) == 0)
			return 0;
	}
	return -ENOENT;
}

static int find_by_build_id(const struct wanted *wanted, const char *folders, struct elf_file *out)
{
	char name[2 * MAX_BUILD_ID + 32];

	if (strlen(wanted->build_id) < 3)
		return -ENOENT;
	snprintf(name, sizeof(name), "%.2s/%s.debug", wanted->build_id, wanted->build_id + 2);
	return try_folders(wanted, folders, "/.build-id/", name, out);
}

static int find_by_link(
	const struct wanted *wanted, const char *path, const char *link, const char *folders, struct elf_file *out)
{
	const char *slash = strrchr(path, '/');
	int length = slash ? (int)(slash - path) + 1 : 0;
	char directory[PATH_MAX], name[PATH_MAX];

	/* A link names a file, not a place. */
	if (strchr(link, '/') || link[0] == '\0' || length >= PATH_MAX)
		return -ENOENT;
	snprintf(directory, sizeof(directory), "%.*s", length, path);
	if (snprintf(name, sizeof(name), "%s%s", directory, link) < (int)sizeof(name) && try_open(wanted, name, out) == 0)
		return 0;
	if (snprintf(name, sizeof(name), "%s.debug/%s", directory, link) < (int)sizeof(name) && try_open(wanted, name, out) == 0)
		return 0;
	return directory[0] == '/' ? try_folders(wanted, folders, directory, link, out) : -ENOENT;
}

int debug_file_find(const struct elf_file *main, const char *path, const char *folders, struct elf_file *out)
{
	struct wanted wanted = { 0 };
	GElf_Word crc = 0;
	const char *link = dwelf_elf_gnu_debuglink(main->elf, &crc);

	read_build_id(main, wanted.build_id);
	wanted.has_crc = link != NULL;
	wanted.crc = crc;
	if (find_by_build_id(&wanted, folders, out) == 0)
		return 0;
	return link ? find_by_link(&wanted, path, link, folders, out) : -ENOENT;
}
