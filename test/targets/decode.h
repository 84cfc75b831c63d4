/*
 * What the decode_*.c programs share: they make calls with varied valid and invalid arguments, for comparing the lines that two
 * tracers write of them. Data lies at fixed addresses, so that pointers print the same in every run.
 * Must not live here: calls.
 */
#ifndef DECODE_H
#define DECODE_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE         4096
#define BAD          ((void *)0x10) /* never mapped */
#define NO_FD        99             /* never open */
#define AT_END(type) ((type *)(data + 4 * PAGE - sizeof(type)))

static unsigned char *data; /* four pages, and an unmapped one behind them */

/* The call's result; errors stay in errno. */
#define CALL(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

/* A copy of an object's bytes at a place of its own within the four pages. */
static inline void *put_bytes(const void *bytes, size_t length)
{
	static size_t used;

	used = (used + 15) & ~(size_t)15;
	if (used + length > 3 * PAGE)
		used = 0;
	memcpy(data + used, bytes, length);
	used += length;
	return data + used - length;
}

#define PUT(type, ...) ((type *)put_bytes(&(type)__VA_ARGS__, sizeof(type)))
#define TEXT(string)   ((char *)put_bytes(string, sizeof(string)))

static inline void decode_begin(void)
{
	data = mmap((void *)0x20000000, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (data == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	if (dup2(open("/dev/null", 2), NO_FD + 1) < 0)
		exit(1);
	CALL(getpid); /* the comparison begins here */
}

#endif
