/* See control_private.h. The socket's side: accepts, reads lines, writes what is queued. Never waits for a peer. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "control_private.h"
#include "json.h"

/* How long the tracer thread may miss that a request waits: the signal can come just before it begins to wait. */
#define POKE_MS 2
#define FIXED   3 /* kick, signals, listener; then the peers */

void control_queue(struct control_peer *peer, const char *text)
{
	size_t length = strlen(text);

	if (peer->drop)
		return;
	if (peer->out_used + length > peer->out_capacity) {
		size_t capacity = (peer->out_used + length) * 2;
		char *grown = capacity <= CONTROL_BACKLOG ? realloc(peer->out, capacity) : NULL;

		if (!grown) {
			peer->drop = true;
			return;
		}
		peer->out = grown;
		peer->out_capacity = capacity;
	}
	memcpy(peer->out + peer->out_used, text, length);
	peer->out_used += length;
}

void control_queue_hello(struct control *control, struct control_peer *peer)
{
	char program[8192], trace[8192], line[17000];

	snprintf(line, sizeof(line),
		"{\"event\":\"hello\",\"version\":1,\"pid\":%d,\"program\":\"%s\",\"trace\":\"%s\",\"attached\":%s}\n",
		control->root, json_escape(control->program, program, sizeof(program)),
		json_escape(control->trace, trace, sizeof(trace)), control->options.attached ? "true" : "false");
	control_queue(peer, line);
}

static void add_request(struct control *control, const struct control_request *request)
{
	unsigned int slot = (control->request_first + control->request_count) % CONTROL_REQUESTS;

	if (control->request_count == CONTROL_REQUESTS)
		return; /* a peer that asks faster than it can be answered */
	control->requests[slot] = *request;
	control->request_count++;
	atomic_store(&control->waiting, true);
}

static enum verb verb_of(const char *word)
{
	static const struct {
		const char *word;
		enum verb verb;
	} verbs[] = {
		{ "status", VERB_STATUS },
		{ "pause", VERB_PAUSE },
		{ "resume", VERB_RESUME },
		{ "step", VERB_STEP },
		{ "detach", VERB_DETACH },
		{ "terminate", VERB_TERMINATE },
		{ "kill", VERB_KILL },
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].word, word) == 0)
			return verbs[i].verb;
	}
	return VERB_UNKNOWN;
}

/* "ID VERB [ARG]" */
static void take_line(struct control *control, struct control_peer *peer, char *line)
{
	struct control_request request = { .peer = peer->id, .argument = -1 };
	char *end, *verb, *argument;

	request.id = strtoull(line, &end, 10);
	verb = strtok_r(end == line ? NULL : end, " \r", &end);
	if (!verb) {
		control_queue(
			peer, "{\"event\":\"error\",\"text\":\"A request is a number, a verb and at most one argument.\"}\n");
		return;
	}
	argument = strtok_r(NULL, " \r", &end);
	if (argument)
		request.argument = strtol(argument, NULL, 10);
	request.verb = verb_of(verb);
	add_request(control, &request);
}

static void take_lines(struct control *control, struct control_peer *peer)
{
	char *newline;

	while ((newline = memchr(peer->in, '\n', peer->in_used))) {
		size_t line = (size_t)(newline + 1 - peer->in);

		*newline = '\0';
		if (line > 1)
			take_line(control, peer, peer->in);
		memmove(peer->in, newline + 1, peer->in_used - line);
		peer->in_used -= line;
	}
	if (peer->in_used == sizeof(peer->in))
		peer->drop = true; /* no request is that long */
}

static void read_peer(struct control *control, struct control_peer *peer)
{
	ssize_t got = recv(peer->fd, peer->in + peer->in_used, sizeof(peer->in) - peer->in_used, MSG_DONTWAIT);

	if (got > 0) {
		peer->in_used += (size_t)got;
		take_lines(control, peer);
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		peer->drop = true;
	}
}

static void write_peer(struct control_peer *peer)
{
	ssize_t sent = send(peer->fd, peer->out, peer->out_used, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0) {
		peer->drop = errno != EAGAIN && errno != EINTR;
		return;
	}
	memmove(peer->out, peer->out + sent, peer->out_used - (size_t)sent);
	peer->out_used -= (size_t)sent;
}

static bool is_ours(int fd)
{
	struct ucred peer = { 0 };
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

static void accept_peer(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct control_request hello = { .verb = VERB_HELLO, .argument = -1 };
	struct control_peer *peer = NULL;

	if (fd < 0)
		return;
	for (size_t i = 0; i < CONTROL_PEERS && !peer; i++) {
		if (control->peers[i].fd < 0)
			peer = &control->peers[i];
	}
	if (!peer || !is_ours(fd)) {
		close(fd);
		return;
	}
	*peer = (struct control_peer){ .fd = fd, .id = ++control->next_peer };
	control->had_peer = true;
	if (control->end[0] == '\0') {
		hello.peer = peer->id;
		add_request(control, &hello);
		return;
	}
	control_queue_hello(control, peer);
	control_queue(peer, control->root_exit);
	control_queue(peer, control->end);
}

static void read_signals(struct control *control)
{
	struct signalfd_siginfo info;

	while (read(control->signals, &info, sizeof(info)) == sizeof(info)) {
		struct control_request request = { .verb = VERB_DETACH, .argument = -1 };

		if (info.ssi_signo == SIGTERM || control->options.detach_on_interrupt)
			add_request(control, &request);
	}
}

static void drop_peers(struct control *control)
{
	struct control_request gone = { .verb = VERB_GONE, .argument = -1 };
	bool dropped = false, left = false;

	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		struct control_peer *peer = &control->peers[i];

		if (peer->fd >= 0 && peer->drop) {
			close(peer->fd);
			free(peer->out);
			*peer = (struct control_peer){ .fd = -1 };
			dropped = true;
		}
		left |= peer->fd >= 0;
	}
	if (dropped && !left)
		add_request(control, &gone);
}

static void fill_polls(const struct control *control, struct pollfd *polls)
{
	polls[0] = (struct pollfd){ .fd = control->kick, .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = control->signals, .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = control->listener, .events = POLLIN };
	for (size_t i = 0; i < CONTROL_PEERS; i++)
		polls[FIXED + i] = (struct pollfd){ .fd = control->peers[i].fd,
			.events = (short)(POLLIN | (control->peers[i].out_used > 0 ? POLLOUT : 0)) };
}

static void serve(struct control *control, const struct pollfd *polls)
{
	uint64_t count;

	if (polls[0].revents && read(control->kick, &count, sizeof(count)) < 0 && errno != EAGAIN)
		control->closing = true;
	if (polls[1].revents)
		read_signals(control);
	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		struct control_peer *peer = &control->peers[i];

		if (peer->fd < 0 || peer->fd != polls[FIXED + i].fd)
			continue;
		if (polls[FIXED + i].revents & (POLLIN | POLLHUP | POLLERR))
			read_peer(control, peer);
		if (peer->out_used > 0 && !peer->drop)
			write_peer(peer);
	}
	if (polls[2].revents)
		accept_peer(control);
	drop_peers(control);
}

void *control_thread_main(void *context)
{
	struct control *control = context;
	struct pollfd polls[FIXED + CONTROL_PEERS];
	bool closing = false;

	while (!closing) {
		bool waiting;

		pthread_mutex_lock(&control->lock);
		fill_polls(control, polls);
		waiting = control->request_count > 0;
		pthread_mutex_unlock(&control->lock);
		if (waiting)
			syscall(SYS_tgkill, getpid(), control->tracer_tid, SIGUSR1);
		poll(polls, FIXED + CONTROL_PEERS, waiting ? POKE_MS : -1);
		pthread_mutex_lock(&control->lock);
		serve(control, polls);
		closing = control->closing;
		pthread_mutex_unlock(&control->lock);
	}
	return NULL;
}
