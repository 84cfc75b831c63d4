/*
 * How many bytes a call moved, and which way, at each of its descriptors: as pass.h says it for who goes
 * through all calls. Must not live here: sums of them (totals.h).
 */
#ifndef SYSCOPE_STORE_TRANSFER_H
#define SYSCOPE_STORE_TRANSFER_H

#include "index.h"

struct transfer {
	int32_t fd;
	uint32_t description; /* 0: not known */
	uint64_t received, sent;
};
#define TRANSFERS_MOST 2

/*
 * Of a call on a descriptor whose result is a number of bytes: the direction of its buffer says which way these went; between two
 * descriptors they come from one and go to the other, the call's own first. Returns how many: 0 if the call moves none, failed, or
 * has not returned. Where ties say how many bytes were read or written (recvmmsg, vmsplice from a pipe), by them. Reads rows of the file: what was loaded before may be given up (reader_load).
 */
size_t transfers_of(struct index *x, uint32_t event, struct transfer out[TRANSFERS_MOST]);

#endif
