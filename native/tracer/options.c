/* See options.h. */
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session_file.h"

#define DEFAULT_PAYLOAD_BYTES 256
/* What the trace's heap takes at once (HEAP_ITEM_MAX_BYTES). */
#define MAX_PAYLOAD_BYTES (16u << 20)

static const char usage[] =
	"usage: syscope record [OPTION...] -- PROGRAM [ARG...]   runs a program and records its system calls\n"
	"       syscope record --session FILE                    the same, as a file says (removed after reading)\n"
	"       syscope attach [OPTION...] -p PID                records a running process until Ctrl+C\n"
	"\n"
	"  -o FILE             the trace (default: ./PROGRAM-DATE-TIME.syscope)\n"
	"  --no-stacks         take no stacks\n"
	"  --no-libc           record no libc calls\n"
	"  --payload BYTES     how much of each buffer is kept: bytes, none or all (default 256; all: up to 16 MiB)\n"
	"  --calls LIST        only these: a set (file network desc memory process signal ipc creds), a call, /REGEX/; !: not "
	"these\n"
	"  --paths LIST        only calls about these paths: a folder, a file or a glob\n"
	"  --classes LIST      only calls about descriptors of these classes (file, network, pipe, ...); !: not these\n"
	"  --processes TERMS   only processes of which all TERMS hold: name=NAME,pid=PID,parent=NAME,ppid=PID, also with !=\n"
	"  --size-limit BYTES  stop recording when the trace has reached this size\n"
	"  --seccomp on|off    select calls by a seccomp filter (on), or stop at every call; only off allows a true detach\n"
	"  --control PATH      a unix socket to watch and steer the recording\n"
	"  --stop-on-entry     hold the program at its own first call, until told to go on over the control socket\n"
	"  --stats             at the end, print what tracing took\n";

int options_add_word(struct options *options, char *word)
{
	if (options->argc + 1 >= options->argv_capacity) {
		size_t capacity = options->argv_capacity ? options->argv_capacity * 2 : 16;
		char **grown = realloc(options->argv, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		options->argv = grown;
		options->argv_capacity = capacity;
	}
	options->argv[options->argc++] = word;
	options->argv[options->argc] = NULL;
	return 0;
}

int options_number(const char *text, uint64_t limit, uint64_t *out)
{
	char *end;
	unsigned long long number;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end != '\0')
		return -EINVAL;
	if (errno == ERANGE || number > limit)
		return -ERANGE;
	*out = number;
	return 0;
}

static int complain(const char *sentence, const char *word)
{
	fprintf(stderr, "syscope: %s%s%s (syscope record --help says what there is).\n", sentence, word ? ": " : "",
		word ? word : "");
	return EXIT_SYSCOPE_FAILED;
}

static int number_option(const char *name, const char *text, uint64_t limit, uint64_t *out)
{
	if (options_number(text, limit, out) == 0)
		return 0;
	fprintf(stderr, "syscope: %s takes a whole number from 0 to %llu, not '%s'.\n", name, (unsigned long long)limit, text);
	return EXIT_SYSCOPE_FAILED;
}

/* Options without a value. Returns true if name is one. */
static bool plain_option(const char *name, struct options *options)
{
	if (strcmp(name, "--no-stacks") == 0)
		options->stacks = false;
	else if (strcmp(name, "--stop-on-entry") == 0)
		options->stop_on_entry = true;
	else if (strcmp(name, "--stats") == 0)
		options->stats = true;
	else
		return strcmp(name, "--no-libc") == 0;
	return true;
}

static int seccomp_option(const char *value, struct options *options)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return complain("--seccomp is either on or off, not", value);
	options->filter = strcmp(value, "on") == 0;
	return 0;
}

int options_payload(const char *text, uint32_t *out)
{
	uint64_t number = 0;
	int err = 0;

	if (strcmp(text, "all") == 0)
		number = MAX_PAYLOAD_BYTES;
	else if (strcmp(text, "none") != 0)
		err = options_number(text, UINT64_MAX, &number);
	if (err == 0)
		*out = number < MAX_PAYLOAD_BYTES ? (uint32_t)number : MAX_PAYLOAD_BYTES;
	return err;
}

static int payload_option(const char *value, struct options *options)
{
	if (options_payload(value, &options->payload_bytes) == 0)
		return 0;
	return complain("--payload is a number of bytes, none or all, not", value);
}

/* --calls and its like. */
static int selecting_option(enum selection_part part, const char *value, struct options *options)
{
	char sentence[512];

	if (selection_add(&options->selection, part, value, sentence, sizeof(sentence)) == 0)
		return 0;
	fprintf(stderr, "syscope: --%s: %s%s\n", selection_part_name(part), sentence,
		sentence[strlen(sentence) - 1] == '?' ? "" : ".");
	return EXIT_SYSCOPE_FAILED;
}

/* Options with a value. */
static int value_option(const char *name, const char *value, struct options *options)
{
	enum selection_part part = strncmp(name, "--", 2) == 0 ? selection_part_named(name + 2) : SELECT_PARTS;
	uint64_t number = 0;
	int status = 0;

	if (part != SELECT_PARTS)
		return selecting_option(part, value, options);
	if (strcmp(name, "-o") == 0 || strcmp(name, "--output") == 0) {
		options->output = value;
	} else if (strcmp(name, "--control") == 0) {
		options->control = value;
	} else if (strcmp(name, "--session") == 0) {
		return session_file_apply(value, options);
	} else if (strcmp(name, "--seccomp") == 0) {
		return seccomp_option(value, options);
	} else if (strcmp(name, "--size-limit") == 0) {
		return number_option(name, value, UINT64_MAX, &options->size_limit_bytes);
	} else if (strcmp(name, "--payload") == 0) {
		return payload_option(value, options);
	} else if (strcmp(name, "-p") == 0 || strcmp(name, "--pid") == 0) {
		status = number_option(name, value, INT_MAX, &number);
		options->attach_pid = (pid_t)number;
	} else {
		return complain("there is no such option", name);
	}
	return status;
}

static int parse_options(int argc, char **argv, struct options *options, int *next)
{
	int i = 2;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
		int status;

		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (plain_option(argv[i], options))
			continue;
		if (i + 1 >= argc)
			return complain("this option is unknown or lacks its value", argv[i]);
		status = value_option(argv[i], argv[i + 1], options);
		if (status != 0)
			return status;
		i++;
	}
	*next = i;
	return 0;
}

static int check(struct options *options)
{
	if (options->command == COMMAND_ATTACH) {
		options->filter = false;
		if (options->argc != 0)
			return complain("attach takes a process id and no program", NULL);
		return options->attach_pid > 0 ? 0 : complain("attach needs a process id (-p PID)", NULL);
	}
	if (options->attach_pid != 0)
		return complain("a process id is for attach, not for record", NULL);
	if (options->argc == 0)
		return complain("there is no program to record", NULL);
	if (!options->program)
		options->program = options->argv[0];
	return options->program[0] != '\0' ? 0 : complain("the program's name is empty", NULL);
}

static bool is_help(int argc, char **argv, int at)
{
	return at < argc && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0);
}

int options_parse(int argc, char **argv, struct options *options, bool *done)
{
	int next = argc;
	int status;

	*options = (struct options){ .stacks = true, .filter = true, .payload_bytes = DEFAULT_PAYLOAD_BYTES };
	*done = false;
	if (is_help(argc, argv, 1) || is_help(argc, argv, 2)) {
		fputs(usage, stdout);
		*done = true;
		return 0;
	}
	if (argc >= 2 && strcmp(argv[1], "record") == 0)
		options->command = COMMAND_RECORD;
	else if (argc >= 2 && strcmp(argv[1], "attach") == 0)
		options->command = COMMAND_ATTACH;
	else
		return complain("either record or attach", NULL);
	status = parse_options(argc, argv, options, &next);
	if (status != 0)
		return status;
	for (int i = next; i < argc; i++) {
		if (options_add_word(options, argv[i]) != 0)
			return complain("out of memory", NULL);
	}
	return check(options);
}
