/*
 * Every question of the ABI about a trace, however damaged it is: what the tests of damaged and of hostile files have in common.
 * What must not live here: how a trace gets damaged.
 */
#ifndef SYSCOPE_TEST_STORE_ASK_H
#define SYSCOPE_TEST_STORE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Opens and asks everything. Returns how many calls there are, or -1 if it does not open (then a sentence says why).
 * must_be_right: the calls that are there are as ask_write_trace wrote them.
 */
int ask_everything(const char *path, bool must_be_right);

/* Writes a trace of `calls` calls with rows of every kind; complete, or as kill -9 leaves it. */
void ask_write_trace(const char *path, uint32_t calls, bool complete);

/* The file's bytes. The caller frees. */
uint8_t *ask_read_file(const char *path, size_t *length);
/* Makes a file of these bytes and returns it open for reading and writing. */
int ask_write_file(const char *path, const uint8_t *bytes, size_t length);

#endif
