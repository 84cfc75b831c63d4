/*
 * Processes, threads and descriptions as their rows say, and what ends with them.
 * Must not live here: calls (events.c), files tables (spans.c).
 */
#include <errno.h>
#include <string.h>

#include "array.h"
#include "index.h"

static int take_process(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	struct process_state *process;

	if (row > INDEX_MAX_ROWS || ARRAY_RESERVE(x->processes, x->process_capacity, row + 1))
		return -ENOMEM;
	while (x->process_count <= row)
		x->processes[x->process_count++] =
			(struct process_state){ .uses = NONE32, .threads = NONE32, .ended = TIME_OPEN };
	process = &x->processes[row];
	process->pid = (int32_t)reader_cell(segment, bytes, COLUMN_PROCESS_PID, at);
	process->name = (uint32_t)reader_cell(segment, bytes, COLUMN_PROCESS_NAME, at);
	process->files = (uint32_t)reader_cell(segment, bytes, COLUMN_PROCESS_FILES, at);
	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_PROCESS_TIME, at)));
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
			(struct thread_state){ .process = NONE32, .open_event = NONE32, .sibling = NONE32 };
	thread = &x->threads[row];
	thread->process = process;
	thread->tid = (int32_t)reader_cell(segment, bytes, COLUMN_THREAD_TID, at);
	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_THREAD_TIME, at)));
	if (process < x->process_count) {
		thread->sibling = x->processes[process].threads;
		x->processes[process].threads = (uint32_t)row;
	}
	return 0;
}

static int take_exec(struct index *x, uint64_t row, const struct reader_segment *segment, const uint8_t *bytes, uint64_t at)
{
	uint64_t process = reader_cell(segment, bytes, COLUMN_EXEC_PROCESS, at);

	(void)row;
	index_saw_time(x, index_time(x, reader_cell(segment, bytes, COLUMN_EXEC_TIME, at)));
	if (process < x->process_count)
		x->processes[process].name = (uint32_t)reader_cell(segment, bytes, COLUMN_EXEC_NAME, at);
	return 0;
}

static uint8_t class_of(uint64_t cell)
{
	return cell < FD_CLASS_COUNT ? (uint8_t)cell : FD_CLASS_OTHER;
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
		};
	return 0;
}

int index_take_entities(struct index *x)
{
	int err = index_walk(x, RECORD_PROCESS, take_process);

	if (!err)
		err = index_walk(x, RECORD_THREAD, take_thread);
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

	(void)row;
	index_saw_time(x, time);
	if (reader_cell(segment, bytes, COLUMN_EXITED_SCOPE, at) == EXIT_SCOPE_THREAD)
		return thread < x->thread_count ? end_thread(x, (uint32_t)thread, time) : 0;
	if (process >= x->process_count || x->processes[process].ended != TIME_OPEN)
		return 0;
	x->processes[process].ended = time;
	for (uint32_t each = x->processes[process].threads; each != NONE32 && !err; each = x->threads[each].sibling)
		if (!x->threads[each].ended)
			err = end_thread(x, each, time);
	return err;
}

int index_take_endings(struct index *x)
{
	return index_walk(x, RECORD_EXITED, take_exited);
}
