/* See control.h. The tracer thread's side: lines are put together here and queued. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control_private.h"
#include "json.h"

/* Names come from the traced programs: six bytes for each that they may have. */
#define NAME_ROOM 128
#define TEXT_ROOM 8192
/* A program may end before its peer has found the socket. */
#define LATE_PEER_SECONDS 3
#define FLUSH_SECONDS     1

static void interrupted(int signal)
{
	(void)signal;
}

/* Binds and listens; a socket file that nobody listens on any more is replaced. Returns a descriptor or -errno. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener, err = 0;
	mode_t mask;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0)
		return -errno;
	mask = umask(0177);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0) {
		err = -errno;
		if (err == -EADDRINUSE && connect(listener, (struct sockaddr *)&address, sizeof(address)) != 0 &&
			errno == ECONNREFUSED && unlink(path) == 0)
			err = bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;
	}
	umask(mask);
	if (err == 0 && listen(listener, CONTROL_PEERS) != 0)
		err = -errno;
	if (err != 0) {
		close(listener);
		return err;
	}
	return listener;
}

/* The signals that ask for something are read by the thread; the tracer thread's wait is interrupted with SIGUSR1. */
static int take_signals(void)
{
	struct sigaction action = { .sa_handler = interrupted };
	sigset_t set;

	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void control_free(struct control *control)
{
	if (control->listener >= 0)
		close(control->listener);
	if (control->kick >= 0)
		close(control->kick);
	if (control->signals >= 0)
		close(control->signals);
	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		if (control->peers[i].fd >= 0)
			close(control->peers[i].fd);
		free(control->peers[i].out);
	}
	free(control->program);
	free(control->trace);
	free(control->path);
	pthread_mutex_destroy(&control->lock);
	free(control);
}

static int start_thread(struct control *control)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&control->thread, NULL, control_thread_main, control);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int control_open(const struct control_options *options, struct control **out)
{
	struct control *control = calloc(1, sizeof(*control));
	int err;

	if (!control)
		return -ENOMEM;
	pthread_mutex_init(&control->lock, NULL);
	control->options = *options;
	control->tracer_tid = (pid_t)syscall(SYS_gettid);
	control->listener = control->kick = control->signals = -1;
	for (size_t i = 0; i < CONTROL_PEERS; i++)
		control->peers[i].fd = -1;
	control->program = strdup(options->program);
	control->trace = strdup(options->trace);
	control->path = options->path ? strdup(options->path) : NULL;
	err = control->program && control->trace && (control->path || !options->path) ? 0 : -ENOMEM;
	if (err == 0 && control->path) {
		control->listener = listen_at(control->path);
		err = control->listener < 0 ? control->listener : 0;
	}
	control->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	control->signals = take_signals();
	if (err == 0 && (control->kick < 0 || control->signals < 0))
		err = -errno;
	if (err == 0)
		err = start_thread(control);
	if (err != 0) {
		control_free(control);
		return err;
	}
	*out = control;
	return 0;
}

static void kick(struct control *control)
{
	const uint64_t one = 1;

	if (write(control->kick, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it has been kicked often enough */
}

static bool all_sent(const struct control *control)
{
	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		if (control->peers[i].fd >= 0 && !control->peers[i].drop && control->peers[i].out_used > 0)
			return false;
	}
	return control->had_peer;
}

/* Gives peers time to come and to read what ended the trace. */
static void linger(struct control *control)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	int rounds = (control->had_peer ? FLUSH_SECONDS : LATE_PEER_SECONDS) * 100;

	for (bool done = false; !done && rounds > 0; rounds--) {
		pthread_mutex_lock(&control->lock);
		done = all_sent(control);
		pthread_mutex_unlock(&control->lock);
		if (!done)
			nanosleep(&pause, NULL);
	}
}

void control_close(struct control *control)
{
	if (!control)
		return;
	if (control->path)
		linger(control);
	pthread_mutex_lock(&control->lock);
	control->closing = true;
	pthread_mutex_unlock(&control->lock);
	kick(control);
	pthread_join(control->thread, NULL);
	if (control->path)
		unlink(control->path);
	control_free(control);
}

void control_set_root(struct control *control, pid_t root)
{
	if (control)
		control->root = root;
}

bool control_waiting(const struct control *control)
{
	return control && atomic_load_explicit(&control->waiting, memory_order_relaxed);
}

bool control_take(struct control *control, struct control_request *out)
{
	bool taken = false;

	pthread_mutex_lock(&control->lock);
	if (control->request_count > 0) {
		*out = control->requests[control->request_first];
		control->request_first = (control->request_first + 1) % CONTROL_REQUESTS;
		control->request_count--;
		taken = true;
	}
	if (control->request_count == 0)
		atomic_store(&control->waiting, false);
	pthread_mutex_unlock(&control->lock);
	return taken;
}

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
		kick(control);
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
	kick(control);
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

	if (!control)
		return;
	snprintf(line, sizeof(line), "{\"event\":\"end\",\"reason\":\"%s\"}\n", reason);
	say(control, 0, "%s", line);
	pthread_mutex_lock(&control->lock);
	strcpy(control->end, line);
	pthread_mutex_unlock(&control->lock);
}
