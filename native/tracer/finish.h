/*
 * The trace's last chapter: functions and lines of all distinct frames, and the source files they name.
 * Must not live here: finding them (the symbol executable does).
 */
#ifndef SYSCOPE_TRACER_FINISH_H
#define SYSCOPE_TRACER_FINISH_H

#include "tracer.h"

void finish_symbols(struct tracer *tracer);

#endif
