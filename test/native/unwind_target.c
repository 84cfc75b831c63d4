/*
 * A program whose stacks unwind_live_test compares; built several times with different flags. It stops itself with SIGSTOP
 * where its argument says, after which the test reads or single-steps it. What must not live here: checks.
 *
 *   deep N      at the bottom of N recursive calls        signal   in a signal handler
 *   plt         before calls through the PLT              altstack in a handler on an alternate stack
 *   align       in a function that realigns its stack     qsort    in a callback of the C library
 *   alloca      in a function with a variable frame
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static volatile int sink;

NOINLINE static void stop_here(void)
{
	kill(getpid(), SIGSTOP);
	sink++;
}

/* Several values live across the call, so that callee-saved registers are in use. */
NOINLINE static int deep(int n, int a, int b, int c, int d)
{
	int e = a * b + n, f = c * d - n, result;

	if (n == 0) {
		stop_here();
		return e + f;
	}
	result = deep(n - 1, b + e, c + f, d + a, a + b);
	sink += result + e;
	return result + a + b * c + d * e + f;
}

NOINLINE static void call_libc(void)
{
	char text[64];

	stop_here();
	for (int i = 0; i < 3; i++) {
		memset(text, 'a' + i, sizeof(text) - 1);
		text[63] = '\0';
		sink += (int)strlen(text) + atoi("17") + abs(-i);
		sink += (int)strtol("123", NULL, 10);
		free(malloc(100));
	}
}

static void on_signal(int signo)
{
	sink += signo;
	stop_here();
}

NOINLINE static void take_signal(int flags)
{
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = flags };

	if (flags & SA_ONSTACK)
		sigaltstack(&alternate, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	/* And from an instruction of our own: an interrupted pc that is no return address. */
	action.sa_flags |= (int)SA_RESETHAND;
	sigaction(SIGILL, &action, NULL);
	__asm__ volatile("ud2");
}

NOINLINE static void realigned(int n)
{
	_Alignas(64) char area[128];
	char *variable = __builtin_alloca((size_t)n + 16);

	memset(area, n, sizeof(area));
	memset(variable, n, (size_t)n);
	stop_here();
	sink += area[n & 63] + variable[0];
}

NOINLINE static void variable_frame(int n)
{
	char *variable = __builtin_alloca((size_t)n * 16);

	memset(variable, n, (size_t)n);
	stop_here();
	sink += variable[n / 2];
}

static int compare(const void *a, const void *b)
{
	static int calls;

	if (++calls == 5)
		stop_here();
	return *(const int *)a - *(const int *)b;
}

NOINLINE static void sort(void)
{
	int values[16];

	for (int i = 0; i < 16; i++)
		values[i] = i * 7 % 16;
	qsort(values, 16, sizeof(values[0]), compare);
	sink += values[3];
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 5;

	if (strcmp(what, "deep") == 0)
		sink += deep(n, 1, 2, 3, 4);
	else if (strcmp(what, "plt") == 0)
		call_libc();
	else if (strcmp(what, "signal") == 0)
		take_signal(0);
	else if (strcmp(what, "altstack") == 0)
		take_signal(SA_ONSTACK);
	else if (strcmp(what, "align") == 0)
		realigned(n);
	else if (strcmp(what, "alloca") == 0)
		variable_frame(n);
	else if (strcmp(what, "qsort") == 0)
		sort();
	else
		return 2;
	return 0;
}
