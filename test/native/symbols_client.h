/* Talking to a syscope-symbols process, for the tests. What must not live here: tests. */
#ifndef SYSCOPE_TEST_SYMBOLS_CLIENT_H
#define SYSCOPE_TEST_SYMBOLS_CLIENT_H

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* No answer takes longer, on the slowest machine. */
#define CLIENT_TIMEOUT_MS 20000

struct client {
	pid_t pid;
	int to, from;
};

/* Starts the executable that SYSCOPE_NATIVE_DIR holds. */
static inline bool client_start(struct client *client, const char *debug_path)
{
	const char *folder = getenv("SYSCOPE_NATIVE_DIR");
	int to[2], from[2];
	char path[4096];

	snprintf(path, sizeof(path), "%s/syscope-symbols", folder ? folder : ".");
	if (pipe(to) < 0 || pipe(from) < 0)
		return false;
	signal(SIGPIPE, SIG_IGN);
	client->pid = fork();
	if (client->pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		close(to[0]);
		close(to[1]);
		close(from[0]);
		close(from[1]);
		if (debug_path)
			execl(path, path, "--debug-path", debug_path, NULL);
		else
			execl(path, path, NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	client->to = to[1];
	client->from = from[0];
	return client->pid > 0;
}

/* Writes all of it, however long the other side takes; false after the time limit. */
static inline bool client_write(const struct client *client, const char *text, size_t length)
{
	while (length > 0) {
		struct pollfd fd = { .fd = client->to, .events = POLLOUT };
		ssize_t n;

		if (poll(&fd, 1, CLIENT_TIMEOUT_MS) <= 0)
			return false;
		n = write(client->to, text, length < 4096 ? length : 4096);
		if (n <= 0)
			return false;
		text += n;
		length -= (size_t)n;
	}
	return true;
}

/* Reads until the text ends with end, or to the end of the output if end is NULL. Returns the length, -1 after the time limit. */
static inline ssize_t client_read(const struct client *client, char *buffer, size_t room, const char *end)
{
	size_t length = 0, tail = end ? strlen(end) : 0;

	for (;;) {
		struct pollfd fd = { .fd = client->from, .events = POLLIN };
		ssize_t n;

		if (length + 1 >= room || poll(&fd, 1, CLIENT_TIMEOUT_MS) <= 0)
			return -1;
		n = read(client->from, buffer + length, room - length - 1);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			length += (size_t)n;
		buffer[length] = '\0';
		if (n == 0)
			return (ssize_t)length;
		if (end && length >= tail && strcmp(buffer + length - tail, end) == 0)
			return (ssize_t)length;
	}
}

/* Closes the input and waits. Returns the wait status, or -1 if it had to be killed. */
static inline int client_end(struct client *client)
{
	int status = 0;

	close(client->to);
	for (int waited = 0; waitpid(client->pid, &status, WNOHANG) == 0; waited += 5) {
		struct timespec pause = { .tv_nsec = 5000000 };

		if (waited > CLIENT_TIMEOUT_MS) {
			kill(client->pid, SIGKILL);
			waitpid(client->pid, &status, 0);
			close(client->from);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	close(client->from);
	return status;
}

#endif
