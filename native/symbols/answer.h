/* An answer as a line of JSON. What must not live here: where answers come from or go to. */
#ifndef SYSCOPE_SYMBOLS_ANSWER_H
#define SYSCOPE_SYMBOLS_ANSWER_H

#include "channel.h"
#include "symbols.h"

/* Writes one line. address is what was asked for, as it was written, hexadecimal digits only. Returns 0 or -errno. */
int answer_write(struct channel *channel, const char *address, const struct symbols_answer *answer);

#endif
