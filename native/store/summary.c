/* See summary.h. The sums. */
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define ERRNO_MAX 4095
/* The kernel's codes for a call that will be restarted: no error that the program sees. 515 (ENOIOCTLCMD) is none of them. */
#define RESTART_FIRST 512
#define RESTART_LAST  516
#define NO_RESTART    515

int summary_add_row(struct summary *s, char *key, uint32_t key_bytes)
{
	if (s->row_count >= INDEX_MAX_ROWS || ARRAY_RESERVE(s->rows, s->row_capacity, s->row_count + 1))
		return -ENOMEM;
	s->rows[s->row_count++] = (struct summary_row){ .key = key, .key_bytes = key_bytes };
	return 0;
}

/* The error's number; 0: it did not fail. */
static uint32_t error_of(const struct pass_call *call)
{
	int64_t number = -call->ret;

	if (!pass_returned(call) || call->ret >= 0 || call->ret < -ERRNO_MAX)
		return 0;
	return number >= RESTART_FIRST && number <= RESTART_LAST && number != NO_RESTART ? 0 : (uint32_t)number;
}

static int count_error(struct summary_row *row, uint32_t number)
{
	size_t i = 0;

	row->errors++;
	while (i < row->error_kinds && row->by_number[i].number != number)
		i++;
	if (i == row->error_kinds) {
		if (ARRAY_RESERVE(row->by_number, row->error_capacity, i + 1))
			return -ENOMEM;
		row->by_number[row->error_kinds++] = (struct summary_error){ .number = number };
	}
	row->by_number[i].count++;
	return 0;
}

static int count_call(struct summary_row *row, const struct pass_call *call)
{
	uint32_t error = error_of(call);
	int err = 0;

	row->calls++;
	/* A call that never returns isn't waited for. */
	if (!pass_returned(call) && !(call->row && call->row->flags & ROW_NO_RETURN))
		row->pending++;
	if (call->exited)
		err = durations_add(&row->durations, call->end - call->start);
	if (!err && error)
		err = count_error(row, error);
	return err;
}

static void count_bytes(struct summary_row *row, const struct pass_transfer *transfer)
{
	row->received += transfer->received;
	row->sent += transfer->sent;
}

static int take_call(struct summary *s, struct pass *p, const struct pass_call *call)
{
	struct pass_transfer moved[2];
	int transfers = call->origin == ORIGIN_AGENT ? 0 : pass_transfers(p, call, moved);
	uint32_t all = call->origin == ORIGIN_LOADER ? SUMMARY_LOADER : SUMMARY_TOTAL, own;
	int err = 0;

	if (call->origin == ORIGIN_AGENT || transfers < 0)
		return transfers;
	err = count_call(&s->rows[all], call);
	for (int i = 0; i < transfers; i++)
		count_bytes(&s->rows[all], &moved[i]);
	if (err || all == SUMMARY_LOADER)
		return err;
	err = summary_row_of(s, call, NULL, &own);
	if (!err && own != NONE32)
		err = count_call(&s->rows[own], call);
	/* What a call moved at its other descriptor belongs to that one's groups; the call itself counts once. */
	for (int i = 0; i < transfers && !err; i++) {
		if (i)
			err = summary_row_of(s, call, &moved[i], &own);
		if (!err && own != NONE32)
			count_bytes(&s->rows[own], &moved[i]);
	}
	return err;
}

int summary_make(struct summary *s, struct reader *reader, const uint8_t *by, uint32_t by_count)
{
	struct pass *p = malloc(sizeof(*p));
	struct pass_call call;
	int err = p ? pass_open(p, reader) : -ENOMEM;

	*s = (struct summary){ .reader = reader, .by_count = by_count };
	memcpy(s->by, by, by_count);
	for (int i = 0; i < SUMMARY_FIRST_GROUP && !err; i++)
		err = summary_add_row(s, NULL, 0);
	if (!err)
		p->names = memchr(by, SYSCOPE_BY_FD, by_count) || memchr(by, SYSCOPE_BY_PATH, by_count);
	while (!err && (err = pass_next(p, &call)) > 0)
		err = take_call(s, p, &call);
	if (p) {
		s->duration = p->duration;
		pass_close(p);
	}
	free(p);
	return err;
}

void summary_free(struct summary *s)
{
	for (size_t i = 0; i < s->row_count; i++) {
		durations_free(&s->rows[i].durations);
		free(s->rows[i].by_number);
		free(s->rows[i].key);
	}
	free(s->rows);
	free(s->known);
	free(s->texts);
	*s = (struct summary){ 0 };
}
