/*
 * Which compilation unit and which function hold an address: indexes over DWARF that are built when first needed.
 * What must not live here: names, lines, inlining (dwarf_frames.h).
 */
#ifndef SYSCOPE_SYMBOLS_DWARF_UNITS_H
#define SYSCOPE_SYMBOLS_DWARF_UNITS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

struct dwarf_range {
	Dwarf_Addr low, high;
	size_t item; /* of a unit's range: the unit */
	Dwarf_Die die;
};

struct dwarf_ranges {
	struct dwarf_range *items; /* sorted by low */
	size_t count, capacity;
};

struct dwarf_unit {
	Dwarf_Die die; /* of a split unit the skeleton, which has the line table */
	bool indexed;
	struct dwarf_ranges functions;
};

struct dwarf_units {
	Dwarf *dwarf;
	bool scanned;
	struct dwarf_unit *items;
	size_t count, capacity;
	struct dwarf_ranges ranges; /* of all units, when scanned */
};

void dwarf_units_init(struct dwarf_units *units, Dwarf *dwarf);
void dwarf_units_free(struct dwarf_units *units);

/* The unit that holds the address, or NULL. Valid until the next call. */
struct dwarf_unit *dwarf_units_find(struct dwarf_units *units, Dwarf_Addr address);

/* The function of the unit, not an inlined one, that holds the address: false if none. */
bool dwarf_unit_function(struct dwarf_unit *unit, Dwarf_Addr address, Dwarf_Die *function);

#endif
