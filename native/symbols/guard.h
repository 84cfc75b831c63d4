/*
 * What hostile files may do to this process, limited: memory, core dumps, system calls, and waiting for files that are none.
 * What must not live here: the lookup.
 */
#ifndef SYSCOPE_SYMBOLS_GUARD_H
#define SYSCOPE_SYMBOLS_GUARD_H

/* Called once, before the first file is opened. What the system refuses is left out: the limits are a second line. */
void guard_begin(void);

#endif
