/*
 * Makes a call of every number below argv[1], with -1 for every argument. A filter of its own refuses them all (ENOSYS), so
 * none is carried out; who traces it sees each one's entry all the same.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_filter refuse[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

int main(int argc, char **argv)
{
	struct sock_fprog program = { .len = sizeof(refuse) / sizeof(refuse[0]), .filter = refuse };
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		perror("seccomp");
		return 1;
	}
	for (long number = 0; number < count; number++) {
		if (number >= 335 && number < 424) /* no calls, but for uretprobe and uprobe, which no filter is asked about */
			continue;
		syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
	}
	return 0;
}
