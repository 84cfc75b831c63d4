/* Answers each line of its stdin with "got LINE", by single calls, until the end. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	char line[256], answer[300];

	for (;;) {
		ssize_t got = read(0, line, sizeof(line));

		if (got <= 0)
			return got < 0;
		if (write(1, answer, (size_t)snprintf(answer, sizeof(answer), "got %.*s", (int)got, line)) < 0)
			return 1;
	}
}
