/*
 * Counting calls and what files tables say into tallies.
 * Must not live here: reading the file (transfer.c does, for results).
 */
#include "totals.h"

#include <stdlib.h>

#include "array.h"
#include "transfer.h"

static struct process_tally *process_at(struct index *x, uint32_t process)
{
	struct totals *l = x->totals;

	if (ARRAY_RESERVE(l->processes, l->process_capacity, (size_t)process + 1))
		return NULL;
	while (l->process_count <= process)
		l->processes[l->process_count++] = (struct process_tally){ .first = NONE32, .last = NONE32 };
	return &l->processes[process];
}

/* 0 stands for whatever is not known: its holders have nothing in common. */
static int join_holders(struct totals *l, uint32_t index)
{
	struct descriptor_tally *d = &l->descriptors[index];

	if (!d->description)
		return 0;
	if (ARRAY_RESERVE(l->holders, l->holder_capacity, (size_t)d->description + 1))
		return -ENOMEM;
	while (l->holder_count <= d->description)
		l->holders[l->holder_count++] = (struct holders){ .newest = NONE32 };
	d->older_of_description = l->holders[d->description].newest;
	l->holders[d->description].newest = index;
	l->holders[d->description].count++;
	return 0;
}

static int add(struct index *x, uint32_t process, int32_t fd, uint32_t description, uint8_t class)
{
	struct totals *l = x->totals;
	struct process_tally *owner = process_at(x, process);
	uint32_t index = (uint32_t)l->descriptor_count;

	if (!owner || l->descriptor_count >= INDEX_MAX_ROWS ||
		ARRAY_RESERVE(l->descriptors, l->descriptor_capacity, l->descriptor_count + 1))
		return -ENOMEM;
	l->descriptors[index] = (struct descriptor_tally){ .process = process,
		.fd = fd,
		.description = description,
		.first_span = NONE32,
		.last_span = NONE32,
		.first_event = NONE32,
		.class = class,
		.next_of_process = NONE32,
		.older_of_description = NONE32 };
	if (join_holders(l, index))
		return -ENOMEM;
	l->descriptor_count++;
	if (owner->last == NONE32)
		owner->first = index;
	else
		l->descriptors[owner->last].next_of_process = index;
	owner->last = index;
	owner->descriptors++;
	return 0;
}

/* Valid until the next one is added; NULL: no memory. */
static struct descriptor_tally *descriptor_at(struct index *x, uint32_t process, int32_t fd, uint32_t description, uint8_t class)
{
	struct totals *l = x->totals;
	uint32_t *place;

	if (description >= x->description_count)
		description = 0;
	place = map64_at(&l->by_key, (uint64_t)process << 32 | (uint32_t)fd, description);
	if (!place)
		return NULL;
	if (*place == NONE32) {
		if (add(x, process, fd, description, class))
			return NULL;
		*place = (uint32_t)l->descriptor_count - 1;
	}
	return &l->descriptors[*place];
}

static int take_span(struct index *x, uint32_t index)
{
	const struct span *span = &x->spans[index];
	struct descriptor_tally *d;

	if (span->process == NONE32 || !span->description || span->description >= x->description_count)
		return 0;
	d = descriptor_at(x, span->process, span->fd, (uint32_t)span->description, 0);
	if (!d)
		return -ENOMEM;
	if (d->first_span == NONE32)
		d->first_span = index;
	d->last_span = index;
	d->generations++;
	return 0;
}

static int take_spans(struct index *x)
{
	int err = 0;

	for (; x->totals->spans_seen < x->span_count && !err; x->totals->spans_seen++)
		err = take_span(x, (uint32_t)x->totals->spans_seen);
	return err;
}

static void count_call(struct tally *tally, const struct event *event, int by)
{
	if (event->flags & EVENT_HELPER) {
		tally->helper_calls += (uint32_t)by;
		return;
	}
	tally->calls += (uint32_t)by;
	tally->errors += event->flags & EVENT_ERROR ? (uint32_t)by : 0;
}

static void count_bytes(struct tally *tally, const struct transfer *transfer, int by)
{
	tally->received += by > 0 ? transfer->received : -transfer->received;
	tally->sent += by > 0 ? transfer->sent : -transfer->sent;
}

/* A process that shares a table has the rows of whoever changed it: what the number referred to is looked up. */
static void share_span(struct index *x, struct descriptor_tally *d)
{
	uint32_t span = map64_get(&x->span_by_fd, x->processes[d->process].files, (uint32_t)d->fd);

	if (d->first_span == NONE32 && d->description && span != NONE32 && x->spans[span].description == d->description)
		d->first_span = d->last_span = span;
}

int totals_count(struct index *x, uint32_t id, int by)
{
	const struct event *event = &x->events[id];
	uint32_t process = event->thread == NONE32 ? NONE32 : x->threads[event->thread].process;
	struct transfer transfers[TRANSFERS_MOST];
	struct process_tally *owner;
	size_t count;

	if (!x->totals || process >= x->process_count)
		return 0;
	owner = process_at(x, process);
	if (!owner)
		return -ENOMEM;
	count_call(&owner->tally, event, by);
	count = event->flags & EVENT_HELPER ? 0 : transfers_of(x, id, transfers);
	for (size_t i = 0; i < count; i++)
		count_bytes(&owner->tally, &transfers[i], by);
	if (event->fd >= 0) {
		struct descriptor_tally *d = descriptor_at(x, process, event->fd, event->description, event->class);

		if (!d)
			return -ENOMEM;
		share_span(x, d);
		count_call(&d->tally, event, by);
		if (by > 0 && id < d->first_event)
			d->first_event = id;
	}
	for (size_t i = 0; i < count; i++) {
		struct descriptor_tally *d = descriptor_at(x, process, transfers[i].fd, transfers[i].description, event->class);

		if (!d)
			return -ENOMEM;
		count_bytes(&d->tally, &transfers[i], by);
	}
	return 0;
}

static int count_all(struct index *x)
{
	int err = take_spans(x);

	for (size_t id = 0; id < x->placed_count && !err; id++)
		if (x->events[id].flags & EVENT_PRESENT)
			err = totals_count(x, (uint32_t)id, 1);
	return err;
}

int totals_need(struct index *x)
{
	int err;

	if (x->totals)
		return take_spans(x);
	x->totals = calloc(1, sizeof(*x->totals));
	if (!x->totals)
		return -ENOMEM;
	err = count_all(x);
	if (err)
		totals_free(x); /* half a count would be wrong for good */
	return err;
}

void totals_free(struct index *x)
{
	if (!x->totals)
		return;
	free(x->totals->descriptors);
	free(x->totals->processes);
	free(x->totals->holders);
	free(x->totals->by_key.slots);
	free(x->totals);
	x->totals = NULL;
}
