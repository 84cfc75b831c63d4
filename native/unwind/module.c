/*
 * A module's CFI compiled into sorted rows. .eh_frame counts first; .debug_frame fills what it leaves open
 * (every file has the start-up code's .eh_frame, so "has one" says nothing about the rest).
 */
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "elf_image.h"

/* Limits on what a file may cost: 128 MB of rows, 1 MB or a few of each table. */
#define MAX_ROWS  ((size_t)1 << 24)
#define MAX_RULES 65536
#define MAX_FULL  16384

/* A function's rows, as they were read. */
struct function {
	uint64_t start, end;
	size_t first, count;
};

struct raw_row {
	uint64_t pc;
	uint32_t rule;
};

struct builder {
	struct unwind_module *module;
	const uint8_t *section;
	struct raw_row *rows;
	size_t row_count, row_capacity;
	struct function *functions;
	size_t function_count, function_capacity;
	size_t sorted; /* functions before this one are .eh_frame's and sorted */
	bool is_signal;
};

static int grow(void *array, size_t *capacity, size_t count, size_t item_size)
{
	size_t wanted = *capacity ? *capacity * 2 : 256;
	void *grown;

	if (count < *capacity)
		return 0;
	memcpy(&grown, array, sizeof(grown));
	grown = realloc(grown, wanted * item_size);
	if (!grown)
		return -ENOMEM;
	memcpy(array, &grown, sizeof(grown));
	*capacity = wanted;
	return 0;
}

/* True if a function of .eh_frame lies in [start, end). */
static bool is_covered(const struct builder *b, uint64_t start, uint64_t end)
{
	size_t low = 0, high = b->sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->functions[middle].end > start)
			high = middle;
		else
			low = middle + 1;
	}
	return low < b->sorted && b->functions[low].start < end;
}

static bool on_begin(void *context, uint64_t start, uint64_t end, bool is_signal)
{
	struct builder *b = context;

	if (is_covered(b, start, end) || b->row_count >= MAX_ROWS)
		return false;
	if (grow(&b->functions, &b->function_capacity, b->function_count, sizeof(*b->functions)))
		return false;
	b->functions[b->function_count] = (struct function){ .start = start, .end = end, .first = b->row_count };
	b->is_signal = is_signal;
	return true;
}

static int on_row(void *context, uint64_t pc, const struct cfi_state *state)
{
	struct builder *b = context;
	struct function *function = &b->functions[b->function_count];
	uint32_t rule;
	int rc = compile_rule(b->module, b->section, state, b->is_signal, &rule);

	if (rc == 0 && b->row_count > function->first && b->rows[b->row_count - 1].rule == rule)
		return 0;
	if (rc == 0)
		rc = grow(&b->rows, &b->row_capacity, b->row_count, sizeof(*b->rows));
	if (rc == 0)
		b->rows[b->row_count++] = (struct raw_row){ .pc = pc, .rule = rule };
	return rc;
}

static int on_done(void *context, bool whole)
{
	struct builder *b = context;
	struct function *function = &b->functions[b->function_count];

	if (!whole) {
		b->row_count = function->first;
		return 0;
	}
	function->count = b->row_count - function->first;
	b->function_count++;
	return 0;
}

static int read_section(struct builder *b, const struct elf_bytes *bytes, bool debug_frame, bool stops_at_zero)
{
	struct cfi_section section = {
		.data = bytes->data,
		.size = bytes->size,
		.vaddr = bytes->vaddr,
		.debug_frame = debug_frame,
		.stops_at_zero = stops_at_zero,
	};
	struct cfi_sink sink = { .begin = on_begin, .row = on_row, .done = on_done, .context = b };

	b->section = bytes->data;
	return cfi_read(&section, &sink);
}

static int compare_functions(const void *left, const void *right)
{
	const struct function *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	/* The same start twice: the file's order decides. */
	return a->first < b->first ? -1 : a->first > b->first;
}

static void sort_functions(struct builder *b)
{
	for (size_t i = 1; i < b->function_count; i++) {
		if (b->functions[i].start >= b->functions[i - 1].start)
			continue;
		qsort(b->functions, b->function_count, sizeof(*b->functions), compare_functions);
		return;
	}
}

/* Appends a row, merging it with one at the same place or with the same rule before. */
static void append_row(struct unwind_module *module, uint64_t pc, uint32_t rule)
{
	uint32_t offset = (uint32_t)(pc - module->base);

	if (module->count > 0 && module->rows[module->count - 1].offset == offset)
		module->count--;
	if (module->count > 0 && module->rows[module->count - 1].rule == rule)
		return;
	module->rows[module->count++] = (struct unwind_row){ .offset = offset, .rule = rule };
}

/* Lays the functions' rows out in order of address, with rule 0 in the gaps. Of overlapping ones the first counts. */
static int lay_out(struct builder *b)
{
	struct unwind_module *module = b->module;
	uint64_t limit = 0;
	void *trimmed;

	module->rows = malloc((b->row_count + b->function_count + 1) * sizeof(*module->rows));
	if (!module->rows)
		return -ENOMEM;
	module->base = b->function_count ? b->functions[0].start : 0;
	for (size_t i = 0; i < b->function_count; i++) {
		const struct function *function = &b->functions[i];

		if (function->start < limit)
			continue;
		if (function->end - module->base > UINT32_MAX)
			break;
		for (size_t k = 0; k < function->count; k++)
			append_row(module, b->rows[function->first + k].pc, b->rows[function->first + k].rule);
		append_row(module, function->end, 0);
		limit = function->end;
	}
	trimmed = realloc(module->rows, (module->count + 1) * sizeof(*module->rows));
	if (trimmed)
		module->rows = trimmed;
	return 0;
}

static int read_eh_frame(struct builder *b, const struct elf_image *image)
{
	struct elf_bytes bytes;
	bool by_header = false;
	int rc = elf_image_section(image, ".eh_frame", &bytes);

	if (rc == -ENOENT && image->section_count == 0) {
		rc = elf_image_eh_frame(image, &bytes);
		by_header = true;
	}
	if (rc == 0) {
		rc = read_section(b, &bytes, false, by_header);
		elf_bytes_free(&bytes);
	}
	return rc;
}

static int read_debug_frame(struct builder *b, const struct elf_image *image)
{
	struct elf_bytes bytes;
	int rc = elf_image_section(image, ".debug_frame", &bytes);

	if (rc == 0) {
		rc = read_section(b, &bytes, true, false);
		elf_bytes_free(&bytes);
	}
	return rc;
}

static int build_rows(struct builder *b, const struct elf_image *image)
{
	static const struct unwind_rule none = { .kind = RULE_NONE };
	uint32_t index;
	int rc = dedup_add(&b->module->rules, &none, &index);

	/* Sections that are missing or broken leave no rows; only lack of memory is an error. */
	if (rc == 0)
		rc = read_eh_frame(b, image) == -ENOMEM ? -ENOMEM : 0;
	if (rc)
		return rc;
	sort_functions(b);
	b->sorted = b->function_count;
	if (read_debug_frame(b, image) == -ENOMEM)
		return -ENOMEM;
	b->sorted = 0;
	sort_functions(b);
	rc = lay_out(b);
	if (rc == 0 && b->module->count == 0)
		rc = -ENODATA;
	return rc;
}

static int build_module(const struct elf_image *image, struct unwind_module **out)
{
	struct builder b = { 0 };
	int rc;

	b.module = calloc(1, sizeof(*b.module));
	if (!b.module)
		return -ENOMEM;
	dedup_init(&b.module->rules, sizeof(struct unwind_rule), MAX_RULES);
	dedup_init(&b.module->full, sizeof(struct full_rule), MAX_FULL);
	dedup_init(&b.module->expressions, sizeof(struct expression), MAX_FULL);
	rc = build_rows(&b, image);
	free(b.rows);
	free(b.functions);
	if (rc) {
		unwind_module_free(b.module);
		return rc;
	}
	dedup_finish(&b.module->rules);
	dedup_finish(&b.module->full);
	dedup_finish(&b.module->expressions);
	*out = b.module;
	return 0;
}

int unwind_module_from_fd(int fd, struct unwind_module **out)
{
	struct elf_image image;
	int rc = elf_image_open_fd(&image, fd);

	if (rc)
		return rc;
	rc = build_module(&image, out);
	elf_image_close(&image);
	return rc;
}

int unwind_module_from_memory(const void *memory, size_t size, struct unwind_module **out)
{
	struct elf_image image;
	int rc = elf_image_open_memory(&image, memory, size);

	if (rc)
		return rc;
	rc = build_module(&image, out);
	elf_image_close(&image);
	return rc;
}

void unwind_module_free(struct unwind_module *module)
{
	if (!module)
		return;
	free(module->rows);
	dedup_free(&module->rules);
	dedup_free(&module->full);
	dedup_free(&module->expressions);
	free(module);
}

size_t unwind_module_rows(const struct unwind_module *module)
{
	return module->count;
}

const struct unwind_rule *module_rule(const struct unwind_module *module, uint64_t vaddr)
{
	size_t low = 0, high = module->count;
	uint32_t rule = 0;

	if (vaddr < module->base || vaddr - module->base > UINT32_MAX)
		return dedup_at(&module->rules, 0);
	/* The last row at or before the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (module->rows[middle].offset <= (uint32_t)(vaddr - module->base))
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
		rule = module->rows[low - 1].rule;
	return dedup_at(&module->rules, rule);
}
