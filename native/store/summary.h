/*
 * What a trace's calls cost, by groups: a pass over all of them. A group is known by its text, so that two numbers of one name
 * (a pid that came again, a call on two architectures) are one group. The agent's calls are left out; the loader's are a row of
 * their own.
 * Must not live here: how a summary reads (extension/trace/summary.ts).
 */
#ifndef SYSCOPE_STORE_SUMMARY_H
#define SYSCOPE_STORE_SUMMARY_H

#include "durations.h"
#include "pass.h"

/* Rows before the groups. */
enum summary_row_number { SUMMARY_TOTAL, SUMMARY_LOADER, SUMMARY_FIRST_GROUP };

struct summary_error {
	uint32_t number, count;
};
struct summary_row {
	uint64_t calls, pending, errors, received, sent;
	struct durations durations;
	struct summary_error *by_number;
	size_t error_kinds, error_capacity;
	char *key; /* its parts, one a group, each with a NUL behind; NULL: the first two rows */
	uint32_t key_bytes;
};

/* What a group's text is made of: two calls with the same numbers are in the same group. */
struct summary_ids {
	uint32_t class, nr, arch, fd, name, pid, process_name;
};

struct summary {
	struct reader *reader;
	uint8_t by[SYSCOPE_BY_COUNT]; /* enum syscope_by */
	uint32_t by_count;
	struct summary_row *rows;
	size_t row_count, row_capacity;
	struct summary_known {
		struct summary_ids ids;
		uint32_t row; /* NONE32: of no group */
		bool used;
	} *known; /* open addressing, at most half full */
	size_t known_mask, known_used;
	uint32_t *texts; /* rows by the hash of their key; NONE32: free */
	size_t text_mask;
	struct summary_known newest; /* of the call before: calls of a group come in runs */
	uint64_t duration;           /* of the recording */
};

/* Goes through the whole trace. Returns 0 or -errno; summary_free in either case. */
int summary_make(struct summary *s, struct reader *reader, const uint8_t *by, uint32_t by_count);
void summary_free(struct summary *s);

/* summary_groups.c: the row of a call, or of its other descriptor; NONE32: it belongs to no group. Returns 0 or -ENOMEM. */
int summary_row_of(struct summary *s, const struct pass_call *call, const struct pass_transfer *at, uint32_t *row);
int summary_add_row(struct summary *s, char *key, uint32_t key_bytes);

#endif
