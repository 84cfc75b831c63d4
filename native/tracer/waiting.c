/*
 * See waiting.h. While a process is ending, each wait looks first and takes afterwards (WNOWAIT): so the root process can
 * be left unreaped, and resource use is asked for only then, since it makes every wait dearer.
 */
#include "waiting.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A stop costs about as much: a thread that runs longer is waited for asleep. */
#define POLL_NS 20000u

void waiting_begin(void)
{
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP }, NULL);
}

static int take(pid_t tid, int flags, struct wait_result *result)
{
	pid_t got = wait4(tid, &result->status, __WALL | flags, NULL);

	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	result->tid = got;
	return got > 0 ? 1 : 0;
}

static bool has_ended(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
}

/* The status that wait4(2) would have given. */
static int status_of(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return (info->si_status & 0xff) << 8;
	return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

/* Looks at one; the root's end is reported and left. flags: 0 or WNOHANG. Returns 1, 0 (none) or -errno. */
static int look(const struct tracer *tracer, struct wait_batch *batch, struct wait_result *result, int flags)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	memset(&result->usage, 0, sizeof(result->usage));
	if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL | flags, &result->usage) != 0)
		return errno == EINTR ? 0 : -errno;
	if (info.si_pid == 0)
		return 0;
	if (info.si_pid == tracer->root_pid && has_ended(&info)) {
		result->tid = info.si_pid;
		result->status = status_of(&info);
		batch->unreaped = info.si_pid;
		return 1;
	}
	return take(info.si_pid, WNOHANG, result);
}

/* The root's end is the last of a batch, since it stays to be found. */
static int look_at_all(const struct tracer *tracer, struct wait_batch *batch)
{
	int count = look(tracer, batch, &batch->results[0], 0);

	while (count > 0 && count < WAIT_BATCH && !batch->unreaped && tracer->tracees > 1) {
		if (look(tracer, batch, &batch->results[count], WNOHANG) <= 0)
			break;
		count++;
	}
	return count;
}

static int take_first(enum wait_mode mode, struct wait_result *result)
{
	uint64_t begin = mode == WAIT_POLL ? tracer_now() : 0;

	while (mode == WAIT_POLL && tracer_now() - begin < POLL_NS) {
		int got = take(-1, WNOHANG, result);

		if (got != 0)
			return got;
	}
	return take(-1, 0, result);
}

int waiting_batch(struct tracer *tracer, enum wait_mode mode, struct wait_batch *batch)
{
	int count, more;

	batch->unreaped = 0;
	if (tracer->ending > 0)
		return look_at_all(tracer, batch);
	count = take_first(mode, &batch->results[0]);
	while (count > 0 && count < WAIT_BATCH && tracer->tracees > 1) {
		more = take(-1, WNOHANG, &batch->results[count]);
		if (more <= 0)
			break;
		count++;
	}
	for (int i = 0; i < count; i++) {
		if (!WIFSTOPPED(batch->results[i].status))
			memset(&batch->results[i].usage, 0, sizeof(batch->results[i].usage));
	}
	return count;
}

void waiting_reap(pid_t pid)
{
	int status;

	while (wait4(pid, &status, __WALL, NULL) < 0 && errno == EINTR)
		;
}
