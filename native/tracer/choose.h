/*
 * Whether a process is of interest and a call is recorded: what was selected (selection.h) held against what is there.
 * Must not live here: rows, resuming.
 */
#ifndef SYSCOPE_TRACER_CHOOSE_H
#define SYSCOPE_TRACER_CHOOSE_H

#include <stdbool.h>

#include "tracer.h"

/* By number and process: asked before anything of the call is read. */
bool choose_call(const struct tracer *tracer, const struct tracee *tracee, const struct syscall_row *row);
/* By class and path: tracee->call has been through fd_state_look(), and the copier still has what it read. */
bool choose_target(const struct tracer *tracer, const struct tracee *tracee);
/* Decides process->left_out anew, and its children's too: it has begun or has another name. */
void choose_process(const struct tracer *tracer, struct process *process);

#endif
