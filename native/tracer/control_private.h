/*
 * What control.c and control_events.c (the tracer thread's side) and control_thread.c (the socket's side) share, all of it under the lock.
 * Must not live here: anything for other modules (control.h).
 */
#ifndef SYSCOPE_TRACER_CONTROL_PRIVATE_H
#define SYSCOPE_TRACER_CONTROL_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "control.h"

#define CONTROL_PEERS    8
#define CONTROL_REQUESTS 64
#define CONTROL_LINE     256
/* What a peer does not read in time is kept up to here; then its connection is dropped. */
#define CONTROL_BACKLOG (1u << 20)

struct control_peer {
	int fd; /* -1: free */
	uint64_t id;
	bool ready; /* greeted: hears of what happens */
	bool drop;
	char in[CONTROL_LINE];
	size_t in_used;
	char *out;
	size_t out_used, out_capacity;
};

struct control {
	pthread_mutex_t lock;
	pthread_t thread;
	pid_t tracer_tid;
	struct control_options options;
	char *program, *trace, *path;
	int listener; /* -1: none */
	int kick;     /* eventfd: something to send, or to end */
	int signals;  /* signalfd */
	bool closing, closed;
	uint64_t next_peer;
	bool had_peer;
	pid_t root;
	char root_exit[96]; /* the root's exited line, for late peers */
	char end[96];       /* the end line; empty: still recording */
	struct control_peer peers[CONTROL_PEERS];
	struct control_request requests[CONTROL_REQUESTS];
	unsigned int request_first, request_count;
	atomic_bool waiting;
};

void *control_thread_main(void *control);
/* Tells the thread that there is something to send, or that it is to end. */
void control_kick(struct control *control);
/* Appends text to what the peer is to be sent. The lock is held. */
void control_queue(struct control_peer *peer, const char *text);
/* The hello line, and for a trace that is complete already what ended it. The lock is held. */
void control_queue_hello(struct control *control, struct control_peer *peer);

#endif
