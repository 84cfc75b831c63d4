/*
 * The control channel: a unix socket on which peers of our own user are told what happens and may ask for things.
 * Must not live here: carrying out what is asked (commands.c), ptrace, rows of the trace.
 *
 * A thread of its own does all of the socket's work, so that the tracer thread never waits for a peer. It also turns the
 * process's SIGTERM, SIGINT and SIGHUP into requests. Requests wait in a queue; the thread interrupts the tracer thread's wait
 * until they are taken. All functions are for the tracer thread; a NULL control is one without a socket: nothing happens.
 */
#ifndef SYSCOPE_TRACER_CONTROL_H
#define SYSCOPE_TRACER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct control;

struct control_options {
	const char *path;    /* NULL: no socket, signals only */
	const char *program; /* for hello; copied */
	const char *trace;   /* copied */
	bool attached;
	bool detach_on_interrupt; /* SIGINT and SIGHUP ask to detach; else they are ignored */
};

enum verb {
	VERB_HELLO,
	VERB_STATUS,
	VERB_PAUSE,
	VERB_RESUME,
	VERB_STEP,
	VERB_DETACH,
	VERB_TERMINATE,
	VERB_KILL,
	VERB_GONE,
	VERB_UNKNOWN
};

/* One request. VERB_HELLO: a peer has come. VERB_GONE: the last peer has gone. */
struct control_request {
	uint64_t peer;
	uint64_t id;
	enum verb verb;
	long argument; /* step: the tid; -1: none */
};

/* Listens, and starts the thread. Returns 0 or -errno (-EADDRINUSE: somebody listens there). */
int control_open(const struct control_options *options, struct control **out);
/* The trace is complete: says so. */
void control_end(struct control *control, const char *reason);
/* Lets a late peer learn of the end (at most 3 s, if none has been there), removes the socket and ends the thread. */
void control_close(struct control *control);

void control_set_root(struct control *control, pid_t root);
/* Greets a peer; what present processes and threads there are is told to it by control_present_*, then it hears of what happens. */
void control_greet(struct control *control, const struct control_request *request);
void control_present_process(
	struct control *control, const struct control_request *request, pid_t pid, pid_t ppid, const char *name);
void control_present_stopped(
	struct control *control, const struct control_request *request, pid_t tid, const char *reason, uint64_t event);
void control_present_thread(
	struct control *control, const struct control_request *request, pid_t pid, pid_t tid, const char *name);
/* True if requests wait. Cheap: one load. */
bool control_waiting(const struct control *control);
/* Takes the next request. False: there is none. */
bool control_take(struct control *control, struct control_request *out);
/* fields: further members of the answer, beginning with a comma, or empty. */
void control_reply(struct control *control, const struct control_request *request, const char *fields);
void control_refuse(struct control *control, const struct control_request *request, const char *error);

void control_process(struct control *control, pid_t pid, pid_t ppid, const char *name);
void control_thread(struct control *control, pid_t pid, pid_t tid, const char *name);
void control_thread_exit(struct control *control, pid_t pid, pid_t tid);
void control_exited(struct control *control, pid_t pid, int status);
/* reason: pause, step or entry */
void control_stopped(struct control *control, pid_t tid, const char *reason, uint64_t event);
void control_continued(struct control *control, pid_t tid);
/* kind: warning or error */
void control_text(struct control *control, const char *kind, const char *text);

#endif
