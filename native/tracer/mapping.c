/*
 * Where modules lie in an address space: from exec, mmap and proc's maps. See modules.h.
 * Must not live here: opening files, CFI (modules.c).
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules_private.h"

static void map(struct modules *modules, struct process *process, const struct module *module, uint64_t start, uint64_t end,
	uint64_t vaddr)
{
	struct space_range range = { .start = start, .end = end, .vaddr = vaddr, .module = module->id };
	struct row_mapping row = {
		.time = tracer_now(), .process = process->index, .module = module->id, .start = start, .end = end, .vaddr = vaddr
	};
	struct space *space = process->space;

	modules_unmapped(process, start, end - start);
	if (unwind_space_map(space->unwind, start, end, vaddr, module->id, module->rows) != 0)
		return;
	if (module->state == CFI_WAITING)
		space_wait(space, &range);
	row.seq = writer_sequence(modules->writer);
	writer_append(modules->writer, RECORD_MAPPING, &row);
}

void modules_mapped(struct modules *modules, struct process *process, uint64_t start, uint64_t length, int fd, uint64_t offset)
{
	uint64_t end = start + ((length + 4095) & ~(uint64_t)4095);
	struct module *module = NULL;
	char link[64], path[4096];
	ssize_t got;

	if (!process->space->unwind || end <= start)
		return;
	if (fd >= 0) {
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", process->pid, fd);
		got = readlink(link, path, sizeof(path) - 1);
		path[got > 0 ? got : 0] = '\0';
		module = module_of_file(modules, link, path, false);
	}
	if (module)
		map(modules, process, module, start, end, elf_file_vaddr(&module->elf, offset));
	else if ((module = module_of_nothing(modules)))
		map(modules, process, module, start, end, start);
}

/* Where the file of a line of proc's maps can be opened: in the process's own root, or by its address. */
static struct module *module_of_line(struct modules *modules, pid_t pid, const struct map_line *line, bool loader)
{
	char link[4160];
	struct stat st;

	snprintf(link, sizeof(link), "/proc/%d/map_files/%llx-%llx", pid, (unsigned long long)line->start,
		(unsigned long long)line->end);
	if (stat(link, &st) == 0)
		return module_of_file(modules, link, line->path, loader);
	snprintf(link, sizeof(link), "/proc/%d/root%s", pid, line->path);
	if (stat(link, &st) == 0 && st.st_ino == line->inode)
		return module_of_file(modules, link, line->path, loader);
	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	if (stat(link, &st) == 0 && st.st_ino == line->inode)
		return module_of_file(modules, link, line->path, loader);
	return NULL;
}

static void map_line(struct modules *modules, struct process *process, const struct map_line *line, bool loader)
{
	struct module *module;

	if (line->inode != 0 && line->path[0] == '/')
		module = module_of_line(modules, process->pid, line, loader);
	else if (strcmp(line->path, "[vdso]") == 0)
		module = module_of_vdso(modules, process->pid, line);
	else if (line->path[0] == '\0')
		module = module_of_nothing(modules);
	else
		return;
	if (!module)
		return;
	if (module->flags & MODULE_FLAG_VDSO)
		map(modules, process, module, line->start, line->end, 0);
	else if (module->flags & MODULE_FLAG_ANONYMOUS)
		map(modules, process, module, line->start, line->end, line->start);
	else
		map(modules, process, module, line->start, line->end, elf_file_vaddr(&module->elf, line->offset));
}

/*
 * Reads the maps. after_exec: the first file is the program, and the only other one its loader.
 */
static void scan(struct modules *modules, struct process *process, bool after_exec)
{
	struct space *space = process->space;
	uint64_t program = 0;
	struct maps maps;
	struct map_line line;

	if (maps_open(&maps, process->pid) != 0)
		return;
	while (maps_next(&maps, &line)) {
		bool file = line.inode != 0 && line.path[0] == '/';
		bool loader = after_exec && file && program != 0 && line.inode != program;

		if (file && program == 0)
			program = line.inode;
		if (!line.executable)
			continue;
		space->vdso |= strcmp(line.path, "[vdso]") == 0;
		if (loader) {
			space->loader_start = space->loader_start ? space->loader_start : line.start;
			space->loader_end = line.end;
		}
		if (space->unwind && !modules_executable(space, line.start))
			map_line(modules, process, &line, loader);
	}
	maps_close(&maps);
}

void modules_rescan(struct modules *modules, struct process *process)
{
	if (!modules->unwind)
		return;
	space_clear(process->space);
	scan(modules, process, false);
}

void modules_exec(struct modules *modules, struct process *process, uint64_t sp)
{
	struct space *fresh = NULL;

	if (process->space->references > 1) {
		fresh = space_new(modules);
		if (!fresh)
			return;
		space_release(process->space);
		process->space = fresh;
	}
	space_clear(process->space);
	process->space->loader_start = process->space->loader_end = 0;
	process->space->start_sp = sp;
	process->space->vdso = false;
	process->space->started = false;
	scan(modules, process, true);
}

void modules_rescan_more(struct modules *modules, struct process *process)
{
	scan(modules, process, false);
}
