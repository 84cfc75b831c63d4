/*
 * Files mapped shared, by address space: what is written through such memory makes no call. A row for each range as it becomes
 * writable: by mmap, by mprotect later, by mremap as it grows.
 * Must not live here: which call does what (ledger_maps.c).
 *
 *   shared: [start ... end) read only   [start ... end) writable: has had its row   (sorted by nothing, seldom more than a few)
 */
#ifndef SYSCOPE_TRACER_SHARED_MAPS_H
#define SYSCOPE_TRACER_SHARED_MAPS_H

#include "tracer.h"

struct space;

struct shared_map {
	uint64_t start, end, offset; /* offset: in the file */
	uint64_t description;
	uint32_t name; /* string id */
	int32_t fd;    /* -1: not known */
	uint8_t cls;
	bool writable;
};

/* What was mapped before there is forgotten; a row if it is writable. Ranges beyond memory are not followed. */
void shared_maps_add(struct tracer *tracer, const struct tracee *tracee, const struct shared_map *map);
void shared_maps_remove(struct space *space, uint64_t start, uint64_t end);
/* The range's protection has changed: rows for what is writable now and was not. */
void shared_maps_protect(struct tracer *tracer, const struct tracee *tracee, uint64_t start, uint64_t end, bool writable);
/* mremap(2): old_length 0 maps the same once more. A row for what a writable one has grown by. */
void shared_maps_move(
	struct tracer *tracer, const struct tracee *tracee, uint64_t from, uint64_t old_length, uint64_t to, uint64_t new_length);

/* An address space's own part. clone: returns 0 or -ENOMEM. */
void shared_maps_clear(struct space *space);
int shared_maps_clone(const struct space *from, struct space *to);
void shared_maps_free(struct space *space);

#endif
