/* Wait statuses, numbers, JSON both ways, SHA-256: the tracer's parts without any I/O. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "tracer/json.h"
#include "tracer/options.h"
#include "tracer/sha256.h"
#include "tracer/stop.h"
#include "tracer/symbol_answer.h"
#include "tracer/wait_mode.h"
#include "tracer_check.h"

/* A stop's wait status, put together as the kernel does. */
static int stopped(int event, int signal)
{
	return event << 16 | signal << 8 | 0x7f;
}

static void check_stops(void)
{
	int signal;

	CHECK(stop_classify(0, &signal) == STOP_GONE);
	CHECK(stop_classify(SIGKILL, &signal) == STOP_GONE);
	CHECK(stop_classify(3 << 8, &signal) == STOP_GONE);
	CHECK(stop_classify(stopped(0, SIGTRAP | 0x80), &signal) == STOP_SYSCALL);
	CHECK(stop_classify(stopped(0, SIGTRAP), &signal) == STOP_SIGNAL && signal == SIGTRAP);
	CHECK(stop_classify(stopped(0, SIGUSR1), &signal) == STOP_SIGNAL && signal == SIGUSR1);
	CHECK(stop_classify(stopped(PTRACE_EVENT_STOP, SIGTRAP), &signal) == STOP_INTERRUPT);
	CHECK(stop_classify(stopped(PTRACE_EVENT_STOP, SIGTSTP), &signal) == STOP_GROUP && signal == SIGTSTP);
	CHECK(stop_classify(stopped(PTRACE_EVENT_SECCOMP, SIGTRAP), &signal) == STOP_SECCOMP);
	CHECK(stop_classify(stopped(PTRACE_EVENT_EXEC, SIGTRAP), &signal) == STOP_EXEC);
	CHECK(stop_classify(stopped(PTRACE_EVENT_EXIT, SIGTRAP), &signal) == STOP_EXITING);
	CHECK(stop_classify(stopped(PTRACE_EVENT_VFORK, SIGTRAP), &signal) == STOP_FORK);
	CHECK(stop_classify(stopped(PTRACE_EVENT_VFORK_DONE, SIGTRAP), &signal) == STOP_EVENT);
}

/* Rounds that cost what their mode costs. Returns the mode after so many. */
static enum wait_mode rounds(struct wait_choice *choice, const uint64_t cost_ns[WAIT_MODES], unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		wait_choice_round(choice, cost_ns[choice->mode]);
	return choice->mode;
}

/* The cheapest way to wait is found, kept while it pays, and not sought where none is clearly better. */
static void check_wait_choice(void)
{
	static const uint64_t poll_pays[] = { 30000, 15000, 29000 }, follow_pays[] = { 80000, 60000, 6000 };
	static const uint64_t none_pays[] = { 10000, 9500, 20000 }, busy[] = { 10000, 40000, 40000 },
			      waits[] = { 20000000, 10, 10 };
	struct wait_choice choice;

	wait_choice_begin(&choice);
	CHECK(rounds(&choice, poll_pays, 1000) == WAIT_POLL && choice.settled);
	CHECK(rounds(&choice, poll_pays, 100000) == WAIT_POLL);
	CHECK(rounds(&choice, busy, 1200) == WAIT_SLEEP && choice.pause > 0);
	CHECK(rounds(&choice, poll_pays, 10000) == WAIT_POLL);
	wait_choice_reset(&choice);
	CHECK(choice.mode == WAIT_SLEEP && rounds(&choice, follow_pays, 1000) == WAIT_FOLLOW);

	wait_choice_begin(&choice);
	CHECK(rounds(&choice, none_pays, 900) == WAIT_SLEEP && choice.pause > 0);
	CHECK(rounds(&choice, none_pays, 3000) == WAIT_SLEEP && choice.next_pause > 2048);
	wait_choice_begin(&choice);
	CHECK(rounds(&choice, waits, 1000) == WAIT_SLEEP);
}

static void check_numbers(void)
{
	uint64_t number = 7;

	CHECK(options_number("0", 10, &number) == 0 && number == 0);
	CHECK(options_number("10", 10, &number) == 0 && number == 10);
	CHECK(options_number("11", 10, &number) == -ERANGE);
	CHECK(options_number("99999999999999999999999", UINT64_MAX, &number) == -ERANGE);
	CHECK(options_number("-1", 10, &number) == -EINVAL);
	CHECK(options_number(" 1", 10, &number) == -EINVAL);
	CHECK(options_number("1k", 10, &number) == -EINVAL);
	CHECK(options_number("", 10, &number) == -EINVAL);
}

static void check_escape(const char *text, const char *wanted)
{
	char out[64];

	if (strcmp(json_escape(text, out, sizeof(out)), wanted) != 0) {
		printf("json_escape: %s instead of %s\n", out, wanted);
		failures++;
	}
}

static void check_json(void)
{
	char small[6];

	check_escape("plain", "plain");
	check_escape("a\"b\\c\n\x01\x7f", "a\\\"b\\\\c\\u000a\\u0001\\u007f");
	check_escape("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	check_escape("\xff\xc3(\xc0\x80\xed\xa0\x80",
		"\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	check_escape("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
	CHECK(strcmp(json_escape("abcdefgh", small, sizeof(small)), "abcde") == 0);
	CHECK(strcmp(json_escape("abc\n", small, sizeof(small)), "abc") == 0);
}

static void check_answers(void)
{
	char plain[] = "{\"address\":\"1f\",\"frames\":[{\"inlined\":true,\"function\":\"a\\\"\\u00e9\",\"file\":\"/"
		       "x\\ty.c\",\"line\":12,\"column\":3},"
		       "{\"inlined\":false,\"function\":\"main\"}]}";
	char problem[] =
		"{\"address\":\"1f\",\"frames\":[],\"problem\":\"no-module\",\"later\":{\"a\":[1,{\"b\":null}],\"c\":\"}]\"}}";
	char huge[] = "{\"frames\":[{\"line\":99999999999,\"function\":\"f\"}]}";
	struct symbol_answer answer;

	CHECK(symbol_answer_parse(plain, &answer) == 0 && answer.count == 2);
	CHECK(strcmp(answer.levels[0].function, "a\"\xc3\xa9") == 0 && strcmp(answer.levels[0].file, "/x\ty.c") == 0);
	CHECK(answer.levels[0].line == 12 && answer.levels[0].column == 3 && answer.levels[0].inlined);
	CHECK(strcmp(answer.levels[1].function, "main") == 0 && answer.levels[1].file[0] == '\0' && !answer.levels[1].inlined);
	CHECK(symbol_answer_parse(problem, &answer) == 0 && answer.count == 0);
	CHECK(symbol_answer_parse(huge, &answer) == 0 && answer.levels[0].line == 0);
}

/* Every beginning of an answer, and bytes of it changed at random: an error or not, but never out of bounds. */
static void check_broken_answers(void)
{
	static const char text[] = "{\"address\":\"1f\",\"frames\":[{\"inlined\":true,\"function\":\"a\\u00e9\\n\",\"file\":"
				   "\"f\",\"line\":1}],\"problem\":\"x\"}";
	struct symbol_answer answer;

	for (size_t length = 0; length < sizeof(text) - 1; length++) {
		char *part = strndup(text, length);

		CHECK(symbol_answer_parse(part, &answer) == -EINVAL);
		free(part);
	}
	srand(20261126);
	for (int round = 0; round < 20000; round++) {
		char *part = strdup(text);

		part[(size_t)rand() % (sizeof(text) - 1)] = (char)(1 + rand() % 255);
		symbol_answer_parse(part, &answer);
		free(part);
	}
}

static void check_hash(const char *text, size_t step, const char *wanted)
{
	struct sha256 hash;
	char hex[65];

	sha256_begin(&hash);
	for (size_t at = 0; at < strlen(text); at += step)
		sha256_add(&hash, text + at, strlen(text) - at < step ? strlen(text) - at : step);
	sha256_end(&hash, hex);
	CHECK(strcmp(hex, wanted) == 0);
}

/* The examples of FIPS 180-4, and lengths around a block's end. */
static void check_hashes(void)
{
	const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	check_hash("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_hash("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_hash(two_blocks, 56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	check_hash(two_blocks, 7, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

int main(void)
{
	check_stops();
	check_wait_choice();
	check_numbers();
	check_json();
	check_answers();
	check_broken_answers();
	check_hashes();
	return failures;
}
