/*
 * What is recorded: calls, paths, fd classes and processes, as the options say; a call must fit all that are given.
 * Owned by the options, not changed once they are read.
 * Must not live here: what a stop costs, ptrace; the sets themselves (call_set.h, path_set.h, process_set.h).
 */
#ifndef SYSCOPE_TRACER_SELECTION_H
#define SYSCOPE_TRACER_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call_set.h"
#include "path_set.h"
#include "process_set.h"

enum selection_part { SELECT_CALLS, SELECT_PATHS, SELECT_CLASSES, SELECT_PROCESSES, SELECT_PARTS };

struct selection {
	char *texts[SELECT_PARTS]; /* as they were given, several with commas (processes: " or ") between; NULL: not given */
	struct call_set calls;
	struct path_set paths;
	struct process_set processes;
	uint32_t classes; /* 1 << enum fd_class; 0: all */
};

/* The part that an option or a word of a session file is called by ("calls", "paths", "classes", "processes"); SELECT_PARTS: none. */
enum selection_part selection_part_named(const char *name);
const char *selection_part_name(enum selection_part part);

/*
 * Takes what was given for one part; given again, a list goes on and a choice of processes is added. Returns 0, or -1 with a
 * sentence (without its final stop) that says what is wrong and what was probably meant.
 */
int selection_add(struct selection *selection, enum selection_part part, const char *text, char *sentence, size_t size);
void selection_free(struct selection *selection);

/* Whether a call of this class is wanted. */
bool selection_has_class(const struct selection *selection, uint8_t cls);
/* Whether what a call is about, and not its number alone, decides. */
bool selection_looks_at_targets(const struct selection *selection);
bool selection_narrows(const struct selection *selection);

#endif
