/*
 * What a wait status says, as one enum. Pure.
 * Must not live here: reacting to it.
 */
#ifndef SYSCOPE_TRACER_STOP_H
#define SYSCOPE_TRACER_STOP_H

enum stop_kind {
	STOP_SYSCALL,   /* entry or exit, PTRACE_SYSCALL */
	STOP_SECCOMP,   /* entry, selected by the filter */
	STOP_FORK,      /* fork, vfork or clone returned in the parent; the message is the child */
	STOP_EXEC,      /* exec succeeded; the message is the former tid */
	STOP_EXITING,   /* the thread is about to end; the message is its wait status */
	STOP_GROUP,     /* a group-stop: PTRACE_LISTEN */
	STOP_INTERRUPT, /* PTRACE_INTERRUPT, a new thread's first stop, or the end of a group-stop */
	STOP_SIGNAL,    /* a signal is about to be delivered */
	STOP_EVENT,     /* another ptrace event: nothing to do */
	STOP_GONE       /* no stop: the thread has ended */
};

/* status as wait4(2) gives it; *signal: the one to deliver or that stopped the group. */
enum stop_kind stop_classify(int status, int *signal);

#endif
