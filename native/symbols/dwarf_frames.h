/* The source lines of an address and its chain of inlined calls. What must not live here: finding files, ELF symbols. */
#ifndef SYSCOPE_SYMBOLS_DWARF_FRAMES_H
#define SYSCOPE_SYMBOLS_DWARF_FRAMES_H

#include "dwarf_units.h"
#include "symbols.h"

/*
 * Fills frames (room for SYMBOLS_MAX_FRAMES) innermost first; names are still mangled and belong to libdw.
 * *mangles: the source's language is one whose names are mangled. Returns the frames' number, 0 if DWARF knows nothing of the address.
 */
size_t dwarf_frames(struct dwarf_units *units, Dwarf_Addr address, struct symbol_frame *frames, bool *mangles);

#endif
