/*
 * execve(2) as it fails and as it succeeds: a missing file, one that may not be run, one of no known format, a directory, too long
 * a name, a script without its interpreter, one with it. Argument 1: a folder to make these files in.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>

#include "strace_lines.h"

static void make(const char *name, const char *content, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	check(fchmod(fd, mode) == 0 && close(fd) == 0);
}

static void fails(const char *path, int error, const char *text)
{
	char *args[] = { "word", "with \"quotes\"", NULL };

	check(execve(path, args, NULL) == -1 && errno == error);
	expect("execve(\"%.60s*, [\"word\", \"with \\\"quotes\\\"\"], NULL) = -1 %s", path, text);
}

static void succeeds(void)
{
	pid_t child = fork();

	if (child == 0) {
		execl("./script", "name", "given", (char *)NULL);
		_exit(1);
	}
	join(child);
	expect_of(child, "execve(\"./script\", [\"name\", \"given\"], *) = 0");
	expect_of(child, "+++ exited with 0 +++");
}

int main(int argc, char **argv)
{
	static char longest[5000];

	check(argc == 2 && chdir(argv[1]) == 0);
	make("plain", "#!/bin/sh\n", 0600);
	make("words", "just words\n", 0700);
	make("lost", "#!/no/such/interpreter\n", 0700);
	make("script", "#!/bin/sh -e\nexit 0\n", 0700);
	memset(longest, 'x', sizeof(longest) - 1);
	fails("./missing", ENOENT, "ENOENT (No such file or directory)");
	fails("./plain", EACCES, "EACCES (Permission denied)");
	fails("./words", ENOEXEC, "ENOEXEC (Exec format error)");
	fails(".", EACCES, "EACCES (Permission denied)");
	fails(longest, ENAMETOOLONG, "ENAMETOOLONG (File name too long)");
	fails("./lost", ENOENT, "ENOENT (No such file or directory)");
	check(syscall(SYS_execve, 1L, NULL, NULL) == -1 && errno == EFAULT);
	expect("execve(0x1, NULL, NULL) = -1 EFAULT (Bad address)");
	succeeds();
	return 0;
}
