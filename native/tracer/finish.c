/*
 * See finish.h. All distinct frames, module by module, are asked for in batches. A module on which the symbol executable dies or
 * stalls is left out and another process goes on with the next one: lines are then looked up when they are shown.
 */
#include "finish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules.h"
#include "record.h"
#include "sources.h"
#include "stacks.h"
#include "symbol_answer.h"
#include "symbol_process.h"

/* The program's end waits for this: one module may take so long, all of them together so long. */
#define MODULE_LIMIT_NS UINT64_C(6000000000)
#define TOTAL_LIMIT_NS  UINT64_C(15000000000)
#define BATCH           512
#define QUESTION_BYTES  (4096 * 2 + 128 + BATCH * 17)

struct finish {
	struct tracer *tracer;
	struct symbol_process process;
	struct sources *sources;
	uint32_t *order; /* frame ids, sorted by module */
	uint32_t count;
	uint32_t skipped; /* modules that were left out */
	uint64_t deadline_ns;
	char question[QUESTION_BYTES];
};

/* A return address lies behind its call, perhaps already in another line or function. */
static uint64_t address_of(const struct stack_frame *frame)
{
	return frame->offset - (frame->flags & FRAME_FLAG_RETURN_ADDRESS ? 1 : 0);
}

static const struct stack_frame *frame_at(const struct finish *finish, uint32_t index)
{
	return stack_table_frame(stacks_table(finish->tracer->stacks), finish->order[index]);
}

/* Tabs, newlines and backslashes of a path, as the question's grammar wants them. */
static size_t escape_path(const char *path, char *out)
{
	size_t used = 0;

	for (; *path && used < 8190; path++) {
		if (*path == '\t' || *path == '\n' || *path == '\\') {
			out[used++] = '\\';
			out[used++] = *path == '\t' ? 't' : *path == '\n' ? 'n' : '\\';
		} else {
			out[used++] = *path;
		}
	}
	return used;
}

static size_t put_question(struct finish *finish, const struct module_identity *module, uint32_t first, uint32_t count)
{
	char *out = finish->question;
	size_t used = escape_path(module->path, out);

	used += (size_t)sprintf(out + used, "\t%s\t", module->build_id);
	for (uint32_t i = 0; i < count; i++)
		used += (size_t)sprintf(
			out + used, "%s%llx", i ? "," : "", (unsigned long long)address_of(frame_at(finish, first + i)));
	out[used++] = '\n';
	return used;
}

static void write_symbols(struct finish *finish, uint32_t frame, const struct symbol_answer *answer)
{
	struct trace_writer *writer = finish->tracer->writer;

	for (size_t depth = 0; depth < answer->count; depth++) {
		const struct symbol_level *level = &answer->levels[depth];
		struct row_symbol row = {
			.frame = frame,
			.depth = (uint16_t)depth,
			.function = writer_string(writer, level->function, strlen(level->function)),
			.source = level->file[0] ? sources_id(finish->sources, level->file) : 0,
			.line = level->line,
			.column = level->column,
			.flags = level->inlined ? SYMBOL_FLAG_INLINED : 0,
		};

		writer_append(writer, RECORD_SYMBOL, &row);
	}
}

/* Asks for one batch. Returns 0 or -errno. */
static int ask(struct finish *finish, const struct module_identity *module, uint32_t first, uint32_t count)
{
	uint64_t limit = tracer_now() + MODULE_LIMIT_NS;
	struct symbol_answer answer;
	char *line;
	int err;

	if (limit > finish->deadline_ns)
		limit = finish->deadline_ns;
	err = symbol_process_send(&finish->process, finish->question, put_question(finish, module, first, count), limit);
	for (uint32_t i = 0; err == 0 && i < count; i++) {
		line = symbol_process_line(&finish->process, limit);
		if (!line)
			return -ETIMEDOUT;
		if (symbol_answer_parse(line, &answer) == 0)
			write_symbols(finish, finish->order[first + i], &answer);
	}
	return err == 0 && !symbol_process_line(&finish->process, limit) ? -ETIMEDOUT : err;
}

/* All frames of one module. */
static void ask_module(struct finish *finish, uint32_t first, uint32_t end)
{
	const struct module_identity *module = modules_identity(finish->tracer->modules, frame_at(finish, first)->module);

	for (uint32_t at = first; module && at < end; at += BATCH) {
		if (finish->process.pid != 0 && ask(finish, module, at, end - at < BATCH ? end - at : BATCH) == 0)
			continue;
		finish->skipped++;
		symbol_process_stop(&finish->process);
		if (tracer_now() < finish->deadline_ns)
			symbol_process_start(&finish->process);
		return;
	}
}

static int by_module(const void *a, const void *b, void *context)
{
	const struct stack_frame *first = stack_table_frame(context, *(const uint32_t *)a);
	const struct stack_frame *second = stack_table_frame(context, *(const uint32_t *)b);

	if (first->module != second->module)
		return first->module < second->module ? -1 : 1;
	return first->offset < second->offset ? -1 : first->offset > second->offset;
}

static int sort_frames(struct finish *finish)
{
	const struct stack_table *table = stacks_table(finish->tracer->stacks);

	finish->count = stack_table_frames(table);
	finish->order = calloc(finish->count, sizeof(*finish->order));
	if (!finish->order)
		return -ENOMEM;
	for (uint32_t i = 0; i < finish->count; i++)
		finish->order[i] = i + 1;
	qsort_r(finish->order, finish->count, sizeof(*finish->order), by_module, (void *)(uintptr_t)table);
	return 0;
}

static void ask_all(struct finish *finish)
{
	for (uint32_t first = 0, end; first < finish->count; first = end) {
		for (end = first + 1; end < finish->count && frame_at(finish, end)->module == frame_at(finish, first)->module;)
			end++;
		ask_module(finish, first, end);
	}
}

static void warn(struct finish *finish, int err)
{
	char text[256];

	if (err != 0)
		snprintf(text, sizeof(text),
			"Functions and lines are not in the trace (the symbol program syscope-symbols: %s): they are looked up "
			"when shown.",
			strerror(-err));
	else
		snprintf(text, sizeof(text),
			"Functions and lines of %u files are not in the trace (looking them up took too long): they are looked "
			"up when shown.",
			finish->skipped);
	record_warning(finish->tracer, NULL, WARNING_CODE_SYMBOLS, text);
}

void finish_symbols(struct tracer *tracer)
{
	struct finish *finish;
	int err;

	if (stack_table_frames(stacks_table(tracer->stacks)) == 0 || writer_failed(tracer->writer) != 0)
		return;
	finish = calloc(1, sizeof(*finish));
	if (!finish)
		return;
	finish->tracer = tracer;
	finish->deadline_ns = tracer_now() + TOTAL_LIMIT_NS;
	err = sort_frames(finish);
	if (err == 0)
		err = sources_new(tracer->writer, &finish->sources);
	if (err == 0)
		err = symbol_process_start(&finish->process);
	if (err == 0) {
		ask_all(finish);
		symbol_process_stop(&finish->process);
	}
	if (err != 0 || finish->skipped > 0)
		warn(finish, err);
	sources_free(finish->sources);
	free(finish->order);
	free(finish);
}
