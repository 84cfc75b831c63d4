/*
 * What the process that becomes the program and its tracer say to each other before they part: a socket pair, one message a step.
 *
 *   tracer: HELLO pid  ->  launcher: may be traced (Yama), READY  ->  tracer: GO, or FAILED status sentence
 *
 * Must not live here: what the steps are for (launch.c, session.c).
 */
#ifndef SYSCOPE_TRACER_HANDSHAKE_H
#define SYSCOPE_TRACER_HANDSHAKE_H

#include <sys/types.h>

enum handshake_step { HANDSHAKE_HELLO = 1, HANDSHAKE_READY, HANDSHAKE_GO, HANDSHAKE_FAILED };

struct handshake {
	int step; /* enum handshake_step */
	pid_t pid;
	int status;
	char sentence[1024]; /* NUL-terminated */
};

/* Two descriptors, as high as the limit allows and closed by exec. Returns 0 or -errno. */
int handshake_open(int ends[2]);
int handshake_send(int end, const struct handshake *message);
/* Returns 0, or -EPIPE when the other side has gone. */
int handshake_receive(int end, struct handshake *message);

#endif
