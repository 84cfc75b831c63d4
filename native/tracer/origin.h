/*
 * Whether a call is the program's or the dynamic loader's, by instruction pointer.
 * Must not live here: what is mapped where (modules.c).
 */
#ifndef SYSCOPE_TRACER_ORIGIN_H
#define SYSCOPE_TRACER_ORIGIN_H

#include "record.h"
#include "tracer.h"

/* enum origin of a call at its entry stop. */
uint8_t origin_of(struct tracee *tracee, const struct entry_info *info);

#endif
