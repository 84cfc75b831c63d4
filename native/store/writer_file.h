/*
 * The file below the writer: how it is created safely and how its space is allocated before it is mapped.
 * Must not live here: segments and rows.
 */
#ifndef SYSCOPE_STORE_WRITER_FILE_H
#define SYSCOPE_STORE_WRITER_FILE_H

#include <stdint.h>

struct file_header;

struct store_file {
	int fd;
	uint64_t allocated_bytes; /* every byte below has space on the disk */
	uint64_t limit_bytes;     /* the smaller of the option's and RLIMIT_FSIZE; UINT64_MAX: none */
};

/* As writer_open says. On failure nothing is left behind. */
int store_file_create(struct store_file *file, const char *path, uint64_t size_limit_bytes);
/* Makes sure that the first `bytes` bytes have space. Returns 0 or -errno (-EFBIG: the limit); never raises SIGXFSZ. */
int store_file_allocate(struct store_file *file, uint64_t bytes);
/* The calling process's pid and start time into the header, and the header's checksum. */
void store_file_name_tracer(struct file_header *header);

#endif
