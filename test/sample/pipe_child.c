/* Talks to a child process over two pipes: it answers in capitals. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sample.h"

static void answer_in_capitals(int in, int out)
{
	char text[64];
	ssize_t got = read(in, text, sizeof(text));

	for (ssize_t i = 0; i < got; i++)
		text[i] = (char)toupper((unsigned char)text[i]);
	if (got > 0)
		check(write(out, text, (size_t)got), "write to the parent");
	_exit(0);
}

void ask_child(const char *question, char *answer, size_t size)
{
	int to_child[2], from_child[2];
	pid_t child;
	ssize_t got;

	check(pipe(to_child), "pipe");
	check(pipe(from_child), "pipe");
	child = fork();
	check(child, "fork");
	if (child == 0) {
		close(to_child[1]);
		close(from_child[0]);
		answer_in_capitals(to_child[0], from_child[1]);
	}
	close(to_child[0]);
	close(from_child[1]);
	check(write(to_child[1], question, strlen(question)), "write to the child");
	close(to_child[1]);
	got = read(from_child[0], answer, size - 1);
	check(got, "read from the child");
	answer[got] = '\0';
	close(from_child[0]);
	waitpid(child, NULL, 0);
}
