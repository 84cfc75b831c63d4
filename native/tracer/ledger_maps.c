/* See ledger.h: files mapped shared and writable, and where rings are mapped. By the row's effect, never by name. */
#include <sys/mman.h>

#include "ledger_private.h"
#include "modules.h"
#include "shared_maps.h"

static uint64_t end_of(uint64_t start, uint64_t length)
{
	return start + ((length + 4095) & ~(uint64_t)4095);
}

static bool is_shared(uint64_t flags)
{
	uint64_t type = flags & MAP_TYPE;

	return !(flags & MAP_ANONYMOUS) && (type == MAP_SHARED || type == MAP_SHARED_VALIDATE);
}

static void mapped(struct tracer *tracer, const struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	uint64_t start = (uint64_t)call->ret, end = end_of(start, call->args[1]);
	struct submission file = { .fd = (int32_t)call->args[4] };
	struct shared_map map;

	if (!is_shared(call->args[3])) {
		if (call->args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE))
			shared_maps_remove(tracee->process->space, start, end);
		return;
	}
	ledger_describe(tracer, tracee, file.fd, &file);
	if (uring_mapped(tracer, tracee->process, file.description, start, call->args[5]))
		return;
	map = (struct shared_map){ .start = start,
		.end = end,
		.offset = call->args[5],
		.description = file.description,
		.name = file.name,
		.fd = file.fd,
		.cls = file.cls,
		.writable = (call->args[2] & PROT_WRITE) != 0 };
	shared_maps_add(tracer, tracee, &map);
}

void ledger_maps_exit(struct tracer *tracer, const struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	struct space *space = tracee->process->space;

	if (!call->row || (call->ret < 0 && call->ret >= -4095))
		return;
	switch (call->row->effect) {
	case EFFECT_MMAP:
		if (call->row->argc == 6)
			mapped(tracer, tracee);
		break;
	case EFFECT_MUNMAP: shared_maps_remove(space, call->args[0], end_of(call->args[0], call->args[1])); break;
	case EFFECT_MPROTECT:
		if (call->row->argc <= 4) /* i386's mmap2 has this effect too: what it maps is not followed */
			shared_maps_protect(tracer, tracee, call->args[0], end_of(call->args[0], call->args[1]),
				(call->args[2] & PROT_WRITE) != 0);
		break;
	case EFFECT_MREMAP:
		if (space->shared_count > 0)
			shared_maps_move(tracer, tracee, call->args[0], call->args[1], (uint64_t)call->ret, call->args[2]);
		break;
	default: break;
	}
}
