/* Open modules and the lookup over DWARF, then symbol tables. See symbols.h. */
#include "symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "debug_file.h"
#include "demangle.h"
#include "dwarf_frames.h"
#include "elf_symbols.h"

#define MAX_OPEN 64
#define VDSO     "[vdso]"

/* What a file was when it was opened: another means opening it again. */
struct identity {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
};

struct module {
	char *path, *build_id;
	struct identity identity;
	uint64_t used; /* the clock of the last use */
	enum symbols_problem problem;
	struct elf_file main, debug;
	Dwarf *dwarf;
	struct dwarf_units units;
	bool names_read;
	struct elf_symbols names;
};

struct symbols {
	char *debug_path;
	struct module *modules[MAX_OPEN];
	size_t count;
	uint64_t clock;
};

int symbols_new(const char *debug_path, struct symbols **out)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return -ENOMEM;
	symbols->debug_path = strdup(debug_path ? debug_path : "/usr/lib/debug");
	if (!symbols->debug_path) {
		free(symbols);
		return -ENOMEM;
	}
	*out = symbols;
	return 0;
}

static void module_free(struct module *module)
{
	if (!module)
		return;
	elf_symbols_free(&module->names);
	dwarf_units_free(&module->units);
	dwarf_end(module->dwarf);
	elf_file_close(&module->debug);
	elf_file_close(&module->main);
	free(module->path);
	free(module->build_id);
	free(module);
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->count; i++)
		module_free(symbols->modules[i]);
	free(symbols->debug_path);
	free(symbols);
}

/* All zero if there is no such file. */
static struct identity identify(const char *path)
{
	struct stat st;

	if (strcmp(path, VDSO) == 0 || stat(path, &st) < 0)
		return (struct identity){ 0 };
	return (struct identity){ .device = st.st_dev, .inode = st.st_ino, .size = st.st_size, .modified = st.st_mtim };
}

static bool same_identity(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

/* Opens a file's DWARF if it has any unit. */
static Dwarf *open_dwarf(const struct elf_file *file)
{
	Dwarf *dwarf = file->elf ? dwarf_begin_elf(file->elf, DWARF_C_READ, NULL) : NULL;
	Dwarf_CU *cu = NULL;

	if (dwarf && dwarf_get_units(dwarf, NULL, &cu, NULL, NULL, NULL, NULL) == 0)
		return dwarf;
	dwarf_end(dwarf);
	return NULL;
}

static int open_files(struct symbols *symbols, struct module *module)
{
	int rc = strcmp(module->path, VDSO) == 0 ? elf_file_open_vdso(&module->main) : elf_file_open(module->path, &module->main);

	if (rc) {
		module->problem = SYMBOLS_NO_MODULE;
		return rc;
	}
	if (module->build_id[0] && !elf_file_has_build_id(&module->main, module->build_id)) {
		module->problem = SYMBOLS_MODULE_CHANGED;
		return -ESTALE;
	}
	module->dwarf = open_dwarf(&module->main);
	if (!module->dwarf && debug_file_find(&module->main, module->path, symbols->debug_path, &module->debug) == 0)
		module->dwarf = open_dwarf(&module->debug);
	return 0;
}

/* The debug file's table has the local functions too, the module's own at least the exported ones. Read when first needed. */
static const char *find_name(struct module *module, uint64_t vaddr)
{
	if (!module->names_read) {
		module->names_read = true;
		if (!module->debug.elf || elf_symbols_add(&module->names, module->debug.elf) <= 0)
			elf_symbols_add(&module->names, module->main.elf);
		elf_symbols_sort(&module->names);
	}
	return elf_symbols_find(&module->names, vaddr);
}

static struct module *module_new(struct symbols *symbols, const char *path, const char *build_id, struct identity identity)
{
	struct module *module = calloc(1, sizeof(*module));

	if (!module)
		return NULL;
	module->main.fd = -1;
	module->debug.fd = -1;
	module->identity = identity;
	module->path = strdup(path);
	module->build_id = strdup(build_id);
	if (!module->path || !module->build_id) {
		module_free(module);
		return NULL;
	}
	if (open_files(symbols, module) == 0)
		dwarf_units_init(&module->units, module->dwarf);
	return module;
}

static size_t oldest(const struct symbols *symbols)
{
	size_t found = 0;

	for (size_t i = 1; i < symbols->count; i++)
		if (symbols->modules[i]->used < symbols->modules[found]->used)
			found = i;
	return found;
}

/* The open module, or a place for it: a free one, or that of the least recently used, which is closed. */
static struct module **find_slot(struct symbols *symbols, const char *path, const char *build_id)
{
	size_t i;

	for (i = 0; i < symbols->count; i++)
		if (strcmp(symbols->modules[i]->path, path) == 0 && strcmp(symbols->modules[i]->build_id, build_id) == 0)
			return &symbols->modules[i];
	if (symbols->count < MAX_OPEN) {
		symbols->modules[symbols->count] = NULL;
		return &symbols->modules[symbols->count++];
	}
	i = oldest(symbols);
	module_free(symbols->modules[i]);
	symbols->modules[i] = NULL;
	return &symbols->modules[i];
}

static struct module *find_module(struct symbols *symbols, const char *path, const char *build_id)
{
	struct identity identity = identify(path);
	struct module **slot = find_slot(symbols, path, build_id);

	if (*slot && !same_identity(&(*slot)->identity, &identity)) {
		module_free(*slot);
		*slot = NULL;
	}
	if (!*slot) {
		*slot = module_new(symbols, path, build_id, identity);
		if (!*slot) {
			*slot = symbols->modules[--symbols->count];
			return NULL;
		}
	}
	(*slot)->used = ++symbols->clock;
	return *slot;
}

static void demangle_all(struct symbol_frame *frames, size_t count, char **owned)
{
	for (size_t i = 0; i < count; i++) {
		owned[i] = frames[i].function ? demangle(frames[i].function) : NULL;
		if (owned[i])
			frames[i].function = owned[i];
	}
}

/*
 * A local function of C++ (static, or in an unnamed namespace) has its plain name only in DWARF: the symbol table's has its
 * scope and parameters.
 */
static void complete_name(struct module *module, uint64_t vaddr, struct symbol_frame *frame, bool mangles)
{
	const char *name;

	if (frame->function && (!mangles || is_mangled(frame->function)))
		return;
	name = find_name(module, vaddr);
	if (name && (!frame->function || is_mangled(name)))
		frame->function = name;
}

/* Fills frames by DWARF, and what that leaves open by the symbol table. Returns their number. */
static size_t look_up(struct module *module, uint64_t vaddr, struct symbol_frame *frames, enum symbols_problem *problem)
{
	bool mangles = false;
	size_t count = module->dwarf ? dwarf_frames(&module->units, vaddr, frames, &mangles) : 0;

	*problem = count > 0 && frames[0].file ? SYMBOLS_NO_PROBLEM : SYMBOLS_NO_DEBUG_INFO;
	if (count > 0) {
		complete_name(module, vaddr, &frames[count - 1], mangles);
		return count;
	}
	frames[0] = (struct symbol_frame){ .function = find_name(module, vaddr) };
	return frames[0].function ? 1 : 0;
}

int symbols_lookup(
	struct symbols *symbols, const char *path, const char *build_id, uint64_t vaddr, symbols_answer_fn answer, void *context)
{
	struct symbol_frame frames[SYMBOLS_MAX_FRAMES];
	char *owned[SYMBOLS_MAX_FRAMES];
	struct module *module = find_module(symbols, path, build_id);
	struct symbols_answer result = { .frames = frames };

	if (!module)
		return -ENOMEM;
	result.problem = module->problem;
	if (module->main.elf && module->problem == SYMBOLS_NO_PROBLEM)
		result.count = look_up(module, vaddr, frames, &result.problem);
	demangle_all(frames, result.count, owned);
	answer(context, &result);
	for (size_t i = 0; i < result.count; i++)
		free(owned[i]);
	return 0;
}
