/* Sets up an io_uring, if the kernel has it. Prints whether it could. */
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct io_uring_params parameters;
	long ring;

	memset(&parameters, 0, sizeof(parameters));
	ring = syscall(SYS_io_uring_setup, 4, &parameters);
	puts(ring >= 0 ? "ring" : "none");
	return 0;
}
