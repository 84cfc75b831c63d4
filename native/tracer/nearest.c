/* See nearest.h. The distance is that of optimal string alignment (Damerau and Levenshtein). */
#include "nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The longest names of calls have 23 letters. */
#define LONGEST 48

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t nearest_distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1]; /* of the letters of a: this one, the one before, and the one before that */
	size_t length_a = strlen(a), length_b = strlen(b);

	if (length_a > LONGEST || length_b > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= length_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *before = rows[(i + 2) % 3], *before_that = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= length_b; j++) {
			size_t replaced = before[j - 1] + !same(a[i - 1], b[j - 1]);

			row[j] = least(replaced, least(before[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before_that[j - 2] + 1);
		}
	}
	return rows[length_a % 3][length_b];
}

/* A third of the letters may be wrong, but one always: what is further off was another word. */
void nearest_begin(struct nearest *nearest, const char *word)
{
	size_t length = strlen(word);

	*nearest = (struct nearest){ .word = word, .distance = (length < 3 ? 1 : length / 3) + 1 };
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t distance = candidate ? nearest_distance(nearest->word, candidate) : SIZE_MAX;

	if (distance >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
