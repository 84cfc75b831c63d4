/*
 * The source files that symbols name: each one row of the trace, with what it was like when the trace ended.
 * Must not live here: symbols.
 */
#ifndef SYSCOPE_TRACER_SOURCES_H
#define SYSCOPE_TRACER_SOURCES_H

#include <stdint.h>

#include "store/writer.h"

struct sources;

int sources_new(struct trace_writer *writer, struct sources **out);
void sources_free(struct sources *sources);
/* The id of a source file, 0: none. The file is read once, and only if it is a regular one. */
uint32_t sources_id(struct sources *sources, const char *path);

#endif
