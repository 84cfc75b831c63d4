/* See durations.h. */
#include "durations.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define PART_BITS 10u                    /* of DURATIONS_PARTS */
#define OCTAVES   (64u - PART_BITS + 1u) /* values of 64 bits */

struct place {
	unsigned octave, part;
};

static struct place place_of(uint64_t duration)
{
	unsigned above;

	if (duration < DURATIONS_PARTS)
		return (struct place){ 0, (unsigned)duration };
	above = 63 - PART_BITS - (unsigned)__builtin_clzll(duration); /* bits below the eleven highest */
	return (struct place){ above + 1, (unsigned)(duration >> above) - DURATIONS_PARTS };
}

static int count_in_octave(struct durations *d, uint64_t duration)
{
	struct place place = place_of(duration);
	struct durations_octave **octave = &d->octaves[place.octave];

	if (!*octave)
		*octave = calloc(1, sizeof(**octave));
	if (!*octave)
		return -ENOMEM;
	(*octave)->count[place.part]++;
	if (duration > (*octave)->largest[place.part])
		(*octave)->largest[place.part] = duration;
	return 0;
}

static int begin_octaves(struct durations *d)
{
	int err = 0;

	d->octaves = calloc(OCTAVES, sizeof(struct durations_octave *));
	if (!d->octaves)
		return -ENOMEM;
	for (uint64_t i = 0; i < d->count && !err; i++)
		err = count_in_octave(d, d->exact[i]);
	free(d->exact);
	d->exact = NULL;
	return err;
}

int durations_add(struct durations *d, uint64_t duration)
{
	int err = 0;

	if (!d->octaves && d->count >= DURATIONS_EXACT)
		err = begin_octaves(d);
	if (!err && d->octaves)
		err = count_in_octave(d, duration);
	else if (!err) {
		err = ARRAY_RESERVE(d->exact, d->capacity, d->count + 1);
		if (!err)
			d->exact[d->count] = duration;
	}
	if (err)
		return err;
	d->count++;
	d->total += duration;
	if (duration > d->largest)
		d->largest = duration;
	return 0;
}

/* The value that would be at this rank if they were sorted: Hoare's selection, which leaves smaller ones before it. */
static uint64_t select_rank(uint64_t *values, size_t count, size_t rank)
{
	size_t low = 0, high = count - 1;

	while (low < high) {
		uint64_t pivot = values[low + (high - low) / 2], swap;
		size_t i = low, j = high;

		for (;; i++, j--) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap = values[i];
			values[i] = values[j];
			values[j] = swap;
		}
		if (rank <= j)
			high = j;
		else
			low = j + 1;
	}
	return values[rank];
}

uint64_t durations_percentile(struct durations *d, double part)
{
	uint64_t rank = (uint64_t)ceil((double)d->count * part), seen = 0;

	if (!d->count)
		return 0;
	rank = rank ? rank - 1 : 0;
	if (!d->octaves)
		return select_rank(d->exact, d->count, rank);
	for (unsigned i = 0; i < OCTAVES; i++) {
		const struct durations_octave *octave = d->octaves[i];

		for (unsigned j = 0; octave && j < DURATIONS_PARTS; j++) {
			seen += octave->count[j];
			if (seen > rank)
				return octave->largest[j];
		}
	}
	return d->largest;
}

void durations_free(struct durations *d)
{
	for (unsigned i = 0; d->octaves && i < OCTAVES; i++)
		free(d->octaves[i]);
	free(d->octaves);
	free(d->exact);
	*d = (struct durations){ 0 };
}
