/*
 * See origin.h. The loader's calls before the program's first instruction are told from those that it makes later on the
 * program's behalf (dlopen) by one word: the loader's start code calls its C part with the stack pointer that the kernel
 * gave, so that right below it lies a return address into the loader; the program's start code puts its own word there.
 */
#include "origin.h"

#include "memory.h"
#include "modules.h"
#include "schema.h"

static bool in_loader(const struct space *space, uint64_t address)
{
	return address >= space->loader_start && address < space->loader_end;
}

uint8_t origin_of(struct tracee *tracee, const struct entry_info *info)
{
	struct space *space = tracee->process->space;
	uint64_t word = 0;

	if (space->started || !in_loader(space, info->ip))
		return ORIGIN_PROGRAM;
	if (memory_read(tracee->tid, space->start_sp - 8, &word, sizeof(word)) == 0 && in_loader(space, word))
		return ORIGIN_LOADER;
	space->started = true;
	return ORIGIN_PROGRAM;
}
