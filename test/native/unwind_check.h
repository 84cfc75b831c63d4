/* Checks for the unwinder's tests: a failed one prints a line and is counted. What must not live here: tests. */
#ifndef SYSCOPE_TEST_UNWIND_CHECK_H
#define SYSCOPE_TEST_UNWIND_CHECK_H

#include <stdio.h>

static int check_failures;

#define CHECK(condition, ...)                                                                                                    \
	do {                                                                                                                     \
		if (!(condition)) {                                                                                              \
			check_failures++;                                                                                        \
			printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                                   \
			printf(__VA_ARGS__);                                                                                     \
			printf("\n");                                                                                            \
		}                                                                                                                \
	} while (0)

static inline int check_result(void)
{
	return check_failures ? 1 : 0;
}

#endif
