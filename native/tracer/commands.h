/*
 * What a peer on the control channel asks for, carried out by the tracer thread.
 * Must not live here: sockets (control.c).
 */
#ifndef SYSCOPE_TRACER_COMMANDS_H
#define SYSCOPE_TRACER_COMMANDS_H

#include "tracer.h"

/* Carries out all requests that wait. */
void commands_run(struct tracer *tracer);

#endif
