/* Reads and writes another process's memory (process_vm_readv, process_vm_writev), and moves pages into a pipe (vmsplice). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/uio.h>

#include "strace_lines.h"

static char shared[] = "of the child before";

int main(void)
{
	char here[32] = "";
	struct iovec local = { here, sizeof(shared) }, remote = { shared, sizeof(shared) }, page = { "into the pipe", 13 };
	int ends[2], go[2];
	pid_t child;
	char byte;

	check(pipe(ends) == 0 && pipe(go) == 0);
	child = fork();
	if (child == 0) {
		check(write(ends[1], "r", 1) == 1 && read(go[0], &byte, 1) == 1);
		_exit(strcmp(shared, "OF the child before") != 0);
	}
	memset(shared, '-', sizeof(shared) - 1);
	check(read(ends[0], &byte, 1) == 1);
	check(process_vm_readv(child, &local, 1, &remote, 1, 0) == sizeof(shared) && strcmp(here, "of the child before") == 0);
	expect("process_vm_readv(%d, [{iov_base=\"of the child before\\0\", iov_len=%zu}], 1, *, 1, 0) = %zu", child,
		sizeof(shared), sizeof(shared));
	memcpy(here, "OF", 2);
	local.iov_len = remote.iov_len = 2;
	check(process_vm_writev(child, &local, 1, &remote, 1, 0) == 2);
	expect("process_vm_writev(%d, [{iov_base=\"OF\", iov_len=2}], 1, *, 1, 0) = 2", child);
	check(write(go[1], "g", 1) == 1);
	join(child);
	check(vmsplice(ends[1], &page, 1, 0) == 13 && read(ends[0], here, sizeof(here)) == 13);
	expect("vmsplice(%d, [{iov_base=\"into the pipe\", iov_len=13}], 1, 0) = 13", ends[1]);
	expect("read(%d, \"into the pipe\", %zu) = 13", ends[0], sizeof(here));
	return 0;
}
