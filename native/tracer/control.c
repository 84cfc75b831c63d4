/* See control.h. The tracer thread's side: begin, end, requests. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control_private.h"

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

void control_kick(struct control *control)
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
	control_kick(control);
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
