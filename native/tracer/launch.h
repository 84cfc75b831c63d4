/*
 * Starting a program under the tracer without changing anything for it: this process becomes the program, the tracer
 * is a detached grandchild.
 *
 *   shell --- this process ----------------------------------- seize, go ---> filter, execve: the program
 *                 |-- child (ends at once) --- tracer: own process group, no descriptor of the program's
 *
 * Must not live here: the tracer's own work (session.h).
 */
#ifndef SYSCOPE_TRACER_LAUNCH_H
#define SYSCOPE_TRACER_LAUNCH_H

#include "options.h"

/* Returns only if the program could not be started: an exit status, after one sentence on stderr. */
int launch_record(const struct options *options);

#endif
