/* Starts itself COUNT times (fork, exec, wait); each child writes one line with its pid. With vfork as argument 2: vfork. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0;
	int with_vfork = argc > 2 && strcmp(argv[2], "vfork") == 0;

	if (argc == 1) {
		char line[32];
		int length = snprintf(line, sizeof(line), "child %d\n", getpid());

		return write(1, line, (size_t)length) != length;
	}
	for (int i = 0; i < count; i++) {
		pid_t child = with_vfork ? vfork() : fork();
		int status;

		if (child == 0) {
			execl("/proc/self/exe", "child", (char *)NULL);
			_exit(127);
		}
		if (waitpid(child, &status, 0) != child || status != 0)
			return 1;
	}
	return 0;
}
