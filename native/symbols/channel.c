/* Buffered lines and text that never deadlock. See channel.h. */
#include "channel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 65536

/* So much output is gathered before it is written. */
#define WRITE_BYTES 32768

static int reserve(struct channel_buffer *buffer, size_t length)
{
	size_t capacity = buffer->capacity ? buffer->capacity : READ_BYTES;
	char *grown;

	if (buffer->start > 0 && buffer->start >= buffer->capacity / 2) {
		memmove(buffer->data, buffer->data + buffer->start, buffer->end - buffer->start);
		buffer->end -= buffer->start;
		buffer->start = 0;
	}
	if (buffer->end + length <= buffer->capacity)
		return 0;
	while (capacity < buffer->end + length)
		capacity *= 2;
	grown = realloc(buffer->data, capacity);
	if (!grown)
		return -ENOMEM;
	buffer->data = grown;
	buffer->capacity = capacity;
	return 0;
}

/* Reads what there is, waiting only if there is nothing. Returns 0 (or sets ended), or -errno. */
static int fill(struct channel *channel)
{
	struct channel_buffer *buffer = &channel->input;
	ssize_t n;

	if (reserve(buffer, READ_BYTES))
		return -ENOMEM;
	do {
		n = read(channel->in, buffer->data + buffer->end, READ_BYTES);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		channel->ended = true;
	buffer->end += (size_t)n;
	return 0;
}

/* Writes no more than a pipe takes without waiting once poll(2) says that it can be written to. */
static int drain(struct channel *channel)
{
	struct channel_buffer *buffer = &channel->output;
	size_t length = buffer->end - buffer->start;
	ssize_t n;

	if (length > PIPE_BUF)
		length = PIPE_BUF;
	n = send(channel->out, buffer->data + buffer->start, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK)
		n = write(channel->out, buffer->data + buffer->start, length);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	buffer->start += (size_t)n;
	if (buffer->start == buffer->end)
		buffer->start = buffer->end = 0;
	return 0;
}

/* Waits until something can be written, or read if there is room for it, and does it. */
static int exchange(struct channel *channel)
{
	bool reads = !channel->ended && channel->input.end - channel->input.start < CHANNEL_MAX_PENDING;
	struct pollfd fds[2] = {
		{ .fd = channel->out, .events = POLLOUT },
		{ .fd = reads ? channel->in : -1, .events = POLLIN },
	};
	int rc = 0;

	if (poll(fds, 2, -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents)
		rc = fill(channel);
	if (rc == 0 && fds[0].revents)
		rc = drain(channel);
	return rc;
}

int channel_flush(struct channel *channel)
{
	int rc = 0;

	while (rc == 0 && channel->output.end > channel->output.start)
		rc = exchange(channel);
	return rc;
}

int channel_write(struct channel *channel, const char *text, size_t length)
{
	struct channel_buffer *buffer = &channel->output;
	int rc = reserve(buffer, length);

	if (rc)
		return rc;
	memcpy(buffer->data + buffer->end, text, length);
	buffer->end += length;
	return buffer->end - buffer->start >= WRITE_BYTES ? channel_flush(channel) : 0;
}

/* Takes the line of this length out of the input. */
static char *take_line(struct channel *channel, size_t length)
{
	struct channel_buffer *line = &channel->line;

	line->start = line->end = 0;
	if (reserve(line, length + 1)) {
		errno = ENOMEM;
		return NULL;
	}
	memcpy(line->data, channel->input.data + channel->input.start, length);
	line->data[length] = '\0';
	channel->input.start += length + 1;
	return line->data;
}

/* True if a read would not wait. */
static bool has_input(const struct channel *channel)
{
	struct pollfd fd = { .fd = channel->in, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

char *channel_read_line(struct channel *channel)
{
	struct channel_buffer *buffer = &channel->input;
	size_t looked = 0;
	int rc = 0;

	for (;;) {
		size_t length = buffer->end - buffer->start;
		const char *line = buffer->data + buffer->start;
		const char *newline = length > looked ? memchr(line + looked, '\n', length - looked) : NULL;

		if (newline)
			return take_line(channel, (size_t)(newline - line));
		looked = length;
		if (channel->ended || length >= CHANNEL_MAX_PENDING)
			break;
		if (!has_input(channel))
			rc = channel_flush(channel);
		if (rc == 0)
			rc = fill(channel);
		if (rc)
			break;
	}
	errno = rc ? -rc : channel->input.end > channel->input.start ? EMSGSIZE : 0;
	return NULL;
}

void channel_free(struct channel *channel)
{
	free(channel->input.data);
	free(channel->output.data);
	free(channel->line.data);
	*channel = (struct channel){ .in = -1, .out = -1 };
}
