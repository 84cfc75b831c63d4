/* Indexes of compilation units and their functions. See dwarf_units.h. */
#include "dwarf_units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

/* Overlapping ranges are rare: an outer one is looked for this far back. */
#define MAX_BACK 16

/* Namespaces, classes and blocks nested deeper than this are not looked into. */
#define MAX_DEPTH 32

/* A unit with more entries than this is cut off: its links may go round in circles. */
#define MAX_ENTRIES ((size_t)1 << 24)

void dwarf_units_init(struct dwarf_units *units, Dwarf *dwarf)
{
	*units = (struct dwarf_units){ .dwarf = dwarf };
}

void dwarf_units_free(struct dwarf_units *units)
{
	for (size_t i = 0; i < units->count; i++)
		free(units->items[i].functions.items);
	free(units->items);
	free(units->ranges.items);
	*units = (struct dwarf_units){ 0 };
}

static int add_range(struct dwarf_ranges *ranges, struct dwarf_range range)
{
	/* Code that the linker threw away was left at 0, or has no bytes. */
	if (range.low == 0 || range.low >= range.high)
		return 0;
	if (ranges->count == ranges->capacity) {
		size_t capacity = ranges->capacity ? ranges->capacity * 2 : 64;
		struct dwarf_range *grown = realloc(ranges->items, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		ranges->items = grown;
		ranges->capacity = capacity;
	}
	ranges->items[ranges->count++] = range;
	return 0;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct dwarf_range *a = left, *b = right;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	/* Of several at one place the smallest is found first. */
	return a->high > b->high ? -1 : a->high < b->high;
}

static void sort_ranges(struct dwarf_ranges *ranges)
{
	if (ranges->count > 0)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
}

static const struct dwarf_range *find_range(const struct dwarf_ranges *ranges, Dwarf_Addr address)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->items[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t back = 0; back < MAX_BACK && low > back; back++)
		if (address < ranges->items[low - 1 - back].high)
			return &ranges->items[low - 1 - back];
	return NULL;
}

/* Adds all address ranges of an entry. */
static int add_ranges_of(struct dwarf_ranges *ranges, Dwarf_Die *die, size_t item, size_t *budget)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t offset = 0;
	int rc = 0;

	while (rc == 0 && *budget > 0 && (offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0) {
		rc = add_range(ranges, (struct dwarf_range){ .low = low, .high = high, .item = item, .die = *die });
		(*budget)--;
	}
	return rc;
}

static int add_unit(struct dwarf_units *units, Dwarf_Die *die, uint8_t type)
{
	size_t budget = MAX_ENTRIES;
	struct dwarf_unit *grown;

	if (type != DW_UT_compile && type != DW_UT_skeleton)
		return 0;
	if (units->count == units->capacity) {
		units->capacity = units->capacity ? units->capacity * 2 : 16;
		grown = realloc(units->items, units->capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		units->items = grown;
	}
	units->items[units->count++] = (struct dwarf_unit){ .die = *die };
	return add_ranges_of(&units->ranges, die, units->count - 1, &budget);
}

/* Reads every unit's first entry: some milliseconds for thousands of units. */
static void scan_units(struct dwarf_units *units)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	uint8_t type;

	units->scanned = true;
	while (dwarf_get_units(units->dwarf, cu, &cu, NULL, &type, &die, NULL) == 0)
		if (add_unit(units, &die, type))
			break;
	sort_ranges(&units->ranges);
}

struct dwarf_unit *dwarf_units_find(struct dwarf_units *units, Dwarf_Addr address)
{
	const struct dwarf_range *range;

	if (!units->scanned)
		scan_units(units);
	range = find_range(&units->ranges, address);
	return range ? &units->items[range->item] : NULL;
}

/* Entries that may hold functions. */
static bool is_container(int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type: /* Rust */
	case DW_TAG_module:
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block: return true;
	default: return false;
	}
}

static int index_children(struct dwarf_unit *unit, Dwarf_Die *parent, int depth, size_t *budget)
{
	Dwarf_Die die;
	int rc = 0;

	if (depth == MAX_DEPTH || dwarf_child(parent, &die) != 0)
		return 0;
	do {
		int tag = dwarf_tag(&die);

		if (*budget == 0)
			return 0;
		(*budget)--;
		if (tag == DW_TAG_subprogram)
			rc = add_ranges_of(&unit->functions, &die, 0, budget);
		if (rc == 0 && is_container(tag) && dwarf_haschildren(&die))
			rc = index_children(unit, &die, depth + 1, budget);
	} while (rc == 0 && dwarf_siblingof(&die, &die) == 0);
	return rc;
}

/* The entry that has the functions: a skeleton's lie in another file, which libdw opens. */
static Dwarf_Die function_tree(const struct dwarf_unit *unit)
{
	Dwarf_Die split = { 0 };
	uint8_t type;

	if (dwarf_cu_info(unit->die.cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 && type == DW_UT_skeleton && split.addr)
		return split;
	return unit->die;
}

bool dwarf_unit_function(struct dwarf_unit *unit, Dwarf_Addr address, Dwarf_Die *function)
{
	const struct dwarf_range *range;

	if (!unit->indexed) {
		Dwarf_Die tree = function_tree(unit);
		size_t budget = MAX_ENTRIES;

		unit->indexed = true;
		index_children(unit, &tree, 0, &budget);
		sort_ranges(&unit->functions);
	}
	range = find_range(&unit->functions, address);
	if (range)
		*function = range->die;
	return range != NULL;
}
