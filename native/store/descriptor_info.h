/* Rows of the ABI about descriptors. Must not live here: anything else. */
#ifndef SYSCOPE_STORE_DESCRIPTOR_INFO_H
#define SYSCOPE_STORE_DESCRIPTOR_INFO_H

#include "index.h"

/* Which descriptors are meant. */
struct descriptor_choice {
	const bool *of; /* by process; NULL: of every process */
	int32_t class;  /* -1: any */
};

/* numbers[FD_CLASS_COUNT * SYSCOPE_DESCRIPTOR_CLASS_COLUMNS] of all that are meant. The totals are there (totals_need), here and below. */
void descriptor_sums(const struct index *x, const struct descriptor_choice *choice, double *numbers);
uint32_t descriptor_page(
	const struct index *x, const struct descriptor_choice *choice, uint32_t first, uint32_t count, double *numbers);

#endif
