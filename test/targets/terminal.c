/*
 * A terminal for tests: runs the words after it on a new pseudo-terminal, copies what stdin gives to it and what it shows to
 * stdout, and ends with the command's status. Ctrl+C and Ctrl+Z are the bytes 3 and 26.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Copies what is there. Returns 0 at the end. */
static int copy(int from, int to)
{
	char bytes[4096];
	ssize_t got = read(from, bytes, sizeof(bytes));

	for (ssize_t done = 0; done < got;) {
		ssize_t written = write(to, bytes + done, (size_t)(got - done));

		if (written <= 0)
			return 0;
		done += written;
	}
	return got > 0;
}

int main(int argc, char **argv)
{
	struct pollfd polls[2] = { { .fd = 0, .events = POLLIN }, { .events = POLLIN } };
	int terminal, status;
	pid_t child;

	if (argc < 2)
		return 2;
	child = forkpty(&terminal, NULL, NULL, &(struct winsize){ .ws_row = 24, .ws_col = 200 });
	if (child == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	polls[1].fd = terminal;
	for (;;) {
		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			break;
		if (polls[0].revents && !copy(0, terminal))
			polls[0].fd = -1;
		if (polls[1].revents && !copy(terminal, 1))
			break;
	}
	if (waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
