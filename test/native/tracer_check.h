/* CHECK for the tracer's unit tests: prints a line for each check that failed; the test returns how many did. */
#ifndef TRACER_CHECK_H
#define TRACER_CHECK_H

#include <stdio.h>

static int failures;

#define CHECK(holds)                                                                                                             \
	do {                                                                                                                     \
		if (!(holds)) {                                                                                                  \
			printf("%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds);                                         \
			failures++;                                                                                              \
		}                                                                                                                \
	} while (0)

#endif
