/*
 * syscope-symbols: requests on stdin, answers on stdout, as ARCHITECTURE.md says under "The symbol executable".
 * What must not live here: ELF and DWARF.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "channel.h"
#include "guard.h"
#include "symbols.h"

struct request {
	struct channel *channel;
	const char *address;
	int error;
};

static void on_answer(void *context, const struct symbols_answer *answer)
{
	struct request *request = context;

	request->error = answer_write(request->channel, request->address, answer);
}

/* Undoes \t, \n and \\ in place. False: another escape. */
static bool unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		switch (*++from) {
		case 't': *to++ = '\t'; break;
		case 'n': *to++ = '\n'; break;
		case '\\': *to++ = '\\'; break;
		default: return false;
		}
	}
	*to = '\0';
	return true;
}

static bool is_hex(const char *text)
{
	return text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

static bool parse_address(const char *text, uint64_t *value)
{
	size_t length = strlen(text);

	if (length == 0 || length > 16 || !is_hex(text))
		return false;
	*value = strtoull(text, NULL, 16);
	return true;
}

static int refuse(struct channel *channel, const char *why)
{
	char line[128];

	snprintf(line, sizeof(line), "{\"error\":\"%s\"}\n", why);
	return channel_write(channel, line, strlen(line));
}

static int answer_addresses(
	struct symbols *symbols, struct channel *channel, const char *path, const char *build_id, char *addresses)
{
	char *address;
	int rc = 0;

	while (rc == 0 && (address = strsep(&addresses, ",")) != NULL) {
		struct request request = { .channel = channel, .address = address };
		uint64_t vaddr;

		if (!parse_address(address, &vaddr)) {
			rc = refuse(channel, "an address is no hexadecimal number");
			continue;
		}
		rc = symbols_lookup(symbols, path, build_id, vaddr, on_answer, &request);
		rc = rc ? rc : request.error;
	}
	return rc;
}

static int answer_line(struct symbols *symbols, struct channel *channel, char *line)
{
	char *path = strsep(&line, "\t"), *build_id = strsep(&line, "\t");
	int rc;

	if (!build_id || !line || strchr(line, '\t') || !is_hex(build_id) || !unescape(path))
		rc = refuse(channel, "a request is PATH, BUILD_ID and ADDRESSES with tabs between");
	else
		rc = answer_addresses(symbols, channel, path, build_id, line);
	return rc ? rc : channel_write(channel, "\n", 1);
}

static int serve(struct symbols *symbols)
{
	struct channel channel = { .in = STDIN_FILENO, .out = STDOUT_FILENO };
	char *line;
	int rc = 0;

	while (rc == 0 && (line = channel_read_line(&channel)) != NULL)
		rc = answer_line(symbols, &channel, line);
	if (rc == 0)
		rc = -errno;
	if (rc == 0)
		rc = channel_flush(&channel);
	channel_free(&channel);
	return rc;
}

static int usage(void)
{
	fputs("usage: syscope-symbols [--debug-path FOLDER[:FOLDER...]]\n"
	      "Reads lines PATH<tab>BUILD_ID<tab>ADDRESS[,ADDRESS...] and writes a line of JSON per address, then an empty "
	      "line.\n",
		stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *debug_path = NULL;
	struct symbols *symbols;
	int rc;

	if (argc == 3 && strcmp(argv[1], "--debug-path") == 0)
		debug_path = argv[2];
	else if (argc != 1)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	guard_begin();
	rc = symbols_new(debug_path, &symbols);
	if (rc == 0) {
		rc = serve(symbols);
		symbols_free(symbols);
	}
	/* An asker that has gone away needs no message. */
	if (rc == 0 || rc == -EPIPE)
		return 0;
	fprintf(stderr, "syscope-symbols: %s\n", strerror(-rc));
	return 1;
}
