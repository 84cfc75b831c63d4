/*
 * Compiled rows against elfutils' own reading of the same files: at the start, the middle and the last byte of every row
 * the rules must be the same. Files: those given as arguments, this program and the C library it runs with.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "unwind_check.h"

#define MAX_REPORTED 20

/* Rows are compared one in so many in large files, to stay quick. */
#define MAX_COMPARED 20000

static bool same_offset(const Dwarf_Op *ops, size_t count, int64_t offset)
{
	/* elfutils' form of "saved at CFA + offset". */
	if (count == 1)
		return ops[0].atom == DW_OP_call_frame_cfa && offset == 0;
	return count == 2 && ops[0].atom == DW_OP_call_frame_cfa && ops[1].atom == DW_OP_plus_uconst &&
	       (int64_t)ops[1].number == offset;
}

static bool same_cfa(const struct unwind_rule *rule, Dwarf_Frame *frame)
{
	Dwarf_Op *ops;
	size_t count;

	if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count != 1)
		return false;
	if (ops[0].atom == DW_OP_bregx)
		return ops[0].number == rule->cfa_register && (int64_t)ops[0].number2 == rule->cfa_offset;
	return ops[0].atom == (uint8_t)(DW_OP_breg0 + rule->cfa_register) && (int64_t)ops[0].number == rule->cfa_offset;
}

static bool same_register(const struct unwind_rule *rule, Dwarf_Frame *frame, size_t i)
{
	Dwarf_Op buffer[3], *ops;
	size_t count;

	if (dwarf_frame_register(frame, rule_saved_registers[i], buffer, &ops, &count) != 0)
		return false;
	if (rule->saved[i])
		return same_offset(ops, count, -8 * (int64_t)rule->saved[i]);
	/* ops == NULL: same value; ops == buffer without any: undefined. */
	return count == 0;
}

static bool same_return_address(const struct unwind_rule *rule, Dwarf_Frame *frame)
{
	Dwarf_Op buffer[3], *ops;
	size_t count;

	if (dwarf_frame_register(frame, CFI_RA, buffer, &ops, &count) != 0)
		return false;
	if (rule->kind == RULE_OUTERMOST)
		return count == 0 && ops == buffer;
	return same_offset(ops, count, -8);
}

/* A full rule stands for what no simple one can say; what it says is compared by the walks of unwind_live_test. */
static bool needs_full(Dwarf_Frame *frame)
{
	Dwarf_Op buffer[3], *ops;
	size_t count;

	if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count != 1)
		return true;
	for (int reg = 0; reg <= CFI_RA; reg++) {
		if (dwarf_frame_register(frame, reg, buffer, &ops, &count) != 0)
			return true;
		if (count == 0)
			continue;
		if (ops[0].atom != DW_OP_call_frame_cfa || count > 2)
			return true;
		if (reg != CFI_RA && reg != CFI_RBX && reg != CFI_RBP && reg < CFI_R12)
			return true;
	}
	return false;
}

static void compare_at(const char *path, const struct unwind_module *module, Dwarf_CFI *cfi, uint64_t vaddr)
{
	const struct unwind_rule *rule = module_rule(module, vaddr);
	Dwarf_Frame *frame = NULL;
	int found = dwarf_cfi_addrframe(cfi, vaddr, &frame);
	bool is_signal = false, same = true;

	if (found == 0)
		dwarf_frame_info(frame, NULL, NULL, &is_signal);
	switch ((enum rule_kind)rule->kind) {
	case RULE_NONE: same = found != 0; break;
	case RULE_OUTERMOST: same = found == 0 && same_return_address(rule, frame); break;
	case RULE_FULL: same = found == 0 && needs_full(frame); break;
	case RULE_SIMPLE:
		same = found == 0 && same_cfa(rule, frame) && same_return_address(rule, frame);
		for (size_t i = 0; same && i < RULE_SAVED; i++)
			same = same_register(rule, frame, i);
		break;
	case RULE_SIGRETURN: same = false; break;
	}
	if (check_failures < MAX_REPORTED)
		CHECK(same && is_signal == (bool)rule->is_signal, "%s at %#lx: kind %u, elfutils %s", path, (unsigned long)vaddr,
			rule->kind, found == 0 ? "has a rule" : "has none");
	free(frame);
}

static void compare_file(const char *path)
{
	struct unwind_module *module = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	Elf *elf;
	Dwarf_CFI *cfi;
	size_t step;

	if (fd < 0)
		return;
	rc = unwind_module_from_fd(fd, &module);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	cfi = dwarf_getcfi_elf(elf);
	CHECK(rc == 0 && cfi, "%s: %d", path, rc);
	if (rc == 0 && cfi) {
		CHECK(module->count > 10, "%s: %zu rows", path, module->count);
		step = module->count / MAX_COMPARED + 1;
		for (size_t i = 0; i + 1 < module->count; i += step) {
			uint64_t start = module->base + module->rows[i].offset, end = module->base + module->rows[i + 1].offset;

			CHECK(start < end, "%s: rows are not sorted at %zu", path, i);
			compare_at(path, module, cfi, start);
			compare_at(path, module, cfi, start + (end - start) / 2);
			compare_at(path, module, cfi, end - 1);
		}
		compare_at(path, module, cfi, module->base - 1);
	}
	dwarf_cfi_end(cfi);
	elf_end(elf);
	unwind_module_free(module);
	close(fd);
}

static int compare_loaded(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (info->dlpi_name[0] == '/')
		compare_file(info->dlpi_name);
	return 0;
}

int main(int argc, char **argv)
{
	elf_version(EV_CURRENT);
	for (int i = 1; i < argc; i++)
		compare_file(argv[i]);
	compare_file("/proc/self/exe");
	dl_iterate_phdr(compare_loaded, NULL);
	return check_result();
}
