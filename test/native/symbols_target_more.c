/* The second file of symbols_target. */
#include "symbols_target_shapes.h"

static int clamp(int value)
{
	if (value > 500)
		return 500 + ring(value, 3);
	return value < 0 ? square(value) : value;
}

int total(const int *values, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += clamp(values[i]) * ring(sum, i);
	return sum;
}
