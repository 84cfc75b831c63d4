/*
 * The seccomp filter that selects which calls stop.
 * Must not live here: what is done at such a stop.
 */
#ifndef SYSCOPE_TRACER_FILTER_H
#define SYSCOPE_TRACER_FILTER_H

#include <stdbool.h>

#include "call_set.h"

/*
 * Installs the filter that stops the calls in calls and those that shape what is kept (shape.h; mappings: as there)
 * in the calling thread; it lasts over fork and exec and can't be removed. Sets no_new_privs unless
 * the caller may do without (CAP_SYS_ADMIN). Returns 0 or -errno; -EBUSY: a filter is there already, which could hide
 * calls from ours, so that selecting by filter would lose some.
 */
int filter_install(const struct call_set *calls, bool mappings);

#endif
