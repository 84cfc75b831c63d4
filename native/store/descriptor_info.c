/*
 * Descriptors as the engine gets them: tallies of the totals, with what files tables and descriptions say.
 * Must not live here: counting (totals.c).
 */
#include "descriptor_info.h"

#include <math.h>
#include <string.h>

#include "include/syscope.h"
#include "totals.h"

/* Of a description that many processes inherited, so many are looked at for one that has it open. */
#define HOLDER_LOOKS 64

static uint8_t class_of(const struct index *x, const struct descriptor_tally *d)
{
	return d->description ? x->descriptions[d->description].class : d->class;
}

/* Infinite while open; a process closes all that it has when it ends. */
static double end_of(const struct index *x, const struct descriptor_tally *d)
{
	uint64_t ended = x->processes[d->process].ended;
	uint64_t end = d->last_span == NONE32 ? TIME_OPEN : x->spans[d->last_span].end;

	if (ended < end)
		end = ended;
	return end == TIME_OPEN ? INFINITY : (double)end;
}

static bool is_open(const struct index *x, const struct descriptor_tally *d)
{
	return d->description && isinf(end_of(x, d));
}

static bool is_meant(const struct index *x, const struct descriptor_choice *choice, const struct descriptor_tally *d)
{
	return (!choice->of || choice->of[d->process]) && (choice->class < 0 || class_of(x, d) == choice->class);
}

void descriptor_sums(const struct index *x, const struct descriptor_choice *choice, double *numbers)
{
	memset(numbers, 0, (size_t)FD_CLASS_COUNT * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS * sizeof(*numbers));
	for (size_t i = 0; i < x->totals->descriptor_count; i++) {
		const struct descriptor_tally *d = &x->totals->descriptors[i];
		double *sums = numbers + (size_t)class_of(x, d) * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS;

		if (!is_meant(x, choice, d))
			continue;
		sums[SYSCOPE_DESCRIPTOR_CLASS_ROWS]++;
		sums[SYSCOPE_DESCRIPTOR_CLASS_OPEN] += is_open(x, d);
		sums[SYSCOPE_DESCRIPTOR_CLASS_CALLS] += d->tally.calls;
		sums[SYSCOPE_DESCRIPTOR_CLASS_ERRORS] += d->tally.errors;
		sums[SYSCOPE_DESCRIPTOR_CLASS_RECEIVED] += (double)d->tally.received;
		sums[SYSCOPE_DESCRIPTOR_CLASS_SENT] += (double)d->tally.sent;
	}
}

/* Who has the description open now, else who had it last; NULL: nobody that is traced. */
static const struct descriptor_tally *holder_of(const struct index *x, uint32_t description)
{
	const struct totals *l = x->totals;
	uint32_t newest = description < l->holder_count ? l->holders[description].newest : NONE32;
	uint32_t looks = 0;

	for (uint32_t at = newest; at != NONE32 && looks < HOLDER_LOOKS; at = l->descriptors[at].older_of_description, looks++)
		if (is_open(x, &l->descriptors[at]))
			return &l->descriptors[at];
	return newest == NONE32 ? NULL : &l->descriptors[newest];
}

static void fill_peer(const struct index *x, const struct descriptor_tally *d, double *numbers)
{
	uint32_t peer = d->description ? x->descriptions[d->description].peer : 0;
	const struct descriptor_tally *holder;

	numbers[SYSCOPE_DESCRIPTOR_PEER_PROCESS] = -1;
	numbers[SYSCOPE_DESCRIPTOR_PEER_FD] = -1;
	if (!peer || peer >= x->description_count)
		return;
	numbers[SYSCOPE_DESCRIPTOR_PEER] = peer;
	numbers[SYSCOPE_DESCRIPTOR_PEER_NAME] = x->descriptions[peer].name;
	holder = holder_of(x, peer);
	if (!holder)
		return;
	numbers[SYSCOPE_DESCRIPTOR_PEER_PROCESS] = holder->process;
	numbers[SYSCOPE_DESCRIPTOR_PEER_PID] = x->processes[holder->process].pid;
	numbers[SYSCOPE_DESCRIPTOR_PEER_PROCESS_NAME] = x->processes[holder->process].name;
	numbers[SYSCOPE_DESCRIPTOR_PEER_FD] = holder->fd;
}

static void fill_origin(const struct index *x, const struct descriptor_tally *d, double *numbers)
{
	const struct span *span = d->first_span == NONE32 ? NULL : &x->spans[d->first_span];
	bool has_event = span && span->event < x->placed_count && x->events[span->event].flags & EVENT_PRESENT;

	numbers[SYSCOPE_DESCRIPTOR_START] = span ? (double)span->start : -1.0;
	numbers[SYSCOPE_DESCRIPTOR_END] = end_of(x, d);
	numbers[SYSCOPE_DESCRIPTOR_GENERATIONS] = d->generations;
	/* A table that another process filled says nothing of how this one came to it. */
	numbers[SYSCOPE_DESCRIPTOR_ORIGIN] = span && d->generations ? span->op : 0;
	numbers[SYSCOPE_DESCRIPTOR_EVENT] = has_event ? span->event : -1.0;
	numbers[SYSCOPE_DESCRIPTOR_EVENT_NR] = has_event ? x->events[span->event].nr : 0;
	numbers[SYSCOPE_DESCRIPTOR_EVENT_ARCH] = has_event ? x->events[span->event].arch : 0;
	numbers[SYSCOPE_DESCRIPTOR_FIRST_EVENT] = d->first_event == NONE32 ? -1.0 : d->first_event;
}

static void fill(const struct index *x, const struct descriptor_tally *d, double *numbers)
{
	memset(numbers, 0, SYSCOPE_DESCRIPTOR_COLUMNS * sizeof(*numbers));
	numbers[SYSCOPE_DESCRIPTOR_PROCESS] = d->process;
	numbers[SYSCOPE_DESCRIPTOR_PID] = x->processes[d->process].pid;
	numbers[SYSCOPE_DESCRIPTOR_PROCESS_NAME] = x->processes[d->process].name;
	numbers[SYSCOPE_DESCRIPTOR_FD] = d->fd;
	numbers[SYSCOPE_DESCRIPTOR_DESCRIPTION] = d->description;
	numbers[SYSCOPE_DESCRIPTOR_CLASS] = class_of(x, d);
	numbers[SYSCOPE_DESCRIPTOR_NAME] = d->description ? x->descriptions[d->description].name : 0;
	numbers[SYSCOPE_DESCRIPTOR_CALLS] = d->tally.calls;
	numbers[SYSCOPE_DESCRIPTOR_ERRORS] = d->tally.errors;
	numbers[SYSCOPE_DESCRIPTOR_HELPER_CALLS] = d->tally.helper_calls;
	numbers[SYSCOPE_DESCRIPTOR_RECEIVED] = (double)d->tally.received;
	numbers[SYSCOPE_DESCRIPTOR_SENT] = (double)d->tally.sent;
	numbers[SYSCOPE_DESCRIPTOR_HOLDERS] = d->description ? x->totals->holders[d->description].count : 1;
	fill_origin(x, d, numbers);
	fill_peer(x, d, numbers);
}

uint32_t descriptor_page(
	const struct index *x, const struct descriptor_choice *choice, uint32_t first, uint32_t count, double *numbers)
{
	uint32_t filled = 0;

	for (size_t i = 0; i < x->totals->descriptor_count && filled < count; i++) {
		const struct descriptor_tally *d = &x->totals->descriptors[i];

		if (!is_meant(x, choice, d))
			continue;
		if (first)
			first--;
		else
			fill(x, d, numbers + (size_t)filled++ * SYSCOPE_DESCRIPTOR_COLUMNS);
	}
	return filled;
}
