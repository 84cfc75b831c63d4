/*
 * Processes, threads and descriptions as their rows say, and what ends with them.
 * Must not live here: calls (events.c), files tables (spans.c).
 */
#include <errno.h>
#include <string.h>

#include "array.h"
#include "index.h"

/* Below its parent, if that is a row before its own (so no process is its own ancestor), else among the roots. */
static void join_family(struct index *x, uint32_t row, uint64_t parent)
{
	struct process_state *above = parent && parent <= row ? &x->processes[parent - 1] : NULL;
	uint32_t *first = above ? &above->first_child : &x->first_root;
	uint32_t *last = above ? &above->last_child : &x->last_root;

	if (*last == NONE32)
		*first = row;
	else
		x->processes[*last].next_sibling = row;
	*last = row;
	if (above)
		above->child_count++;
	else
		x->root_count++;
	x->processes[row].parent = above ? (uint32_t)(parent - 1) : NONE32;
}

static const struct process_state no_process = { .uses = NONE32,
	.threads = NONE32,
	.parent = NONE32,
	.first_child = NONE32,
	.last_child = NONE32,
	.next_sibling = NONE32,
	.exec_row = NONE32,
	.exited_row = NONE32,
	.ended = TIME_OPEN };

static int take_process(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	struct process_state *process;

	if (row > INDEX_MAX_ROWS || ARRAY_RESERVE(x->processes, x->process_capacity, row + 1))
		return -ENOMEM;
	while (x->process_count <= row)
		x->processes[x->process_count++] = no_process;
	process = &x->processes[row];
	process->pid = (int32_t)reader_cell(segment, bytes, COLUMN_PROCESS_PID, at);
	process->name = (uint32_t)reader_cell(segment, bytes, COLUMN_PROCESS_NAME, at);
	process->files = (uint32_t)reader_cell(segment, bytes, COLUMN_PROCESS_FILES, at);
	process->started = index_time(x, reader_cell(segment, bytes, COLUMN_PROCESS_TIME, at));
	index_saw_time(x, process->started);
	join_family(x, (uint32_t)row, reader_cell(segment, bytes, COLUMN_PROCESS_PARENT, at));
	/* What it has had since before its first row counts as had from the begin. */
	return spans_use_table(x, (uint32_t)row, process->files, 0);
}

static int take_thread(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	struct thread_state *thread;
	uint32_t process = (uint32_t)reader_cell(segment, bytes, COLUMN_THREAD_PROCESS, at);

	if (row > INDEX_MAX_ROWS || ARRAY_RESERVE(x->threads, x->thread_capacity, row + 1))
		return -ENOMEM;
	while (x->thread_count <= row)
		x->threads[x->thread_count++] =
			(struct thread_state){ .process = NONE32, .uses = NONE32, .open_event = NONE32, .sibling = NONE32 };
	thread = &x->threads[row];
	thread->process = process;
	thread->tid = (int32_t)reader_cell(segment, bytes, COLUMN_THREAD_TID, at);
	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_THREAD_TIME, at)));
	if (process < x->process_count) {
		thread->sibling = x->processes[process].threads;
		x->processes[process].threads = (uint32_t)row;
		x->processes[process].thread_count++;
	}
	return 0;
}

static uint32_t row32(uint64_t row)
{
	return row <= INDEX_MAX_ROWS ? (uint32_t)row : NONE32;
}

static int take_thread_files(
	struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t thread = reader_cell(segment, bytes, COLUMN_THREAD_FILES_THREAD, at);
	uint64_t files = reader_cell(segment, bytes, COLUMN_THREAD_FILES_FILES, at);

	if (thread >= x->thread_count) { /* its row comes next: for the next refresh, once */
		if (x->waiting[RECORD_THREAD_FILES] == row + 1 || !reader_is_live(&x->reader))
			return 0;
		x->waiting[RECORD_THREAD_FILES] = row + 1;
		return WALK_LATER;
	}
	return spans_use_own_table(
		x, (uint32_t)thread, (uint32_t)files, index_time(x, reader_cell(segment, bytes, COLUMN_THREAD_FILES_TIME, at)));
}

static int take_exec(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t process = reader_cell(segment, bytes, COLUMN_EXEC_PROCESS, at);

	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_EXEC_TIME, at)));
	if (process < x->process_count) {
		x->processes[process].name = (uint32_t)reader_cell(segment, bytes, COLUMN_EXEC_NAME, at);
		x->processes[process].exec_row = row32(row);
	}
	return 0;
}

static uint8_t class_of(uint64_t cell)
{
	return cell < FD_CLASS_COUNT ? (uint8_t)cell : FD_CLASS_OTHER;
}

static uint32_t description_of(uint64_t cell)
{
	return cell <= INDEX_MAX_ROWS ? (uint32_t)cell : 0;
}

static int take_description(
	struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	if (row > INDEX_MAX_ROWS || ARRAY_RESERVE(x->descriptions, x->description_capacity, row + 1))
		return -ENOMEM;
	while (x->description_count <= row)
		x->descriptions[x->description_count++] = (struct description_state){ 0 };
	x->descriptions[row] = (struct description_state){
		.class = class_of(reader_cell(segment, bytes, COLUMN_DESCRIPTION_CLASS, at)),
		.name = (uint32_t)reader_cell(segment, bytes, COLUMN_DESCRIPTION_NAME, at),
		.peer = description_of(reader_cell(segment, bytes, COLUMN_DESCRIPTION_PEER, at)),
	};
	return 0;
}

static int take_rename(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t description = reader_cell(segment, bytes, COLUMN_RENAME_DESCRIPTION, at);

	(void)row;
	if (description && description < x->description_count)
		x->descriptions[description] = (struct description_state){
			.class = class_of(reader_cell(segment, bytes, COLUMN_RENAME_CLASS, at)),
			.name = (uint32_t)reader_cell(segment, bytes, COLUMN_RENAME_NAME, at),
			.peer = description_of(reader_cell(segment, bytes, COLUMN_RENAME_PEER, at)),
		};
	return 0;
}

int index_take_entities(struct index *x)
{
	int err = index_walk(x, RECORD_PROCESS, take_process);

	if (!err)
		err = index_walk(x, RECORD_THREAD, take_thread);
	if (!err)
		err = index_walk(x, RECORD_THREAD_FILES, take_thread_files);
	if (!err)
		err = index_walk(x, RECORD_EXEC, take_exec);
	if (!err)
		err = index_walk(x, RECORD_DESCRIPTION, take_description);
	if (!err)
		err = index_walk(x, RECORD_RENAME, take_rename);
	return err;
}

static int end_thread(struct index *x, uint32_t thread, uint64_t time)
{
	uint32_t event = x->threads[thread].open_event;

	x->threads[thread].ended = true;
	x->threads[thread].open_event = NONE32;
	return event == NONE32 ? 0 : index_end_event(x, event, time);
}

static int take_exited(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t process = reader_cell(segment, bytes, COLUMN_EXITED_PROCESS, at);
	uint64_t thread = reader_cell(segment, bytes, COLUMN_EXITED_THREAD, at);
	uint64_t time = index_time(x, reader_cell(segment, bytes, COLUMN_EXITED_TIME, at));
	int err = 0;

	index_saw_time(x, time);
	if (reader_cell(segment, bytes, COLUMN_EXITED_SCOPE, at) == EXIT_SCOPE_THREAD)
		return thread < x->thread_count ? end_thread(x, (uint32_t)thread, time) : 0;
	if (process >= x->process_count || x->processes[process].ended != TIME_OPEN)
		return 0;
	x->processes[process].ended = time;
	x->processes[process].exited_row = row32(row);
	for (uint32_t each = x->processes[process].threads; each != NONE32 && !err; each = x->threads[each].sibling)
		if (!x->threads[each].ended)
			err = end_thread(x, each, time);
	return err;
}

int index_take_endings(struct index *x)
{
	return index_walk(x, RECORD_EXITED, take_exited);
}
