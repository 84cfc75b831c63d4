/*
 * Where the trace goes.
 * Must not live here: writing it.
 */
#ifndef SYSCOPE_TRACER_OUTPUT_H
#define SYSCOPE_TRACER_OUTPUT_H

#include <stddef.h>

/* An absolute path: the one asked for, else ./PROGRAM-DATE-TIME.syscope, numbered where that exists. Returns 0 or -errno. */
int output_path(const char *asked, const char *program, char *path, size_t size);

/* One sentence without a full stop on why the trace could not be created. */
void output_explain(const char *path, int error, char *sentence, size_t size);

#endif
