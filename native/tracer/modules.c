/*
 * The files with code, each one row of the trace, known by device, inode, size and time. See modules.h.
 * A file is opened while it is mapped, so that one replaced or deleted later is still the right one; its CFI is compiled
 * when a first frame lies in it, once for all processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "modules_private.h"

/* Files kept open for later; beyond that, CFI is compiled at once. */
#define MAX_OPEN_FILES 200
/* The vdso is two pages on today's kernels. */
#define MAX_VDSO_BYTES 65536

int modules_new(struct trace_writer *writer, bool unwind, struct modules **out)
{
	struct modules *modules = calloc(1, sizeof(*modules));

	if (!modules)
		return -ENOMEM;
	modules->writer = writer;
	modules->unwind = unwind;
	*out = modules;
	return 0;
}

static void close_file(struct modules *modules, struct module *module)
{
	if (module->fd < 0)
		return;
	close(module->fd);
	module->fd = -1;
	modules->open_files--;
}

void modules_free(struct modules *modules)
{
	if (!modules)
		return;
	for (uint32_t i = 0; i < modules->count; i++) {
		close_file(modules, &modules->list[i]);
		unwind_module_free(modules->list[i].rows);
		free((char *)(uintptr_t)modules->list[i].identity.path);
	}
	free(modules->list);
	free(modules);
}

bool modules_unwinds(const struct modules *modules)
{
	return modules->unwind;
}

uint32_t modules_count(const struct modules *modules)
{
	return modules->count;
}

const struct module_identity *modules_identity(const struct modules *modules, uint32_t module)
{
	if (module >= modules->count || modules->list[module].flags & (MODULE_FLAG_ANONYMOUS))
		return NULL;
	return &modules->list[module].identity;
}

static struct module *find(struct modules *modules, const struct stat *st)
{
	uint64_t mtime = (uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec;

	for (uint32_t i = modules->count; i-- > 0;) {
		struct module_identity *identity = &modules->list[i].identity;

		if (identity->inode == st->st_ino && identity->device == st->st_dev && identity->mtime_ns == mtime &&
			identity->size == (uint64_t)st->st_size && identity->inode != 0)
			return &modules->list[i];
	}
	return NULL;
}

/* Takes module over into the list and the trace. Returns NULL if there is no room for it. */
static struct module *add(struct modules *modules, struct module *module)
{
	const struct module_identity *identity = &module->identity;
	struct row_module row = { .device = identity->device,
		.inode = identity->inode,
		.size = identity->size,
		.mtime_ns = identity->mtime_ns,
		.flags = module->flags };
	int64_t id;

	if (modules->count == modules->capacity) {
		uint32_t capacity = modules->capacity ? modules->capacity * 2 : 32;
		struct module *grown = realloc(modules->list, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		modules->list = grown;
		modules->capacity = capacity;
	}
	row.seq = writer_sequence(modules->writer);
	row.path = writer_string(modules->writer, identity->path, strlen(identity->path));
	row.build_id = writer_string(modules->writer, identity->build_id, strlen(identity->build_id));
	id = writer_append(modules->writer, RECORD_MODULE, &row);
	if (id != (int64_t)modules->count)
		return NULL;
	module->id = (uint32_t)id;
	modules->list[modules->count] = *module;
	return &modules->list[modules->count++];
}

static bool compile(struct modules *modules, struct module *module)
{
	if (module->state != CFI_WAITING)
		return false;
	module->state = CFI_NONE;
	if (module->fd >= 0 && unwind_module_from_fd(module->fd, &module->rows) == 0)
		module->state = CFI_COMPILED;
	close_file(modules, module);
	return true;
}

/*
 * Opens what proc's link refers to if it is a regular file: never anything else, since opening a device or a fifo acts on it.
 * Returns a descriptor or -errno.
 */
static int open_regular(const char *link, struct stat *st)
{
	struct stat opened;
	int fd;

	if (stat(link, st) != 0)
		return -errno;
	if (!S_ISREG(st->st_mode))
		return -ENODEV;
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &opened) != 0 || opened.st_ino != st->st_ino || opened.st_dev != st->st_dev) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}

static void take_identity(struct module *module, const struct stat *st, const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t length = strlen(path);
	char *copy;

	if (length >= sizeof(deleted) && strcmp(path + length - (sizeof(deleted) - 1), deleted) == 0 && st->st_nlink == 0) {
		module->flags |= MODULE_FLAG_DELETED;
		length -= sizeof(deleted) - 1;
	}
	copy = strndup(path, length);
	module->identity.path = copy ? copy : "";
	module->identity.device = st->st_dev;
	module->identity.inode = st->st_ino;
	module->identity.size = (uint64_t)st->st_size;
	module->identity.mtime_ns = (uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec;
	memcpy(module->identity.build_id, module->elf.build_id, sizeof(module->identity.build_id));
}

/* The module of the file behind a link of proc. NULL: none can be had. */
struct module *module_of_file(struct modules *modules, const char *link, const char *path, bool loader)
{
	struct module module = { .fd = -1, .flags = loader ? MODULE_FLAG_LOADER : 0 };
	struct module *known;
	struct stat st;

	if (stat(link, &st) != 0)
		return NULL;
	known = find(modules, &st);
	if (known)
		return known;
	module.fd = open_regular(link, &st);
	if (module.fd < 0)
		return NULL;
	modules->open_files++;
	if (elf_file_read(module.fd, &module.elf) != 0) {
		module.state = CFI_NONE;
		close_file(modules, &module);
	}
	take_identity(&module, &st, path);
	known = add(modules, &module);
	if (!known) {
		close_file(modules, &module);
		return NULL;
	}
	if (modules->open_files > MAX_OPEN_FILES)
		compile(modules, known);
	return known;
}

struct module *module_of_vdso(struct modules *modules, pid_t pid, const struct map_line *map)
{
	static const char name[] = "[vdso]";
	struct module module = { .fd = -1, .flags = MODULE_FLAG_VDSO, .state = CFI_NONE };
	size_t size = (size_t)(map->end - map->start);
	struct module *added;
	void *image;

	if (modules->vdso)
		return &modules->list[modules->vdso - 1];
	image = size <= MAX_VDSO_BYTES ? malloc(size) : NULL;
	if (!image)
		return NULL;
	if (memory_read(pid, map->start, image, size) == 0) {
		elf_file_read_memory(image, size, &module.elf);
		if (unwind_module_from_memory(image, size, &module.rows) == 0)
			module.state = CFI_COMPILED;
	}
	free(image);
	memcpy(module.identity.build_id, module.elf.build_id, sizeof(module.identity.build_id));
	module.identity.size = size;
	module.identity.path = strdup(name);
	added = module.identity.path ? add(modules, &module) : NULL;
	if (!added) {
		unwind_module_free(module.rows);
		free((char *)(uintptr_t)module.identity.path);
		return NULL;
	}
	modules->vdso = added->id + 1;
	return added;
}

/* What stands for all code that lies in no file: made at run time. Its addresses are absolute. */
struct module *module_of_nothing(struct modules *modules)
{
	struct module module = { .fd = -1, .flags = MODULE_FLAG_ANONYMOUS, .state = CFI_NONE };
	struct module *added;

	if (modules->anonymous)
		return &modules->list[modules->anonymous - 1];
	module.identity.path = strdup("[anonymous]");
	added = module.identity.path ? add(modules, &module) : NULL;
	if (!added) {
		free((char *)(uintptr_t)module.identity.path);
		return NULL;
	}
	modules->anonymous = added->id + 1;
	return added;
}

bool modules_compile(struct modules *modules, struct process *process, uint32_t module)
{
	struct space *space = process->space;

	if (module == UINT32_MAX) {
		if (!space->stale)
			return false;
		space->stale = false;
		modules_rescan_more(modules, process);
		return true;
	}
	if (module >= modules->count || space->waiting_count == 0)
		return false;
	compile(modules, &modules->list[module]);
	return space_compiled(space, module, modules->list[module].rows);
}
