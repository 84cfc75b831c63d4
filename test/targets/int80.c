/* Five calls of getpid by int 0x80, and says how many gave its id; "none" where the kernel has no 32-bit entry (it is a signal then). */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define NR_GETPID_I386 20

static sigjmp_buf back;

static void refused(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

int main(void)
{
	volatile int right = 0;

	signal(SIGSEGV, refused);
	if (sigsetjmp(back, 1) != 0) {
		puts("none");
		return 0;
	}
	for (int i = 0; i < 5; i++) {
		long result;

		__asm__ volatile("int $0x80" : "=a"(result) : "0"((long)NR_GETPID_I386) : "memory", "r8", "r9", "r10", "r11");
		right += result == getpid();
	}
	if (right == 0)
		puts("none");
	else
		printf("%d\n", right);
	return 0;
}
