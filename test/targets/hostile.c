/*
 * Arguments as only a hostile program passes them: pointers to nothing, strings that end at an unmapped page, a vector of a million
 * parts, a path of 4,096 bytes; then names (its own, a file's) with a newline, quotes, invalid UTF-8 and terminal escapes.
 * Argument 1: a folder to work in.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "strace_lines.h"

#define NAME "a\n\"\x1b[31m\xff\xc2\x9b'"

static void pointers(void)
{
	static struct iovec part = { "x", 1 };
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *edge = pages + 4096;

	check(pages != MAP_FAILED && munmap(edge, 4096) == 0);
	check(syscall(SYS_open, 1L, O_RDONLY) == -1 && errno == EFAULT);
	expect("open(0x1, O_RDONLY) = -1 EFAULT (Bad address)");
	check(syscall(SYS_write, 1, ~0UL - 3, 100L) == -1 && errno == EFAULT);
	expect("write(1, 0xfffffffffffffffc, 100) = -1 EFAULT (Bad address)");
	memcpy(edge - 4, "/etc", 4);
	check(syscall(SYS_open, edge - 4, O_RDONLY) == -1 && errno == EFAULT);
	expect("open(*, O_RDONLY) = -1 EFAULT (Bad address)");
	memcpy(edge - 5, "/etc", 5);
	check(syscall(SYS_access, edge - 5, F_OK) == 0);
	expect("access(\"/etc\", F_OK) = 0");
	check(syscall(SYS_writev, 1, &part, 1000000L) == -1 && errno == EINVAL);
	expect("writev(1, *, 1000000) = -1 EINVAL (Invalid argument)");
}

static void long_path(void)
{
	static char path[4097];

	memset(path, 'p', 4096);
	check(syscall(SYS_open, path, O_RDONLY) == -1 && errno == ENAMETOOLONG);
	expect("open(\"ppp*, O_RDONLY) = -1 ENAMETOOLONG (File name too long)");
}

static void names(void)
{
	int fd;

	check(prctl(PR_SET_NAME, NAME) == 0);
	fd = open(NAME, O_RDWR | O_CREAT, 0600);
	check(fd >= 0 && write(fd, NAME, sizeof(NAME)) == sizeof(NAME) && close(fd) == 0);
	expect("openat(AT_FDCWD, \"a\\n\\\"\\33[31m\\377\\302\\233'\", O_RDWR|O_CREAT, 0600) = %d", fd);
}

int main(int argc, char **argv)
{
	check(argc == 2 && chdir(argv[1]) == 0);
	pointers();
	long_path();
	names();
	if (fork() == 0) /* a process of that name */
		_exit(0);
	check(waitpid(-1, NULL, 0) > 0);
	return 0;
}
