/* Rows of the ABI about processes. Must not live here: anything else. */
#ifndef SYSCOPE_STORE_PROCESS_INFO_H
#define SYSCOPE_STORE_PROCESS_INFO_H

#include "index.h"

/* numbers[SYSCOPE_PROCESS_COLUMNS] of a process, all 0 if there is none. The totals are there (totals_need). */
void process_info_fill(struct index *x, uint32_t process, double *numbers);
/* parent: NONE32 for the processes without one. */
uint32_t process_child_count(const struct index *x, uint32_t parent);
uint32_t process_children(const struct index *x, uint32_t parent, uint32_t first, uint32_t count, double *ids);

#endif
