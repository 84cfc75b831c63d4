/* See shape.h. */
#include "shape.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <stddef.h>
#include <sys/mman.h>

static const struct shape never = { .shapes = false };
static const struct shape always = { .shapes = true };

/* What an ordinary mapping replaces may have been code, hence MAP_FIXED; files mapped as shared are blind spots. */
static const struct shape mmap_shape = {
	.shapes = true, .count = 2, .tests = { { 2, true, PROT_EXEC }, { 3, true, MAP_FIXED | MAP_SHARED } }
};
static const struct shape mmap_shared_shape = { .shapes = true, .count = 1, .tests = { { 3, true, MAP_SHARED } } };
static const struct shape mprotect_shape = { .shapes = true, .count = 1, .tests = { { 2, true, PROT_EXEC } } };
static const struct shape fcntl_shape = {
	.shapes = true, .count = 3, .tests = { { 1, false, F_DUPFD }, { 1, false, F_DUPFD_CLOEXEC }, { 1, false, F_SETFD } }
};
static const struct shape prctl_shape = { .shapes = true, .count = 1, .tests = { { 0, false, PR_SET_SECCOMP } } };

const struct shape *shape_of(const struct syscall_row *row, bool mappings)
{
	if (!row)
		return &never;
	if (row->ledger != LEDGER_NONE)
		return &always;
	switch (row->effect) {
	case EFFECT_NONE: return &never;
	case EFFECT_MMAP: return mappings ? &mmap_shape : &mmap_shared_shape;
	case EFFECT_MPROTECT: return mappings ? &mprotect_shape : &never;
	case EFFECT_MUNMAP:
	case EFFECT_MREMAP: return mappings ? &always : &never;
	case EFFECT_FCNTL: return &fcntl_shape;
	case EFFECT_PRCTL: return &prctl_shape;
	default: return &always;
	}
}

bool shape_holds(const struct shape *shape, const uint64_t args[6])
{
	bool holds = shape->count == 0;

	for (uint8_t i = 0; i < shape->count && !holds; i++) {
		const struct shape_test *test = &shape->tests[i];
		uint32_t word = (uint32_t)args[test->arg];

		holds = test->bits ? (word & test->value) != 0 : word == test->value;
	}
	return shape->shapes && holds;
}
