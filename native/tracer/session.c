/* See session.h: the recording of a launched program. */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "handshake.h"
#include "loop.h"
#include "pass.h"
#include "record.h"
#include "recording.h"
#include "seize.h"
#include "stop.h"

/* Lets go of everything of the program's: a reader of its output must see the end when the program ends. */
static int close_inherited(int keep)
{
	int null;

	if (keep < 3)
		keep = fcntl(keep, F_DUPFD_CLOEXEC, 3);
	if (keep > 3)
		syscall(SYS_close_range, 3, keep - 1, 0);
	syscall(SYS_close_range, keep + 1, ~0U, 0);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	return keep;
}

/* Signals that the terminal sends to the program are not ours; neither are the program's own settings. */
static void reset_signals(void)
{
	static const int ignored[] = { SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGXFSZ, SIGUSR2 };
	sigset_t none;

	for (int signal = 1; signal < SIGRTMAX; signal++)
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The program keeps its limits; ours go as high as they may. */
static void raise_limits(void)
{
	static const int limits[] = { RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_AS, RLIMIT_DATA };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit;

		if (getrlimit((__rlimit_resource_t)limits[i], &limit) == 0) {
			limit.rlim_cur = limit.rlim_max;
			setrlimit((__rlimit_resource_t)limits[i], &limit);
		}
	}
}

static int fail(int end, const char *sentence)
{
	struct handshake message = { .step = HANDSHAKE_FAILED, .status = EXIT_SYSCOPE_FAILED };

	snprintf(message.sentence, sizeof(message.sentence), "%s", sentence);
	handshake_send(end, &message);
	return EXIT_SYSCOPE_FAILED;
}

/* Takes hold of the launcher. Returns 0, or -1 with a sentence. */
static int take_hold(pid_t program, int end, char *sentence, size_t size)
{
	struct handshake hello = { .step = HANDSHAKE_HELLO, .pid = getpid() };
	struct handshake answer;
	int err;

	if (handshake_send(end, &hello) != 0 || handshake_receive(end, &answer) != 0 || answer.step != HANDSHAKE_READY) {
		snprintf(sentence, size, "the program's process has gone");
		return -1;
	}
	err = seize(program, SEIZE_LAUNCHED);
	if (err == 0)
		return 0;
	seize_explain(program, -err, sentence, size);
	return -1;
}

/*
 * Waits until the launcher is at the entry of its execve: the filter's first stop, or without one (a SIGSTOP says so) the
 * first entry stop after that. Returns the stop's status, or -1 if it has gone.
 */
static int wait_for_exec(struct tracer *tracer, pid_t program)
{
	struct __ptrace_syscall_info info;
	int status, signal;

	tracer->filter = true;
	for (;;) {
		enum __ptrace_request request = tracer->filter ? PTRACE_CONT : PTRACE_SYSCALL;

		if (wait4(program, &status, __WALL, NULL) != program) {
			if (errno == EINTR) /* a peer on the control channel asks for something: later */
				continue;
			return -1;
		}

		switch (stop_classify(status, &signal)) {
		case STOP_GONE: return -1;
		case STOP_SECCOMP: return status;
		case STOP_SYSCALL:
			if (ptrace(PTRACE_GET_SYSCALL_INFO, program, (void *)sizeof(info), &info) > 0 &&
				info.op == PTRACE_SYSCALL_INFO_ENTRY)
				return status;
			break;
		case STOP_GROUP: ptrace(PTRACE_LISTEN, program, NULL, NULL); continue;
		case STOP_SIGNAL:
			if (signal != SIGSTOP)
				break;
			tracer->filter = false;
			request = PTRACE_SYSCALL;
			signal = 0;
			break;
		default: signal = 0; break;
		}
		ptrace(request, program, NULL, (void *)(intptr_t)(signal == (SIGTRAP | 0x80) ? 0 : signal));
	}
}

static int run(struct tracer *tracer, pid_t program, int status)
{
	struct fd_user user = tracee_user(tracer, program, NULL);
	uint32_t files = fd_state_table_found(tracer->fds, &user);
	struct process *process = process_add(tracer, program, NULL, 0, files, PROCESS_FLAG_ROOT);
	struct tracee *tracee = process ? tracee_add(tracer, program) : NULL;

	if (!tracee)
		return EXIT_SYSCOPE_FAILED;
	tracee->fresh = false;
	tracee->files = files;
	tracer->root_pid = program;
	control_set_root(tracer->control, program);
	tracee_claim(tracer, tracee, process);
	loop_handle(tracer, program, status);
	loop_run(tracer, recording_commit);
	return 0;
}

int session_record(const struct options *options, const char *path, pid_t program, int end)
{
	static struct tracer tracer;
	struct handshake go = { .step = HANDSHAKE_GO };
	char sentence[1024];
	int status;

	setpgid(0, 0);
	reset_signals();
	raise_limits();
	end = close_inherited(end);
	if (recording_open(&tracer, options, path, sentence, sizeof(sentence)) != 0 ||
		take_hold(program, end, sentence, sizeof(sentence)) != 0) {
		recording_close(&tracer, tracer.writer != NULL);
		return fail(end, sentence);
	}
	handshake_send(end, &go);
	status = wait_for_exec(&tracer, program);
	close(end);
	recording_describe(&tracer, path);
	if (chdir("/") != 0)
		control_text(tracer.control, "warning", "The tracer stays in the program's working directory.");
	if (status >= 0)
		run(&tracer, program, status);
	recording_commit(&tracer);
	recording_close(&tracer, false);
	if (tracer.passing)
		pass_run();
	return 0;
}
