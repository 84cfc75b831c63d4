/*
 * What tracing took, for --stats.
 * Must not live here: counting.
 */
#ifndef SYSCOPE_TRACER_STATISTICS_H
#define SYSCOPE_TRACER_STATISTICS_H

#include "tracer.h"

/* Writes the figures into the trace (meta key stats) and, while the program still has its stderr, says them there. */
void statistics_tell(struct tracer *tracer);

#endif
