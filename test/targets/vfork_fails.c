/* A vfork child whose exec fails says so in its parent's memory; the next one's succeeds. The parent waits for both in vfork(2). */
#define _GNU_SOURCE
#include <fcntl.h>

#include "strace_lines.h"

static volatile int failure;

static pid_t start(const char *path)
{
	pid_t child = vfork();

	if (child == 0) {
		execl(path, "true", (char *)NULL);
		failure = errno;
		_exit(3);
	}
	return child;
}

int main(void)
{
	pid_t child = start("/no/such/program");
	int status;

	check(child > 0 && failure == ENOENT);
	check(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
	expect("vfork() = %d", child);
	expect_of(child, "execve(\"/no/such/program\", [\"true\"], *) = -1 ENOENT (No such file or directory)");
	expect_of(child, "exit_group(3) = ?");
	expect_of(child, "+++ exited with 3 +++");
	failure = 0;
	child = start("/bin/true");
	check(failure == 0);
	join(child);
	expect("vfork() = %d", child);
	expect_of(child, "execve(\"/bin/true\", [\"true\"], *) = 0");
	expect_of(child, "+++ exited with 0 +++");
	return 0;
}
