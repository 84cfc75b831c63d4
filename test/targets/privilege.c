/* Prints who it runs as: installed set-user-id, that is its owner, unless it is traced by somebody without privilege. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("real %d effective %d\n", getuid(), geteuid());
	return 0;
}
