/*
 * See filter_program.h. The architecture and the x32 bit are looked at first, since numbers mean nothing without them. Then the
 * number is searched by halves among runs of numbers that are treated alike:
 *
 *          number >= 20 ?
 *         no /        \ yes
 *    number >= 3 ?    stop       0-2 stop, 3-19 pass, 20- stop
 *      /      \
 *    stop    pass
 */
#include "filter_program.h"

#include <assert.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "shape.h"

struct run {
	uint32_t first;            /* number; it lasts up to the next run's */
	bool recorded;             /* they stop because they are recorded */
	const struct shape *shape; /* else: they stop if this holds */
};

struct program {
	struct sock_filter *out;
	size_t length;
	struct run runs[SYSCALLS_X86_64_COUNT + 1];
};

static void emit(struct program *program, uint16_t code, uint32_t k, size_t jump_true, size_t jump_false)
{
	assert(program->length < BPF_MAXINSNS && jump_true <= UINT8_MAX && jump_false <= UINT8_MAX);
	program->out[program->length++] =
		(struct sock_filter){ .code = code, .jt = (uint8_t)jump_true, .jf = (uint8_t)jump_false, .k = k };
}

static void load(struct program *program, size_t offset)
{
	emit(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void stop(struct program *program, uint32_t rule)
{
	emit(program, BPF_RET | BPF_K, SECCOMP_RET_TRACE | rule, 0, 0);
}

/* Little-endian: an argument's low word comes first. */
static void emit_tests(struct program *program, const struct shape *shape)
{
	for (uint8_t i = 0; i < shape->count; i++) {
		const struct shape_test *test = &shape->tests[i];

		load(program, offsetof(struct seccomp_data, args) + 8u * test->arg);
		emit(program, BPF_JMP | (test->bits ? BPF_JSET : BPF_JEQ) | BPF_K, test->value, 0, 1);
		stop(program, FILTER_RULE_RECORDED);
	}
	if (shape->count > 0 || !shape->shapes)
		emit(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	else
		stop(program, FILTER_RULE_RECORDED);
}

/* The runs from first on up to last (not included). Jumps are counted from the instruction behind; a byte holds them or a JA does. */
static void emit_runs(struct program *program, size_t first, size_t last)
{
	size_t middle = first + (last - first) / 2;
	size_t jump;

	if (last - first == 1) {
		if (program->runs[first].recorded)
			stop(program, FILTER_RULE_RECORDED);
		else
			emit_tests(program, program->runs[first].shape);
		return;
	}
	emit(program, BPF_JMP | BPF_JGE | BPF_K, program->runs[middle].first, 0, 1);
	jump = program->length;
	emit(program, BPF_JMP | BPF_JA, 0, 0, 0);
	emit_runs(program, first, middle);
	program->out[jump].k = (uint32_t)(program->length - jump - 1);
	emit_runs(program, middle, last);
}

static size_t find_runs(struct program *program, const struct call_set *calls, bool mappings)
{
	size_t count = 0;

	for (uint32_t nr = 0; nr <= SYSCALLS_X86_64_COUNT; nr++) {
		const struct syscall_row *row =
			nr < SYSCALLS_X86_64_COUNT && syscalls_x86_64[nr].name ? &syscalls_x86_64[nr] : NULL;
		struct run run = { .first = nr, .recorded = call_set_has(calls, row), .shape = shape_of(row, mappings) };

		if (count > 0 && run.recorded == program->runs[count - 1].recorded &&
			(run.recorded || run.shape == program->runs[count - 1].shape))
			continue;
		program->runs[count++] = run;
	}
	return count;
}

size_t filter_program(const struct call_set *calls, bool mappings, struct sock_filter *out)
{
	static struct program program; /* too large for a stack */

	program.out = out;
	program.length = 0;
	load(&program, offsetof(struct seccomp_data, arch));
	emit(&program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	stop(&program, FILTER_RULE_FOREIGN);
	load(&program, offsetof(struct seccomp_data, nr));
	emit(&program, BPF_JMP | BPF_JSET | BPF_K, FILTER_X32_BIT, 0, 1);
	stop(&program, FILTER_RULE_FOREIGN);
	emit_runs(&program, 0, find_runs(&program, calls, mappings));
	return program.length;
}
