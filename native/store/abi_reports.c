/*
 * The exported functions for reports: going through all calls, and summing them up.
 * Must not live here: anything that a test would want to reach without a handle.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi_internal.h"
#include "pass_page.h"
#include "summary.h"

int32_t syscope_rows_begin(int32_t trace)
{
	struct index *x = abi_trace(trace);
	int err;

	if (!x)
		return -EBADF;
	if (x->pages)
		pass_close(&x->pages->pass);
	else
		x->pages = malloc(sizeof(*x->pages));
	if (!x->pages)
		return -ENOMEM;
	x->pages->waiting = false;
	err = pass_open(&x->pages->pass, &x->reader);
	if (err) {
		pass_close(&x->pages->pass);
		free(x->pages);
		x->pages = NULL;
	}
	return err;
}

int32_t syscope_rows_next(int32_t trace, uint32_t capacity, double *numbers, uint64_t *words, double *copies, uint64_t *addresses,
	uint32_t copy_capacity, uint8_t *bytes, uint32_t bytes_capacity, double *ties, uint32_t tie_capacity, uint32_t *used)
{
	struct copy_room room = { .numbers = copies,
		.addresses = addresses,
		.bytes = bytes,
		.capacity = copy_capacity,
		.bytes_capacity = bytes_capacity };
	struct pass_page page = { .capacity = capacity,
		.numbers = numbers,
		.words = words,
		.copies = copies ? &room : NULL,
		.ties = copies ? ties : NULL,
		.tie_capacity = tie_capacity };
	const struct index *x = abi_trace(trace);
	uint32_t needed[3];
	int err;

	if (!x || !x->pages)
		return -EBADF;
	err = pass_fill_page(x->pages, &page, needed);
	used[0] = page.count;
	used[1] = page.count ? room.count : needed[0];
	used[2] = page.count ? room.bytes_used : needed[1];
	used[3] = page.count ? page.tie_count : needed[2];
	return err;
}

static bool groups_are_sound(const uint8_t *by, uint32_t by_count)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < by_count; i++) {
		if (by[i] >= SYSCOPE_BY_COUNT || seen & (1u << by[i]))
			return false;
		seen |= 1u << by[i];
	}
	return true;
}

double syscope_summary(int32_t trace, const uint8_t *by, uint32_t by_count, double *duration)
{
	struct index *x = abi_trace(trace);
	int err;

	if (!x)
		return -EBADF;
	if (by_count > SYSCOPE_BY_COUNT || !groups_are_sound(by, by_count))
		return -EINVAL;
	if (x->summary)
		summary_free(x->summary);
	else
		x->summary = malloc(sizeof(*x->summary));
	if (!x->summary)
		return -ENOMEM;
	err = summary_make(x->summary, &x->reader, by, by_count);
	*duration = (double)x->summary->duration;
	if (err) {
		summary_free(x->summary);
		free(x->summary);
		x->summary = NULL;
		return err;
	}
	return (double)x->summary->row_count;
}

int32_t syscope_summary_rows(int32_t trace, uint32_t first, uint32_t count, double *numbers)
{
	const struct index *x = abi_trace(trace);
	uint32_t filled = 0;

	if (!x || !x->summary)
		return -EBADF;
	for (; filled < count && filled < INT32_MAX && first + (size_t)filled < x->summary->row_count; filled++) {
		struct summary_row *row = &x->summary->rows[first + (size_t)filled];
		double *to = numbers + (size_t)filled * SYSCOPE_SUMMARY_COLUMNS;

		to[SYSCOPE_SUMMARY_CALLS] = (double)row->calls;
		to[SYSCOPE_SUMMARY_PENDING] = (double)row->pending;
		to[SYSCOPE_SUMMARY_ERRORS] = (double)row->errors;
		to[SYSCOPE_SUMMARY_RECEIVED] = (double)row->received;
		to[SYSCOPE_SUMMARY_SENT] = (double)row->sent;
		to[SYSCOPE_SUMMARY_RETURNED] = (double)row->durations.count;
		to[SYSCOPE_SUMMARY_TOTAL] = (double)row->durations.total;
		to[SYSCOPE_SUMMARY_P50] = (double)durations_percentile(&row->durations, 0.5);
		to[SYSCOPE_SUMMARY_P95] = (double)durations_percentile(&row->durations, 0.95);
		to[SYSCOPE_SUMMARY_MAX] = (double)row->durations.largest;
		to[SYSCOPE_SUMMARY_KEY_BYTES] = row->key_bytes;
		to[SYSCOPE_SUMMARY_ERROR_KINDS] = (double)row->error_kinds;
	}
	return (int32_t)filled;
}

int32_t syscope_summary_texts(int32_t trace, uint32_t row, uint8_t *key, uint32_t *errors)
{
	const struct index *x = abi_trace(trace);
	const struct summary_row *at;

	if (!x || !x->summary)
		return -EBADF;
	if (row >= x->summary->row_count)
		return -EINVAL;
	at = &x->summary->rows[row];
	if (at->key_bytes)
		memcpy(key, at->key, at->key_bytes);
	for (size_t i = 0; i < at->error_kinds; i++) {
		errors[2 * i] = at->by_number[i].number;
		errors[2 * i + 1] = at->by_number[i].count;
	}
	return 0;
}
