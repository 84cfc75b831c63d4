/* See symbol_process.h. */
#include "symbol_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracer.h"

#define NAME       "syscope-symbols"
#define READ_BYTES 65536
/* One answer of a hostile file must not take all memory. */
#define MAX_LINE_BYTES (4u << 20)

/* The path of NAME in this executable's directory. */
static int find(char *path, size_t size)
{
	ssize_t got = readlink("/proc/self/exe", path, size - sizeof(NAME) - 1);
	char *slash;

	if (got < 0)
		return -errno;
	path[got] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return -ENOENT;
	strcpy(slash + 1, NAME);
	return access(path, X_OK) == 0 ? 0 : -errno;
}

static int spawn(const char *path, int in, int out, pid_t *pid)
{
	char name[] = NAME;
	char *argv[] = { name, NULL };
	char *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	err = posix_spawn(pid, path, &actions, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -err;
}

int symbol_process_start(struct symbol_process *process)
{
	int questions[2] = { -1, -1 }, answers[2] = { -1, -1 };
	char path[4096];
	int err = find(path, sizeof(path));

	*process = (struct symbol_process){ .in = -1, .out = -1 };
	if (err != 0)
		return err;
	if (pipe2(questions, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0)
		err = -errno;
	else
		err = spawn(path, questions[0], answers[1], &process->pid);
	if (questions[0] >= 0)
		close(questions[0]);
	if (answers[1] >= 0)
		close(answers[1]);
	process->in = questions[1];
	process->out = answers[0];
	if (err != 0) {
		process->pid = 0;
		symbol_process_stop(process);
		return err;
	}
	fcntl(process->in, F_SETFL, O_NONBLOCK);
	fcntl(process->out, F_SETFL, O_NONBLOCK);
	return 0;
}

void symbol_process_stop(struct symbol_process *process)
{
	int status;

	if (process->in >= 0)
		close(process->in);
	if (process->out >= 0)
		close(process->out);
	if (process->pid > 0) {
		kill(process->pid, SIGKILL);
		while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	free(process->buffer);
	*process = (struct symbol_process){ .in = -1, .out = -1 };
}

static int remaining_ms(uint64_t deadline_ns)
{
	uint64_t now = tracer_now();

	return now >= deadline_ns ? 0 : (int)((deadline_ns - now) / 1000000u) + 1;
}

int symbol_process_send(struct symbol_process *process, const char *bytes, size_t length, uint64_t deadline_ns)
{
	while (length > 0) {
		struct pollfd ready = { .fd = process->in, .events = POLLOUT };
		ssize_t sent = write(process->in, bytes, length);

		if (sent >= 0) {
			bytes += sent;
			length -= (size_t)sent;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -EPIPE;
		} else if (poll(&ready, 1, remaining_ms(deadline_ns)) == 0) {
			return -ETIMEDOUT;
		}
	}
	return 0;
}

/* Makes room and reads what there is. False: nothing more will come in time. */
static bool fill(struct symbol_process *process, uint64_t deadline_ns)
{
	struct pollfd ready = { .fd = process->out, .events = POLLIN };
	ssize_t got;

	if (process->begin > 0)
		memmove(process->buffer, process->buffer + process->begin, process->end - process->begin);
	process->end -= process->begin;
	process->begin = 0;
	if (process->capacity - process->end < READ_BYTES) {
		size_t capacity = process->capacity * 2 + READ_BYTES;
		char *grown = capacity <= MAX_LINE_BYTES ? realloc(process->buffer, capacity) : NULL;

		if (!grown)
			return false;
		process->buffer = grown;
		process->capacity = capacity;
	}
	for (;;) {
		int polled = poll(&ready, 1, remaining_ms(deadline_ns));

		if (polled == 0)
			return false;
		got = polled > 0 ? read(process->out, process->buffer + process->end, process->capacity - process->end) : -1;
		if (got > 0)
			process->end += (size_t)got;
		if (got >= 0 || (errno != EAGAIN && errno != EINTR))
			return got > 0;
	}
}

char *symbol_process_line(struct symbol_process *process, uint64_t deadline_ns)
{
	for (;;) {
		char *line = process->buffer ? process->buffer + process->begin : NULL;
		char *newline = line ? memchr(line, '\n', process->end - process->begin) : NULL;

		if (newline) {
			*newline = '\0';
			process->begin = (size_t)(newline + 1 - process->buffer);
			return line;
		}
		if (!fill(process, deadline_ns))
			return NULL;
	}
}
