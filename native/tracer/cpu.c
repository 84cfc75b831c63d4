/* See cpu.h. */
#include "cpu.h"

void cpu_follow(struct tracer *tracer, pid_t only)
{
	(void)tracer;
	(void)only;
}
