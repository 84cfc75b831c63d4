/*
 * Maps the file that it is told in every way that matters and says which ranges become shared and writable: "fd length offset".
 * With a second argument it maps once, says "ready" and waits for its standard input to end.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static long page;

static char *map(int fd, long pages, int prot, int flags, long first)
{
	char *at = mmap(NULL, (size_t)(pages * page), prot, flags, fd, first * page);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}

static void said(int fd, long pages, long first)
{
	printf("%d %ld %ld\n", fd, pages * page, first * page);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
	int memory = memfd_create("part", 0);
	char *at, byte;

	page = sysconf(_SC_PAGESIZE);
	if (fd < 0 || memory < 0 || ftruncate(fd, 16 * page) != 0 || ftruncate(memory, 16 * page) != 0)
		return 1;
	if (argc > 2) {
		at = map(fd, 3, PROT_READ | PROT_WRITE, MAP_SHARED, 1);
		puts("ready");
		fflush(stdout);
		while (read(0, &byte, 1) > 0)
			;
		at[0] = 1;
		return 0;
	}
	/* These are no news: private, without a file, read only. */
	map(fd, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	map(-1, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, 0);
	at = map(fd, 4, PROT_READ, MAP_SHARED, 2);
	/* Two pages of what was read only, the same once more, and then all four. */
	mprotect(at + page, (size_t)(2 * page), PROT_READ | PROT_WRITE);
	said(fd, 2, 3);
	mprotect(at + page, (size_t)(2 * page), PROT_READ);
	mprotect(at + page, (size_t)(2 * page), PROT_READ | PROT_WRITE);
	mprotect(at, (size_t)(4 * page), PROT_READ | PROT_WRITE);
	said(fd, 1, 2);
	said(fd, 1, 5);
	/* Grows: what is new. */
	at = map(memory, 2, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	said(memory, 2, 0);
	at = mremap(at, (size_t)(2 * page), (size_t)(5 * page), MREMAP_MAYMOVE);
	said(memory, 3, 2);
	/* Private memory in its place: no longer shared, so nothing to say. */
	mmap(at, (size_t)(5 * page), PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
	mprotect(at, (size_t)(5 * page), PROT_READ | PROT_WRITE);
	at = map(fd, 2, PROT_READ, MAP_SHARED, 0);
	munmap(at, (size_t)(2 * page));
	return 0;
}
