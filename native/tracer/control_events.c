/* See control.h. What peers are told: lines are put together here and queued. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "control_private.h"
#include "json.h"

/* Names come from the traced programs: six bytes for each that they may have. */
#define NAME_ROOM 128
#define TEXT_ROOM 8192

static struct control_peer *peer_of(struct control *control, uint64_t id)
{
	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		if (control->peers[i].fd >= 0 && control->peers[i].id == id)
			return &control->peers[i];
	}
	return NULL;
}

/* Queues a line for one peer, or for all that have been greeted (0). */
__attribute__((format(printf, 3, 4))) static void say(struct control *control, uint64_t peer, const char *format, ...)
{
	char line[TEXT_ROOM + 256];
	bool queued = false;
	va_list arguments;

	if (!control || control->listener < 0)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&control->lock);
	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		struct control_peer *other = &control->peers[i];

		if (other->fd < 0 || (peer ? other->id != peer : !other->ready))
			continue;
		control_queue(other, line);
		queued = true;
	}
	pthread_mutex_unlock(&control->lock);
	if (queued)
		control_kick(control);
}

void control_reply(struct control *control, const struct control_request *request, const char *fields)
{
	say(control, request->peer, "{\"reply\":%llu,\"ok\":true%s}\n", (unsigned long long)request->id, fields);
}

void control_refuse(struct control *control, const struct control_request *request, const char *error)
{
	char text[NAME_ROOM * 4];

	say(control, request->peer, "{\"reply\":%llu,\"error\":\"%s\"}\n", (unsigned long long)request->id,
		json_escape(error, text, sizeof(text)));
}

void control_greet(struct control *control, const struct control_request *request)
{
	struct control_peer *peer;

	pthread_mutex_lock(&control->lock);
	peer = peer_of(control, request->peer);
	if (peer && !peer->ready) {
		control_queue_hello(control, peer);
		peer->ready = true;
	}
	pthread_mutex_unlock(&control->lock);
	control_kick(control);
}

static void say_process(struct control *control, uint64_t peer, pid_t pid, pid_t ppid, const char *name)
{
	char escaped[NAME_ROOM];

	say(control, peer, "{\"event\":\"process\",\"pid\":%d,\"ppid\":%d,\"name\":\"%s\"}\n", pid, ppid,
		json_escape(name, escaped, sizeof(escaped)));
}

static void say_thread(struct control *control, uint64_t peer, pid_t pid, pid_t tid, const char *name)
{
	char escaped[NAME_ROOM];

	say(control, peer, "{\"event\":\"thread\",\"pid\":%d,\"tid\":%d,\"name\":\"%s\"}\n", pid, tid,
		json_escape(name, escaped, sizeof(escaped)));
}

void control_present_process(
	struct control *control, const struct control_request *request, pid_t pid, pid_t ppid, const char *name)
{
	say_process(control, request->peer, pid, ppid, name);
}

void control_present_thread(
	struct control *control, const struct control_request *request, pid_t pid, pid_t tid, const char *name)
{
	say_thread(control, request->peer, pid, tid, name);
}

void control_process(struct control *control, pid_t pid, pid_t ppid, const char *name)
{
	say_process(control, 0, pid, ppid, name);
}

void control_thread(struct control *control, pid_t pid, pid_t tid, const char *name)
{
	say_thread(control, 0, pid, tid, name);
}

void control_thread_exit(struct control *control, pid_t pid, pid_t tid)
{
	say(control, 0, "{\"event\":\"thread_exit\",\"pid\":%d,\"tid\":%d}\n", pid, tid);
}

void control_exited(struct control *control, pid_t pid, int status)
{
	char line[96];

	if (!control)
		return;
	if (WIFSIGNALED(status))
		snprintf(line, sizeof(line), "{\"event\":\"exited\",\"pid\":%d,\"signal\":%d}\n", pid, WTERMSIG(status));
	else
		snprintf(line, sizeof(line), "{\"event\":\"exited\",\"pid\":%d,\"code\":%d}\n", pid, WEXITSTATUS(status));
	if (pid == control->root) {
		pthread_mutex_lock(&control->lock);
		strcpy(control->root_exit, line);
		pthread_mutex_unlock(&control->lock);
	}
	say(control, 0, "%s", line);
}

static void say_stopped(struct control *control, uint64_t peer, pid_t tid, const char *reason, uint64_t event)
{
	say(control, peer, "{\"event\":\"stopped\",\"tid\":%d,\"reason\":\"%s\",\"id\":%llu}\n", tid, reason,
		(unsigned long long)event);
}

void control_present_stopped(
	struct control *control, const struct control_request *request, pid_t tid, const char *reason, uint64_t event)
{
	say_stopped(control, request->peer, tid, reason, event);
}

void control_stopped(struct control *control, pid_t tid, const char *reason, uint64_t event)
{
	say_stopped(control, 0, tid, reason, event);
}

void control_continued(struct control *control, pid_t tid)
{
	say(control, 0, "{\"event\":\"continued\",\"tid\":%d}\n", tid);
}

void control_text(struct control *control, const char *kind, const char *text)
{
	char escaped[TEXT_ROOM];

	say(control, 0, "{\"event\":\"%s\",\"text\":\"%s\"}\n", kind, json_escape(text, escaped, sizeof(escaped)));
}

void control_end(struct control *control, const char *reason)
{
	char line[96];

	if (!control || control->listener < 0)
		return;
	snprintf(line, sizeof(line), "{\"event\":\"end\",\"reason\":\"%s\"}\n", reason);
	pthread_mutex_lock(&control->lock);
	strcpy(control->end, line);
	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		struct control_peer *peer = &control->peers[i];

		if (peer->fd < 0)
			continue;
		if (!peer->ready) { /* accepted, but the loop ended before it could greet */
			control_queue_hello(control, peer);
			control_queue(peer, control->root_exit);
			peer->ready = true;
		}
		control_queue(peer, line);
	}
	pthread_mutex_unlock(&control->lock);
	control_kick(control);
}
