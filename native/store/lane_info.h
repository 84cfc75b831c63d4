/*
 * What a lane is about, as syscope.h lays it out: its counts, and what its descriptor referred to over time.
 * Must not live here: boxes.
 */
#ifndef SYSCOPE_STORE_LANE_INFO_H
#define SYSCOPE_STORE_LANE_INFO_H

#include "index.h"

void lane_info_fill(const struct index *x, uint32_t lane, double *numbers);
/* The newest `capacity` generations, oldest first. Returns how many. */
uint32_t lane_generations(const struct index *x, uint32_t lane, double *start, double *end, uint32_t *name, uint32_t capacity);

#endif
