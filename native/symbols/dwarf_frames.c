/* Lines and inlined calls by libdw. See dwarf_frames.h. */
#include "dwarf_frames.h"

#include <dwarf.h>

#include "demangle.h"

/* So many entries are looked at for one address; functions have some thousands at most. */
#define MAX_VISITS 200000

/* The calls that are inlined at an address, outermost first. */
struct chain {
	Dwarf_Die calls[SYMBOLS_MAX_FRAMES - 1];
	size_t count;
};

/* The mangled name, which has the namespaces and parameters, else the plain one: a C function's linkage name is an alias's. */
static const char *function_name(Dwarf_Die *die)
{
	static const unsigned int mangled[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name };

	for (size_t i = 0; i < sizeof(mangled) / sizeof(mangled[0]); i++) {
		Dwarf_Attribute attribute;
		const char *name = dwarf_formstring(dwarf_attr_integrate(die, mangled[i], &attribute));

		if (name && is_mangled(name))
			return name;
	}
	return dwarf_diename(die);
}

/* Entries between a function and the calls inlined into it. */
static bool may_hold_calls(int tag)
{
	return tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_try_block ||
	       tag == DW_TAG_catch_block;
}

/* The child of an entry that holds the address. */
static bool step_down(Dwarf_Die *die, Dwarf_Addr address, size_t *visits)
{
	Dwarf_Die child;

	if (dwarf_child(die, &child) != 0)
		return false;
	do {
		if ((*visits)++ == MAX_VISITS)
			return false;
		if (may_hold_calls(dwarf_tag(&child)) && dwarf_haspc(&child, address) == 1) {
			*die = child;
			return true;
		}
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

static void find_chain(const Dwarf_Die *function, Dwarf_Addr address, struct chain *chain)
{
	Dwarf_Die at = *function;
	size_t visits = 0;

	chain->count = 0;
	while (chain->count < SYMBOLS_MAX_FRAMES - 1 && step_down(&at, address, &visits))
		if (dwarf_tag(&at) == DW_TAG_inlined_subroutine)
			chain->calls[chain->count++] = at;
}

static uint32_t unsigned_attribute(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	if (dwarf_formudata(dwarf_attr(die, name, &attribute), &value) != 0 || value > UINT32_MAX)
		return 0;
	return (uint32_t)value;
}

static void fill_line(Dwarf_Die *unit, Dwarf_Addr address, struct symbol_frame *frame)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	int number = 0, column = 0;

	if (!line)
		return;
	frame->file = dwarf_linesrc(line, NULL, NULL);
	if (dwarf_lineno(line, &number) == 0 && number > 0)
		frame->line = (uint32_t)number;
	if (dwarf_linecol(line, &column) == 0 && column > 0)
		frame->column = (uint32_t)column;
}

/* Where an inlined call was written: the line of the frame around it. */
static void fill_call(Dwarf_Die *call, struct symbol_frame *frame)
{
	Dwarf_Die unit;
	Dwarf_Files *files;
	size_t count;
	uint32_t file = unsigned_attribute(call, DW_AT_call_file);

	if (dwarf_diecu(call, &unit, NULL, NULL) && dwarf_getsrcfiles(&unit, &files, &count) == 0 && file < count)
		frame->file = dwarf_filesrc(files, file, NULL, NULL);
	frame->line = unsigned_attribute(call, DW_AT_call_line);
	frame->column = unsigned_attribute(call, DW_AT_call_column);
}

static bool language_mangles(Dwarf_Die *unit)
{
	switch (dwarf_srclang(unit)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case DW_LANG_Rust: return true;
	default: return false;
	}
}

size_t dwarf_frames(struct dwarf_units *units, Dwarf_Addr address, struct symbol_frame *frames, bool *mangles)
{
	struct dwarf_unit *unit = dwarf_units_find(units, address);
	struct chain chain = { .count = 0 };
	Dwarf_Die function;
	size_t count = 0;

	if (!unit)
		return 0;
	*mangles = language_mangles(&unit->die);
	frames[0] = (struct symbol_frame){ 0 };
	fill_line(&unit->die, address, &frames[0]);
	if (!dwarf_unit_function(unit, address, &function))
		return frames[0].file ? 1 : 0;
	find_chain(&function, address, &chain);
	while (chain.count > 0) {
		Dwarf_Die *call = &chain.calls[--chain.count];

		frames[count].function = function_name(call);
		frames[count++].inlined = true;
		frames[count] = (struct symbol_frame){ 0 };
		fill_call(call, &frames[count]);
	}
	frames[count].function = function_name(&function);
	return count + 1;
}
