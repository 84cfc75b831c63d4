/* A sorted table of function symbols. See elf_symbols.h. */
#include "elf_symbols.h"

#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Real programs' largest tables have a few million entries. */
#define MAX_SYMBOLS ((size_t)1 << 24)

/* Overlapping symbols are rare: an outer one is looked for this far back. */
#define MAX_BACK 16

static int append(struct elf_symbols *symbols, struct elf_symbol symbol)
{
	if (symbols->count == symbols->capacity) {
		size_t capacity = symbols->capacity ? symbols->capacity * 2 : 256;
		struct elf_symbol *grown = realloc(symbols->items, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		symbols->items = grown;
		symbols->capacity = capacity;
	}
	symbols->items[symbols->count++] = symbol;
	return 0;
}

/* Global names before weak before local ones, fewer leading underscores first: write before __write. */
static uint32_t rank_of(const GElf_Sym *symbol, const char *name)
{
	uint32_t binding = GELF_ST_BIND(symbol->st_info) == STB_GLOBAL ? 0 : GELF_ST_BIND(symbol->st_info) == STB_WEAK ? 1 : 2;
	size_t underscores = strspn(name, "_");

	return (uint32_t)(underscores < 15 ? underscores : 15) << 2 | binding;
}

#define RANK_SIZELESS (1U << 8)

static bool is_sizeless(const struct elf_symbol *symbol)
{
	return symbol->rank & RANK_SIZELESS;
}

/* The end of a section, to which a symbol without a size may reach; 0 if it holds no code. */
static uint64_t code_end(Elf *elf, const GElf_Sym *symbol)
{
	GElf_Shdr header;
	Elf_Scn *section = symbol->st_shndx < SHN_LORESERVE ? elf_getscn(elf, symbol->st_shndx) : NULL;

	if (!section || !gelf_getshdr(section, &header) || !(header.sh_flags & SHF_EXECINSTR))
		return 0;
	if (symbol->st_value < header.sh_addr || symbol->st_value - header.sh_addr >= header.sh_size)
		return 0;
	return header.sh_addr + header.sh_size;
}

static int add_one(struct elf_symbols *symbols, Elf *elf, const GElf_Sym *symbol, const char *name, bool complete)
{
	unsigned char type = GELF_ST_TYPE(symbol->st_info);
	uint64_t limit, end;

	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return 0;
	if (!name || !name[0] || symbol->st_shndx == SHN_UNDEF)
		return 0;
	limit = code_end(elf, symbol);
	end = symbol->st_size ? symbol->st_value + symbol->st_size : limit;
	/* Assembly often gives no size. In a complete table such a symbol reaches to the next one, else it is worth nothing. */
	if (limit == 0 || end <= symbol->st_value || (symbol->st_size == 0 && !complete))
		return 0;
	if (type == STT_NOTYPE && symbol->st_size != 0)
		return 0;
	return append(symbols,
		       (struct elf_symbol){
			       .start = symbol->st_value,
			       .end = end,
			       .name = name,
			       .rank = rank_of(symbol, name) | (symbol->st_size == 0 ? RANK_SIZELESS : 0),
		       })
		       ? -ENOMEM
		       : 1;
}

static long add_table(struct elf_symbols *symbols, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	long added = 0;

	if (!data)
		return 0;
	for (size_t i = 1; i < count && i < MAX_SYMBOLS; i++) {
		GElf_Sym symbol;
		int rc;

		if (!gelf_getsym(data, (int)i, &symbol))
			break;
		rc = add_one(
			symbols, elf, &symbol, elf_strptr(elf, header->sh_link, symbol.st_name), header->sh_type == SHT_SYMTAB);
		if (rc < 0)
			return rc;
		added += rc;
	}
	return added;
}

static long add_tables_of(struct elf_symbols *symbols, Elf *elf, GElf_Word type)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	long added = 0;

	while ((section = elf_nextscn(elf, section)) != NULL) {
		long n = gelf_getshdr(section, &header) && header.sh_type == type ? add_table(symbols, elf, section, &header) : 0;

		if (n < 0)
			return n;
		added += n;
	}
	return added;
}

long elf_symbols_add(struct elf_symbols *symbols, Elf *elf)
{
	long added = add_tables_of(symbols, elf, SHT_SYMTAB);

	return added ? added : add_tables_of(symbols, elf, SHT_DYNSYM);
}

static int compare(const void *left, const void *right)
{
	const struct elf_symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	/* Those to prefer come last, as the search looks from the end. */
	return a->rank > b->rank ? -1 : a->rank < b->rank;
}

void elf_symbols_sort(struct elf_symbols *symbols)
{
	uint64_t next = UINT64_MAX;

	if (symbols->count == 0)
		return;
	qsort(symbols->items, symbols->count, sizeof(*symbols->items), compare);
	/* One without a size ends where the next one begins. */
	for (size_t i = symbols->count; i-- > 0;) {
		struct elf_symbol *symbol = &symbols->items[i];

		if (i + 1 < symbols->count && symbols->items[i + 1].start > symbol->start)
			next = symbols->items[i + 1].start;
		if (is_sizeless(symbol) && symbol->end > next)
			symbol->end = next;
	}
}

void elf_symbols_free(struct elf_symbols *symbols)
{
	free(symbols->items);
	*symbols = (struct elf_symbols){ 0 };
}

const char *elf_symbols_find(const struct elf_symbols *symbols, uint64_t vaddr)
{
	size_t low = 0, high = symbols->count;
	const char *label = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->items[middle].start <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t back = 0; back < MAX_BACK && low > back; back++) {
		const struct elf_symbol *symbol = &symbols->items[low - 1 - back];

		if (vaddr >= symbol->end)
			continue;
		if (!is_sizeless(symbol))
			return symbol->name;
		/* A label within a function: the function's own name goes first. */
		if (!label)
			label = symbol->name;
	}
	return label;
}
