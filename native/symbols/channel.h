/*
 * Lines in, text out, over two descriptors of any kind. The asker may write all its requests before it reads an answer:
 * while answers wait for room, requests are read and kept (up to CHANNEL_MAX_PENDING bytes; then the asker has to read).
 * What must not live here: what the lines mean.
 */
#ifndef SYSCOPE_SYMBOLS_CHANNEL_H
#define SYSCOPE_SYMBOLS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#define CHANNEL_MAX_PENDING ((size_t)64 << 20)

struct channel_buffer {
	char *data;
	size_t start, end, capacity; /* what is in it lies in [start, end) */
};

struct channel {
	int in, out;
	bool ended; /* no more input comes */
	struct channel_buffer input, output;
	struct channel_buffer line; /* a copy of the line at hand: input moves while output is written */
};

/* The next line without its newline, NUL-terminated, changeable, valid until the next call. NULL: the end, or an error (errno). */
char *channel_read_line(struct channel *channel);

/* Adds to the output; it is written by channel_read_line when it would wait, by channel_flush, or when much has gathered. Returns 0 or -errno. */
int channel_write(struct channel *channel, const char *text, size_t length);
int channel_flush(struct channel *channel);
void channel_free(struct channel *channel);

#endif
