/* A program with inlined calls three deep, in two files, whose every line symbols_lines_test looks up; also compiled as C++. */
#include <stdio.h>

#include "symbols_target_shapes.h"

static volatile int sink;

static __attribute__((noinline)) int fill(int *values, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++) {
		values[i] = ring(i + 2, sink);
		sum += values[i];
		if (sum > 1000)
			sum -= square(values[i]) + ring(sum, i);
	}
	return sum;
}

static inline __attribute__((always_inline)) int both(int *values, int count)
{
	int first = fill(values, count);

	return first + ring(total(values, count), first);
}

int main(int argc, char **argv)
{
	int values[16];

	(void)argv;
	sink = argc;
	sink = both(values, 8 + argc);
	printf("%d\n", sink);
	return 0;
}
