/*
 * What a call moved, and at which descriptors: the table row says it (moves.h), with what each number referred to at that call.
 * Must not live here: sums (summary.c).
 */
#include <errno.h>
#include <string.h>

#include "array.h"
#include "moves.h"
#include "pass.h"

/* Rows of files tables up to a call: what each number refers to then. A process that changes another table than its own unshared. */
static int take_fd_rows(struct pass *p, uint64_t seq)
{
	uint64_t total = reader_rows(p->reader, RECORD_FD);

	for (; p->fd_row < total; p->fd_row++) {
		uint64_t files, process, op, description;
		uint32_t *refers;

		if (!reader_go(p->reader, &p->fd, p->fd_row))
			continue;
		if (reader_here(&p->fd, COLUMN_FD_SEQ) > seq)
			return 0;
		files = reader_here(&p->fd, COLUMN_FD_FILES);
		process = reader_here(&p->fd, COLUMN_FD_PROCESS);
		op = reader_here(&p->fd, COLUMN_FD_OP);
		description = reader_here(&p->fd, COLUMN_FD_DESCRIPTION);
		if (process < p->process_count)
			p->processes[process].files = (uint32_t)files;
		refers = map64_at(&p->refers, files, (uint32_t)reader_here(&p->fd, COLUMN_FD_FD));
		if (!refers)
			return -ENOMEM;
		*refers = op == FD_OP_CLOSE || op == FD_OP_EXEC_CLOSE || description > INDEX_MAX_ROWS ? 0 : (uint32_t)description;
	}
	return 0;
}

int pass_refers(struct pass *p, const struct pass_call *call, int32_t fd, uint64_t *description)
{
	int err = take_fd_rows(p, call->seq);
	uint32_t found;

	*description = 0;
	if (err || call->process == NONE32)
		return err;
	found = map64_get(&p->refers, p->processes[call->process].files, (uint32_t)fd);
	*description = found == NONE32 ? 0 : found;
	return 0;
}

/* An argument of the newest call. */
static uint64_t argument(struct pass *p, const struct pass_call *call, int at)
{
	uint64_t args[6], ip;

	pass_words(p, call, args, &ip);
	return args[at];
}

/* The other descriptor of a call between two; description 0: not known. */
static int other_end(struct pass *p, const struct pass_call *call, int arg, struct pass_transfer *other)
{
	uint64_t cells[PASS_TIE_CELLS];
	struct join_walk walk;
	int err = pass_ties(p, call, &walk);

	*other = (struct pass_transfer){ 0 };
	while (!err && pass_next_tie(p, &walk, cells)) {
		if (cells[COLUMN_TIE_ROLE] != TIE_ROLE_FROM && cells[COLUMN_TIE_ROLE] != TIE_ROLE_TO)
			continue;
		*other = pass_tie_transfer(p, cells);
		return 0;
	}
	if (err)
		return err;
	/* A trace without ties: what the number referred to then. */
	other->fd = (int32_t)argument(p, call, arg);
	err = pass_refers(p, call, other->fd, &other->description);
	other->class = pass_describe(p, other->description)->class;
	other->name = pass_describe(p, other->description)->name;
	return err;
}

/* What the recording itself says was moved: the result doesn't say it (recvmmsg), or not which way (vmsplice). */
static int told(struct pass *p, const struct pass_call *call, struct pass_transfer out[2])
{
	uint64_t cells[PASS_TIE_CELLS];
	struct join_walk walk;
	int count = 0, err = pass_ties(p, call, &walk);

	while (!err && count < 2 && pass_next_tie(p, &walk, cells)) {
		if (cells[COLUMN_TIE_ROLE] != TIE_ROLE_READ && cells[COLUMN_TIE_ROLE] != TIE_ROLE_WRITTEN)
			continue;
		out[count] = pass_tie_transfer(p, cells);
		*(cells[COLUMN_TIE_ROLE] == TIE_ROLE_READ ? &out[count].received : &out[count].sent) = cells[COLUMN_TIE_COUNT];
		count++;
	}
	return err ? err : count;
}

int pass_transfers(struct pass *p, const struct pass_call *call, struct pass_transfer out[2])
{
	struct moves moves = moves_of(call->row);
	uint64_t size = (uint64_t)call->ret;
	int count;

	if (!pass_returned(call) || call->ret < 0 || call->fd < 0)
		return 0;
	count = told(p, call, out);
	if (count || moves.kind == MOVES_NONE)
		return count;
	out[0] = (struct pass_transfer){
		.fd = call->fd, .class = call->class, .description = call->description, .name = call->name
	};
	*(moves.kind == MOVES_RECEIVED || moves.kind == MOVES_FROM ? &out[0].received : &out[0].sent) = size;
	if (moves.arg < 0)
		return 1;
	count = other_end(p, call, moves.arg, &out[1]);
	if (count || !out[1].description)
		return count ? count : 1;
	*(moves.kind == MOVES_TO ? &out[1].received : &out[1].sent) = size;
	return 2;
}

int pass_ties(struct pass *p, const struct pass_call *call, struct join_walk *walk)
{
	*walk = (struct join_walk){ .stray = NONE32 };
	return reader_rows(p->reader, RECORD_TIE) ? join_begin(&p->ties, call->id, walk) : 0;
}

bool pass_next_tie(struct pass *p, struct join_walk *walk, uint64_t cells[PASS_TIE_CELLS])
{
	uint64_t row;

	while (join_next(&p->ties, walk, &row)) {
		if (!reader_go(p->reader, &p->tie, row))
			continue;
		for (uint32_t i = 0; i < PASS_TIE_CELLS; i++)
			cells[i] = reader_here(&p->tie, i);
		return true;
	}
	return false;
}

struct pass_transfer pass_tie_transfer(struct pass *p, const uint64_t cells[PASS_TIE_CELLS])
{
	return (struct pass_transfer){ .fd = (int32_t)cells[COLUMN_TIE_FD],
		.class = cells[COLUMN_TIE_CLASS] < FD_CLASS_COUNT ? (uint8_t)cells[COLUMN_TIE_CLASS] : FD_CLASS_OTHER,
		.description = cells[COLUMN_TIE_DESCRIPTION],
		.name = pass_describe(p, cells[COLUMN_TIE_DESCRIPTION])->name };
}
