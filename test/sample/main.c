/* A small program with something to see for every kind of descriptor: a file, the terminal, a pipe, the network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sample.h"

void check(long result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

/* Reads one line from the terminal, without its end. */
static void read_line(char *line, size_t size)
{
	ssize_t got = read(STDIN_FILENO, line, size - 1);

	check(got, "read");
	line[got] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0')
		snprintf(line, size, "nobody");
}

static void say(const char *text)
{
	check(write(STDOUT_FILENO, text, strlen(text)), "write");
}

int main(void)
{
	char name[64], shouted[64], echoed[64], text[256];

	copy_file("notes.txt", "notes.copy");
	access("no-such-file", R_OK);

	say("Your name: ");
	read_line(name, sizeof(name));

	ask_child(name, shouted, sizeof(shouted));
	echo_over_tcp(shouted, echoed, sizeof(echoed));

	snprintf(text, sizeof(text), "Hello, %s!\n", echoed);
	say(text);
	unlink("notes.copy");
	return 0;
}
