/*
 * What a lane looks like between two times in so many pixels.
 * Must not live here: how rows are kept (lanes.c).
 */
#ifndef SYSCOPE_STORE_BOXES_H
#define SYSCOPE_STORE_BOXES_H

#include "index.h"

enum box_flag { BOX_ERROR = 1, BOX_IN_PROGRESS = 2, BOX_HELPER = 4 };

/* The caller's arrays, with room for box_capacity(pixels) each. */
struct box_arrays {
	double *x0, *x1, *event;
	uint32_t *count, *errors, *nr, *arch;
	uint8_t *row, *flags;
};

size_t box_capacity(uint32_t pixels);

/*
 * The time line is cut at the multiples of (t1 - t0) / pixels, not at t0, so that boxes stay what they are while one pans.
 * Calls of one row that start in the same cut are one box. Rows 0 to 3: a box ends where its last call ends. Row 4: where the next
 * box begins, at the latest. Boxes come row by row, sorted by x0. Returns how many, or -errno (-EINVAL: no such lane or range).
 */
int boxes_of_lane(
	struct index *x, uint32_t lane, double t0, double t1, uint32_t pixels, bool helpers, const struct box_arrays *out);

#endif
