/* See session_file.h. */
#include "session_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An environment and an argument list together may be 2 MiB or so (execve(2)); a larger file is none of ours. */
#define SESSION_FILE_MAX_BYTES ((off_t)16 << 20)

static int read_all(int fd, char *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got = read(fd, buffer + done, length - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EIO;
		done += (size_t)got;
	}
	return 0;
}

/* Opens the file if it is a private regular one of ours. Returns the descriptor or -errno. */
static int open_private(const char *path, off_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		close(fd);
		return -EPERM;
	}
	if (st.st_size > SESSION_FILE_MAX_BYTES) {
		close(fd);
		return -EFBIG;
	}
	*size = st.st_size;
	return fd;
}

static int apply_environment(char *value, bool set)
{
	char *equals;

	if (!set)
		return unsetenv(value) == 0 ? 0 : -errno;
	equals = strchr(value, '=');
	if (!equals || equals == value)
		return -EINVAL;
	*equals = '\0';
	return setenv(value, equals + 1, 1) == 0 ? 0 : -errno;
}

static int apply_flag(const char *value, bool *flag)
{
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
		return -EINVAL;
	*flag = value[0] == '1';
	return 0;
}

/* calls=, paths=, classes=, processes=: as the options of the same names; what is wrong is said here. */
static int apply_selection(enum selection_part part, const char *value, struct options *options)
{
	char sentence[512];

	if (selection_add(&options->selection, part, value, sentence, sizeof(sentence)) == 0)
		return 0;
	fprintf(stderr, "syscope: %s%s\n", sentence, sentence[strlen(sentence) - 1] == '?' ? "" : ".");
	return -EINVAL;
}

static int apply_word(const char *key, char *value, struct options *options)
{
	enum selection_part part = selection_part_named(key);

	if (part != SELECT_PARTS)
		return apply_selection(part, value, options);
	if (strcmp(key, "out") == 0)
		options->output = value;
	else if (strcmp(key, "control") == 0)
		options->control = value;
	else if (strcmp(key, "cwd") == 0)
		options->cwd = value;
	else if (strcmp(key, "program") == 0)
		options->program = value;
	else if (strcmp(key, "arg") == 0)
		return options_add_word(options, value);
	else if (strcmp(key, "env") == 0 || strcmp(key, "unenv") == 0)
		return apply_environment(value, key[0] == 'e');
	else if (strcmp(key, "payload") == 0)
		return options_payload(value, &options->payload_bytes);
	else if (strcmp(key, "size_limit") == 0)
		return options_number(value, UINT64_MAX, &options->size_limit_bytes);
	else if (strcmp(key, "stacks") == 0)
		return apply_flag(value, &options->stacks);
	else if (strcmp(key, "seccomp") == 0)
		return apply_flag(value, &options->filter);
	else if (strcmp(key, "stop_on_entry") == 0)
		return apply_flag(value, &options->stop_on_entry);
	else
		return -EINVAL;
	return 0;
}

int session_file_apply(const char *path, struct options *options)
{
	off_t size = 0;
	char *text = NULL;
	int fd = open_private(path, &size);
	int err = fd < 0 ? fd : 0;

	if (err == 0) {
		text = malloc((size_t)size + 1);
		err = text ? read_all(fd, text, (size_t)size) : -ENOMEM;
		close(fd);
		unlink(path);
	}
	if (err != 0) {
		fprintf(stderr, "syscope: the session file %s can't be used: %s.\n", path, strerror(-err));
		free(text);
		return EXIT_SYSCOPE_FAILED;
	}
	text[size] = '\0';
	for (char *word = text, *next; word < text + size; word = next) {
		char *equals = strchr(word, '=');

		next = word + strlen(word) + 1;
		err = -EINVAL;
		if (equals) {
			*equals = '\0';
			err = apply_word(word, equals + 1, options);
		}
		if (err != 0) {
			fprintf(stderr, "syscope: the session file has a word that isn't understood: %s.\n", word);
			return EXIT_SYSCOPE_FAILED;
		}
	}
	return 0;
}
