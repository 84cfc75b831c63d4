/* Asks for seccomp's strict mode, and says by write(2), which that mode allows, whether it is in it. */
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	int strict = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
	ssize_t done = strict ? write(1, "strict\n", 7) : write(1, "refused\n", 8);

	syscall(SYS_exit, done < 0); /* exit_group(2) is not allowed there */
}
