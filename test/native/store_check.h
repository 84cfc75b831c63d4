/*
 * What the store's tests share: checks that say what failed and go on, random numbers from a seed, a trace to write to.
 * What must not live here: a test.
 */
#ifndef SYSCOPE_TEST_STORE_CHECK_H
#define SYSCOPE_TEST_STORE_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema.h"
#include "store/writer.h"

/* One for a test's whole program, whichever files have checks. */
__attribute__((weak)) int check_failures;

_Noreturn static inline void check_stop(void)
{
	exit(1);
}

#define CHECK(condition, ...) check_that((condition), __FILE__, __LINE__, #condition, __VA_ARGS__)

/* Ends the test at once: nothing after it would make sense. */
#define REQUIRE(condition, ...)                                                                                                  \
	do {                                                                                                                     \
		if (!CHECK(condition, __VA_ARGS__))                                                                              \
			check_stop();                                                                                            \
	} while (0)

__attribute__((format(printf, 5, 6))) static inline bool check_that(
	bool condition, const char *file, int line, const char *text, const char *format, ...)
{
	va_list args;

	if (condition)
		return true;
	check_failures++;
	printf("%s:%d: failed: %s: ", file, line, text);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	return false;
}

static inline int check_result(const char *name)
{
	printf(check_failures ? "%s: %d checks failed\n" : "%s: passed\n", name, check_failures);
	return check_failures ? 1 : 0;
}

/* xorshift64*: the same numbers on every machine. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
	return random_next(state) % limit;
}

static inline struct trace_writer *check_new_trace(const char *path, const struct writer_options *options)
{
	struct trace_writer *w = NULL;
	int err;

	unlink(path);
	err = writer_open(path, options, &w);
	REQUIRE(!err, "writer_open(%s): %s", path, strerror(-err));
	return w;
}

static inline uint32_t check_string(struct trace_writer *w, const char *text)
{
	return writer_string(w, text, strlen(text));
}

#endif
