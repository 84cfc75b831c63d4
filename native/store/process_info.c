/*
 * Processes as the engine gets them: what the index keeps, and what their rows say.
 * Must not live here: what their calls come to (totals.c).
 */
#include "process_info.h"

#include <math.h>
#include <string.h>

#include "include/syscope.h"
#include "totals.h"

static void fill_totals(const struct index *x, uint32_t process, double *numbers)
{
	const struct totals *l = x->totals;
	const struct process_tally *owner = process < l->process_count ? &l->processes[process] : NULL;

	if (!owner)
		return;
	numbers[SYSCOPE_PROCESS_DESCRIPTORS] = owner->descriptors;
	numbers[SYSCOPE_PROCESS_CALLS] = owner->tally.calls;
	numbers[SYSCOPE_PROCESS_ERRORS] = owner->tally.errors;
	numbers[SYSCOPE_PROCESS_HELPER_CALLS] = owner->tally.helper_calls;
	numbers[SYSCOPE_PROCESS_RECEIVED] = (double)owner->tally.received;
	numbers[SYSCOPE_PROCESS_SENT] = (double)owner->tally.sent;
}

static void fill_begin(struct index *x, uint32_t process, double *numbers)
{
	uint64_t cells[READER_MAX_COLUMNS];

	if (reader_row(&x->reader, RECORD_PROCESS, process, cells))
		return;
	numbers[SYSCOPE_PROCESS_PRESENT] = 1;
	numbers[SYSCOPE_PROCESS_NS_PID] = (double)(int64_t)cells[COLUMN_PROCESS_NS_PID];
	numbers[SYSCOPE_PROCESS_PPID] = (double)(int64_t)cells[COLUMN_PROCESS_PPID];
	numbers[SYSCOPE_PROCESS_FLAGS] = (double)cells[COLUMN_PROCESS_FLAGS];
	/* Of one that ran before: until it execs. */
	numbers[SYSCOPE_PROCESS_ARGV_POS] = (double)cells[COLUMN_PROCESS_ARGV_POS];
	numbers[SYSCOPE_PROCESS_ARGV_LENGTH] = (double)cells[COLUMN_PROCESS_ARGV_LENGTH];
	numbers[SYSCOPE_PROCESS_CWD] = (double)cells[COLUMN_PROCESS_CWD];
}

static void fill_exec(struct index *x, uint32_t row, double *numbers)
{
	uint64_t cells[READER_MAX_COLUMNS];

	if (row == NONE32 || reader_row(&x->reader, RECORD_EXEC, row, cells))
		return;
	numbers[SYSCOPE_PROCESS_PATH] = (double)cells[COLUMN_EXEC_PATH];
	numbers[SYSCOPE_PROCESS_ARGV_POS] = (double)cells[COLUMN_EXEC_ARGV_POS];
	numbers[SYSCOPE_PROCESS_ARGV_LENGTH] = (double)cells[COLUMN_EXEC_ARGV_LENGTH];
	numbers[SYSCOPE_PROCESS_CWD] = (double)cells[COLUMN_EXEC_CWD];
}

static void fill_end(struct index *x, uint32_t row, double *numbers)
{
	uint64_t cells[READER_MAX_COLUMNS];

	numbers[SYSCOPE_PROCESS_STATUS] = -1;
	numbers[SYSCOPE_PROCESS_END_EVENT] = -1;
	if (row == NONE32 || reader_row(&x->reader, RECORD_EXITED, row, cells))
		return;
	numbers[SYSCOPE_PROCESS_STATUS] = (double)(cells[COLUMN_EXITED_STATUS] & 0xffff);
	numbers[SYSCOPE_PROCESS_USER_US] = (double)cells[COLUMN_EXITED_USER_US];
	numbers[SYSCOPE_PROCESS_SYSTEM_US] = (double)cells[COLUMN_EXITED_SYSTEM_US];
	numbers[SYSCOPE_PROCESS_MAX_RSS_KB] = (double)cells[COLUMN_EXITED_MAX_RSS_KB];
	numbers[SYSCOPE_PROCESS_CAUSE] = (double)cells[COLUMN_EXITED_CAUSE];
	numbers[SYSCOPE_PROCESS_SENDER] = (double)(int64_t)cells[COLUMN_EXITED_SENDER];
	numbers[SYSCOPE_PROCESS_END_EVENT] = (double)cells[COLUMN_EXITED_EVENT] - 1;
}

void process_info_fill(struct index *x, uint32_t process, double *numbers)
{
	const struct process_state *state;

	memset(numbers, 0, SYSCOPE_PROCESS_COLUMNS * sizeof(*numbers));
	if (process >= x->process_count)
		return;
	state = &x->processes[process];
	numbers[SYSCOPE_PROCESS_PARENT] = state->parent == NONE32 ? -1.0 : state->parent;
	numbers[SYSCOPE_PROCESS_PID] = state->pid;
	numbers[SYSCOPE_PROCESS_NAME] = state->name;
	numbers[SYSCOPE_PROCESS_START] = (double)state->started;
	numbers[SYSCOPE_PROCESS_END] = state->ended == TIME_OPEN ? INFINITY : (double)state->ended;
	numbers[SYSCOPE_PROCESS_THREADS] = state->thread_count;
	numbers[SYSCOPE_PROCESS_CHILDREN] = state->child_count;
	fill_totals(x, process, numbers);
	fill_begin(x, process, numbers);
	fill_exec(x, state->exec_row, numbers);
	fill_end(x, state->exited_row, numbers);
}

uint32_t process_child_count(const struct index *x, uint32_t parent)
{
	return parent == NONE32 ? x->root_count : x->processes[parent].child_count;
}

uint32_t process_children(const struct index *x, uint32_t parent, uint32_t first, uint32_t count, double *ids)
{
	uint32_t at = parent == NONE32 ? x->first_root : x->processes[parent].first_child;
	uint32_t filled = 0;

	for (; at != NONE32 && filled < count; at = x->processes[at].next_sibling)
		if (first)
			first--;
		else
			ids[filled++] = at;
	return filled;
}
