/* See launch.h. */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter.h"
#include "handshake.h"
#include "program.h"
#include "session.h"

extern char **environ;

/* The child between: makes the tracer an orphan, so that the program does not find a child that it has not made. */
static void fork_tracer(const struct options *options, const char *path, pid_t program, int end, int other_end)
{
	struct handshake message = { .step = HANDSHAKE_FAILED, .status = EXIT_SYSCOPE_FAILED };
	pid_t tracer = fork();

	if (tracer == 0) {
		close(other_end);
		_exit(session_record(options, path, program, end));
	}
	if (tracer < 0) {
		snprintf(message.sentence, sizeof(message.sentence), "the tracer could not be started: %s", strerror(errno));
		handshake_send(end, &message);
	}
	_exit(0);
}

/* clone(2) without an exit signal: a SIGCHLD that stays pending would be one more thing that the program inherits. */
static int start_tracer(const struct options *options, const char *path, int ends[2])
{
	pid_t self = getpid();
	pid_t child = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	int status;

	if (child < 0)
		return -errno;
	if (child == 0)
		fork_tracer(options, path, self, ends[1], ends[0]);
	while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
	return 0;
}

/* Until the tracer has taken hold of this process. Returns 0 or an exit status. */
static int meet_tracer(int end)
{
	struct handshake message;
	struct handshake ready = { .step = HANDSHAKE_READY };

	for (;;) {
		if (handshake_receive(end, &message) != 0) {
			fprintf(stderr, "syscope: the tracer ended before the program was started.\n");
			return EXIT_SYSCOPE_FAILED;
		}
		switch (message.step) {
		case HANDSHAKE_HELLO:
			prctl(PR_SET_PTRACER, message.pid, 0, 0, 0); /* EINVAL where there is no Yama: then it isn't needed */
			handshake_send(end, &ready);
			break;
		case HANDSHAKE_GO: return 0;
		default: fprintf(stderr, "syscope: %s.\n", message.sentence); return message.status;
		}
	}
}

int launch_record(const struct options *options)
{
	char path[4096], sentence[4608];
	int ends[2];
	int status;

	if (options->cwd && chdir(options->cwd) != 0) {
		fprintf(stderr, "syscope: the working directory %s can't be entered: %s.\n", options->cwd, strerror(errno));
		return EXIT_SYSCOPE_FAILED;
	}
	status = program_find(options->program, path, sizeof(path));
	if (status != 0)
		return status;
	if (handshake_open(ends) != 0 || start_tracer(options, path, ends) != 0) {
		fprintf(stderr, "syscope: the tracer could not be started: %s.\n", strerror(errno));
		return EXIT_SYSCOPE_FAILED;
	}
	close(ends[1]);
	prctl(PR_SET_NAME, strrchr(path, '/') ? strrchr(path, '/') + 1 : path, 0, 0, 0); /* the name that exec will give it */
	status = meet_tracer(ends[0]);
	close(ends[0]);
	if (status != 0)
		return status;
	/* From here on nothing but execve, at which the filter stops whatever is chosen. Without one, the stop tells the tracer so. */
	if (!options->filter || filter_install(&options->selection.calls, options->stacks) != 0)
		kill(getpid(), SIGSTOP);
	execve(path, options->argv, environ);
	status = program_explain(path, errno, sentence, sizeof(sentence));
	fprintf(stderr, "syscope: %s\n", sentence);
	return status;
}
