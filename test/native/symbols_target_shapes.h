/* Functions that are inlined into symbols_target's two files. */
#ifndef SYSCOPE_TEST_SYMBOLS_TARGET_SHAPES_H
#define SYSCOPE_TEST_SYMBOLS_TARGET_SHAPES_H

static inline __attribute__((always_inline)) int square(int side)
{
	return side * side;
}

static inline __attribute__((always_inline)) int ring(int outer, int inner)
{
	int area = square(outer);

	if (inner > 0) {
		int hole = square(inner);

		area -= hole;
	}
	return area;
}

int total(const int *values, int count);

#endif
