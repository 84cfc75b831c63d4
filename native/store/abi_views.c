/*
 * The exported functions about processes, descriptors and filters: checks of what the caller gives, and nothing else.
 * Must not live here: anything that a test would want to reach without a handle.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "abi_internal.h"
#include "descriptor_info.h"
#include "event_filter.h"
#include "include/syscope.h"
#include "totals.h"
#include "process_info.h"

/* A number below the limit given as a double. */
static bool number_of(double value, double limit, uint32_t *number)
{
	if (!(value >= 0 && value < limit) || floor(value) != value)
		return false;
	*number = (uint32_t)value;
	return true;
}

int32_t syscope_processes(int32_t trace, const double *ids, uint32_t count, double *numbers)
{
	struct index *x = abi_trace(trace);
	uint32_t process;
	int err;

	if (!x)
		return -EBADF;
	err = totals_need(x);
	for (uint32_t i = 0; i < count && !err; i++) {
		if (!number_of(ids[i], (double)x->process_count, &process))
			process = NONE32;
		process_info_fill(x, process, numbers + (size_t)i * SYSCOPE_PROCESS_COLUMNS);
	}
	return err;
}

static bool parent_of(const struct index *x, double value, uint32_t *parent)
{
	*parent = NONE32;
	return value == -1 || number_of(value, (double)x->process_count, parent);
}

int32_t syscope_process_child_count(int32_t trace, double parent)
{
	const struct index *x = abi_trace(trace);
	uint32_t of;

	if (!x)
		return -EBADF;
	return parent_of(x, parent, &of) ? (int32_t)process_child_count(x, of) : -EINVAL;
}

int32_t syscope_process_children(int32_t trace, double parent, uint32_t first, uint32_t count, double *ids)
{
	const struct index *x = abi_trace(trace);
	uint32_t of;

	if (!x)
		return -EBADF;
	return parent_of(x, parent, &of) ? (int32_t)process_children(x, of, first, count, ids) : -EINVAL;
}

/* choice->of is to be freed. Processes that are not there have no descriptors. */
static int choose(struct index *x, const double *processes, uint32_t count, struct descriptor_choice *choice)
{
	int err = totals_need(x);
	uint32_t process;
	bool *of;

	choice->of = NULL;
	if (err || !count)
		return err;
	of = calloc(x->process_count ? x->process_count : 1, sizeof(*of));
	if (!of)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		if (number_of(processes[i], (double)x->process_count, &process))
			of[process] = true;
	choice->of = of;
	return 0;
}

int32_t syscope_descriptors_by_class(
	int32_t trace, const double *processes, uint32_t process_count, uint32_t rows, double *numbers)
{
	double sums[FD_CLASS_COUNT * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS];
	struct descriptor_choice choice = { .class = -1 };
	struct index *x = abi_trace(trace);
	int err = x ? choose(x, processes, process_count, &choice) : -EBADF;

	if (err)
		return err;
	descriptor_sums(x, &choice, sums);
	free((void *)choice.of);
	for (uint32_t i = 0; i < rows * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS && i < sizeof(sums) / sizeof(*sums); i++)
		numbers[i] = sums[i];
	return FD_CLASS_COUNT;
}

int32_t syscope_descriptors(int32_t trace, const double *processes, uint32_t process_count, int32_t class_id, uint32_t first,
	uint32_t count, double *numbers)
{
	struct descriptor_choice choice = { .class = class_id };
	struct index *x = abi_trace(trace);
	int err = x ? choose(x, processes, process_count, &choice) : -EBADF;
	uint32_t filled;

	if (err)
		return err;
	filled = descriptor_page(x, &choice, first, count < INT32_MAX ? count : INT32_MAX, numbers);
	free((void *)choice.of);
	return (int32_t)filled;
}

/* What a term does not name may be anything. */
static bool term_of(const double *columns, struct filter_term *term)
{
	uint32_t kind, fd = 0;

	*term = (struct filter_term){ .process = NONE32 };
	if (!number_of(columns[SYSCOPE_TERM_OF_KIND], SYSCOPE_TERM_BLIND + 1.0, &kind) || !kind)
		return false;
	term->kind = (enum syscope_term)kind;
	if (columns[SYSCOPE_TERM_OF_PROCESS] != -1 && !number_of(columns[SYSCOPE_TERM_OF_PROCESS], NONE32, &term->process))
		return false;
	if (!number_of(columns[SYSCOPE_TERM_OF_FD], INT32_MAX, &fd) ||
		!number_of(columns[SYSCOPE_TERM_OF_DESCRIPTION], NONE32, &term->description) ||
		!number_of(columns[SYSCOPE_TERM_OF_REASON], NONE32, &term->reason))
		return false;
	term->fd = (int32_t)fd;
	/* Every call without a descriptor has the description 0. */
	return kind != SYSCOPE_TERM_DESCRIPTION || term->description;
}

int32_t syscope_process_filter(int32_t trace, const double *terms, uint32_t count)
{
	struct filter_term parsed[SYSCOPE_MAX_TERMS];
	struct index *x = abi_trace(trace);

	if (!x)
		return -EBADF;
	if (count > SYSCOPE_MAX_TERMS)
		return -E2BIG;
	for (uint32_t i = 0; i < count; i++)
		if (!term_of(terms + (size_t)i * SYSCOPE_TERM_OF_COLUMNS, &parsed[i]))
			return -EINVAL;
	return event_filter_set(x, parsed, count);
}
