/*
 * New threads and processes: their first stop and their parent's event come in either order, and only both together say
 * what they are.
 * Must not live here: other stops (loop.c), the tables (tracee.c).
 */
#ifndef SYSCOPE_TRACER_CHILDREN_H
#define SYSCOPE_TRACER_CHILDREN_H

#include <stdbool.h>

#include "stop.h"
#include "tracer.h"

/* The message of the ptrace event (PTRACE_EVENT_…) that the thread is stopped at; 0: it has vanished, or was killed out of that stop. */
uint64_t children_event_message(pid_t tid, int event);

/* A fork, vfork or clone is about to return in parent, which is stopped at that event. */
void children_forked(struct tracer *tracer, const struct tracee *parent, int status);
/* The first stop, or the end, of a thread of which no parent has told yet: it stays until one does. */
void children_unknown(struct tracer *tracer, pid_t tid, enum stop_kind kind, int status);
/* It has ended while it waited for that: its rows are written when its parent tells of it. */
void children_vanished(struct tracer *tracer, struct tracee *child, int status);
/* No parent will tell of it: its rows are written without one, and it is forgotten. */
void children_give_up(struct tracer *tracer, struct tracee *child);
void children_give_up_all(struct tracer *tracer);
/*
 * The first stop of a thread whose place is known, new or attached to. Returns true if that is all that there is to this
 * stop: the thread goes on with resume_first. False: the stop is to be handled as any other.
 */
bool children_first_stop(struct tracer *tracer, struct tracee *child, enum stop_kind kind, int signal);
/* The process gone has ended, perhaps without telling of a child: what proc says of the child has to do. */
void children_adopt(struct tracer *tracer, pid_t gone);

/* The files table of a thread of which no fork event tells: another thread's of the process (NULL: it has none), or as proc lists it. */
void children_find_files(struct tracer *tracer, struct tracee *tracee, const struct process *process);

#endif
