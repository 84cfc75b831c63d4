/* See pass.h. The calls and who makes them. */
#include "pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

uint64_t pass_time(struct pass *p, uint64_t monotonic_ns)
{
	uint64_t base = p->reader->header.base_time_ns;
	uint64_t time = monotonic_ns > base ? monotonic_ns - base : 0;

	if (time > INT64_MAX)
		time = INT64_MAX;
	if (time > p->duration)
		p->duration = time;
	return time;
}

static int take_processes(struct pass *p)
{
	struct reader_place place = { .kind = RECORD_PROCESS };

	p->process_count = reader_rows(p->reader, RECORD_PROCESS);
	if (p->process_count > INDEX_MAX_ROWS)
		return -ENOMEM;
	p->processes = calloc(p->process_count + 1, sizeof(*p->processes));
	if (!p->processes)
		return -ENOMEM;
	for (size_t i = 0; i < p->process_count; i++) {
		if (!reader_go(p->reader, &place, i))
			continue;
		p->processes[i] = (struct pass_process){ .pid = (int32_t)reader_here(&place, COLUMN_PROCESS_PID),
			.files = (uint32_t)reader_here(&place, COLUMN_PROCESS_FILES),
			.name = (uint32_t)reader_here(&place, COLUMN_PROCESS_NAME) };
		pass_time(p, reader_here(&place, COLUMN_PROCESS_TIME));
	}
	return 0;
}

static int take_threads(struct pass *p)
{
	struct reader_place place = { .kind = RECORD_THREAD };

	p->thread_count = reader_rows(p->reader, RECORD_THREAD);
	if (p->thread_count > INDEX_MAX_ROWS)
		return -ENOMEM;
	p->threads = calloc(p->thread_count + 1, sizeof(*p->threads));
	if (!p->threads)
		return -ENOMEM;
	for (size_t i = 0; i < p->thread_count; i++) {
		p->threads[i] = (struct pass_thread){ .process = NONE32 };
		if (!reader_go(p->reader, &place, i))
			continue;
		p->threads[i].tid = (int32_t)reader_here(&place, COLUMN_THREAD_TID);
		p->threads[i].process = (uint32_t)reader_here(&place, COLUMN_THREAD_PROCESS);
		if (p->threads[i].process >= p->process_count)
			p->threads[i].process = NONE32;
		pass_time(p, reader_here(&place, COLUMN_THREAD_TIME));
	}
	return 0;
}

/* The newest name is what a description is called everywhere, as in the index. */
static int take_renames(struct pass *p)
{
	uint64_t chunk[512], row = 0, description;
	uint32_t count;

	while ((count = reader_column(p->reader, RECORD_RENAME, COLUMN_RENAME_DESCRIPTION, &row, 512, chunk)) > 0) {
		for (uint32_t i = 0; i < count && row <= INDEX_MAX_ROWS; i++, row++) {
			uint32_t *newest;

			description = chunk[i];
			newest = map64_at(&p->renamed, description, 0);
			if (!newest)
				return -ENOMEM;
			*newest = (uint32_t)row;
		}
	}
	return 0;
}

/* Times of what is no call: the recording is at least as long. */
static void take_times(struct pass *p)
{
	static const struct {
		uint8_t kind, column;
	} timed[] = { { RECORD_EXEC, COLUMN_EXEC_TIME }, { RECORD_EXITED, COLUMN_EXITED_TIME }, { RECORD_LOST, COLUMN_LOST_TIME },
		{ RECORD_END, COLUMN_END_TIME } };
	uint64_t chunk[512];

	for (size_t i = 0; i < sizeof(timed) / sizeof(*timed); i++) {
		uint64_t row = 0;
		uint32_t count;

		while ((count = reader_column(p->reader, timed[i].kind, timed[i].column, &row, 512, chunk)) > 0) {
			for (uint32_t j = 0; j < count; j++)
				pass_time(p, chunk[j]);
			row += count;
		}
	}
}

int pass_open(struct pass *p, struct reader *reader)
{
	int err;

	memset(p, 0, sizeof(*p));
	p->reader = reader;
	p->names = true;
	p->total = reader_rows(reader, RECORD_ENTER);
	if (p->total > INDEX_MAX_ROWS)
		p->total = INDEX_MAX_ROWS;
	join_open(&p->exits, reader, RECORD_EXIT, COLUMN_EXIT_EVENT);
	join_open(&p->held, reader, RECORD_LET_GO, COLUMN_LET_GO_EVENT);
	join_open(&p->copies_in, reader, RECORD_COPY_IN, COLUMN_COPY_IN_EVENT);
	join_open(&p->copies_out, reader, RECORD_COPY_OUT, COLUMN_COPY_OUT_EVENT);
	join_open(&p->ties, reader, RECORD_TIE, COLUMN_TIE_EVENT);
	p->tie.kind = RECORD_TIE;
	p->enter.kind = RECORD_ENTER;
	p->exit.kind = RECORD_EXIT;
	p->let_go.kind = RECORD_LET_GO;
	p->copy[0].kind = RECORD_COPY_IN;
	p->copy[1].kind = RECORD_COPY_OUT;
	p->exec.kind = RECORD_EXEC;
	p->fd.kind = RECORD_FD;
	p->description.kind = RECORD_DESCRIPTION;
	p->heap.kind = RECORD_HEAP;
	err = take_processes(p);
	if (!err)
		err = take_threads(p);
	if (!err)
		err = take_renames(p);
	if (!err)
		take_times(p);
	return err;
}

void pass_close(struct pass *p)
{
	join_close(&p->exits);
	join_close(&p->held);
	join_close(&p->copies_in);
	join_close(&p->copies_out);
	join_close(&p->ties);
	free(p->processes);
	free(p->threads);
	free(p->renamed.slots);
	free(p->refers.slots);
	memset(p, 0, sizeof(*p));
}

static uint8_t class_of(uint64_t cell)
{
	return cell < FD_CLASS_COUNT ? (uint8_t)cell : FD_CLASS_OTHER;
}

const struct pass_description *pass_describe(struct pass *p, uint64_t id)
{
	static const struct pass_description none;
	struct pass_description *known = &p->known[id % PASS_DESCRIPTIONS];
	uint32_t renamed;

	if (!id)
		return &none;
	if (known->id == id)
		return known;
	*known = (struct pass_description){ .id = id };
	renamed = map64_get(&p->renamed, id, 0);
	if (renamed != NONE32) {
		struct reader_place place = { .kind = RECORD_RENAME };

		if (reader_go(p->reader, &place, renamed)) {
			known->class = class_of(reader_here(&place, COLUMN_RENAME_CLASS));
			known->name = (uint32_t)reader_here(&place, COLUMN_RENAME_NAME);
		}
	} else if (reader_go(p->reader, &p->description, id)) {
		known->class = class_of(reader_here(&p->description, COLUMN_DESCRIPTION_CLASS));
		known->name = (uint32_t)reader_here(&p->description, COLUMN_DESCRIPTION_NAME);
	}
	return known;
}

static void fill_from_enter(struct pass *p, struct pass_call *call)
{
	const struct reader_place *at = &p->enter;
	uint64_t seen = pass_time(p, reader_here(at, COLUMN_ENTER_TIME));
	uint64_t resumed = pass_time(p, reader_here(at, COLUMN_ENTER_RESUMED));

	call->seq = reader_here(at, COLUMN_ENTER_SEQ);
	call->start = resumed > seen ? resumed : seen;
	call->nr = (uint32_t)reader_here(at, COLUMN_ENTER_NR);
	call->arch = (uint32_t)reader_here(at, COLUMN_ENTER_ARCH);
	call->row = syscall_row_of(call->arch, call->nr);
	call->stack = (uint32_t)reader_here(at, COLUMN_ENTER_STACK);
	call->enter_flags = (uint32_t)reader_here(at, COLUMN_ENTER_FLAGS);
	call->origin = (uint8_t)reader_here(at, COLUMN_ENTER_ORIGIN);
	call->fd = (int32_t)reader_here(at, COLUMN_ENTER_FD);
	call->class = class_of(reader_here(at, COLUMN_ENTER_CLASS));
	call->description = reader_here(at, COLUMN_ENTER_DESCRIPTION);
	call->thread = (uint32_t)reader_here(at, COLUMN_ENTER_THREAD);
}

void pass_words(struct pass *p, const struct pass_call *call, uint64_t args[6], uint64_t *ip)
{
	bool there = reader_go(p->reader, &p->enter, call->id);

	for (uint32_t i = 0; i < 6; i++)
		args[i] = there ? reader_here(&p->enter, COLUMN_ENTER_ARG0 + i) : 0;
	*ip = there ? reader_here(&p->enter, COLUMN_ENTER_IP) : 0;
}

/* execs are few: those before this call have given their processes new names. */
static void take_execs(struct pass *p, uint64_t seq)
{
	uint64_t total = reader_rows(p->reader, RECORD_EXEC);

	for (; p->exec_row < total; p->exec_row++) {
		uint64_t process;

		if (!reader_go(p->reader, &p->exec, p->exec_row))
			continue;
		if (reader_here(&p->exec, COLUMN_EXEC_SEQ) > seq)
			return;
		process = reader_here(&p->exec, COLUMN_EXEC_PROCESS);
		if (process < p->process_count)
			p->processes[process].name = (uint32_t)reader_here(&p->exec, COLUMN_EXEC_NAME);
	}
}

static void fill_people(struct pass *p, struct pass_call *call)
{
	const struct pass_thread *thread = call->thread < p->thread_count ? &p->threads[call->thread] : NULL;
	const struct pass_process *process = thread && thread->process != NONE32 ? &p->processes[thread->process] : NULL;

	take_execs(p, call->seq);
	if (!thread)
		call->thread = NONE32;
	call->tid = thread ? thread->tid : -1;
	call->process = process ? thread->process : NONE32;
	call->pid = process ? process->pid : -1;
	call->process_name = process ? process->name : 0;
}

static int fill_from_exit(struct pass *p, struct pass_call *call)
{
	const struct reader_place *at = &p->exit;
	struct join_walk walk;
	uint64_t row, time;
	int err = join_begin(&p->exits, call->id, &walk);

	call->end = TIME_OPEN;
	call->exited = !err && join_next(&p->exits, &walk, &row) && reader_go(p->reader, &p->exit, row);
	if (!call->exited)
		return err;
	time = pass_time(p, reader_here(at, COLUMN_EXIT_TIME));
	call->end = time > call->start ? time : call->start;
	call->end_seq = reader_here(at, COLUMN_EXIT_SEQ);
	call->ret = (int64_t)reader_here(at, COLUMN_EXIT_RET);
	call->exit_flags = (uint32_t)reader_here(at, COLUMN_EXIT_FLAGS);
	call->fd = (int32_t)reader_here(at, COLUMN_EXIT_FD);
	call->class = class_of(reader_here(at, COLUMN_EXIT_CLASS));
	call->description = reader_here(at, COLUMN_EXIT_DESCRIPTION);
	return 0;
}

/* A call that was held at its entry begins when it was let go. */
static int fill_from_let_go(struct pass *p, struct pass_call *call)
{
	struct join_walk walk;
	uint64_t row, time;
	int err = join_begin(&p->held, call->id, &walk);

	while (!err && join_next(&p->held, &walk, &row)) {
		if (!reader_go(p->reader, &p->let_go, row))
			continue;
		time = pass_time(p, reader_here(&p->let_go, COLUMN_LET_GO_TIME));
		if (time > call->start && time <= call->end)
			call->start = time;
	}
	return err;
}

int pass_next(struct pass *p, struct pass_call *call)
{
	int err;

	while (p->next < p->total && !reader_go(p->reader, &p->enter, p->next))
		p->next++;
	if (p->next >= p->total)
		return 0;
	*call = (struct pass_call){ .id = p->next++ };
	fill_from_enter(p, call);
	fill_people(p, call);
	err = fill_from_exit(p, call);
	if (!err && reader_rows(p->reader, RECORD_LET_GO))
		err = fill_from_let_go(p, call);
	if (p->names)
		call->name = pass_describe(p, call->description)->name;
	return err ? err : 1;
}
