/*
 * How the tracer waits for a lone thread's next stop: the choice, from what a round of each way costs on this machine now.
 * Must not live here: anything that waits, or that moves a thread (waiting.h, cpu.h).
 */
#ifndef SYSCOPE_TRACER_WAIT_MODE_H
#define SYSCOPE_TRACER_WAIT_MODE_H

#include <stdbool.h>
#include <stdint.h>

enum wait_mode {
	WAIT_SLEEP,  /* until woken, on whichever CPU */
	WAIT_POLL,   /* looks again and again for a moment before it sleeps: neither side then wakes an idle CPU for the other */
	WAIT_FOLLOW, /* on the thread's own CPU: two context switches instead of two wake-ups */
	WAIT_MODES
};

struct wait_choice {
	enum wait_mode mode;
	bool settled;
	uint32_t rounds, counted, pause, next_pause; /* pause: rounds until the other ways are tried (again) */
	uint32_t dearer;                             /* windows in a row in which the settled mode cost more than in its trial */
	uint64_t spent_ns, cost_ns[WAIT_MODES];
};

void wait_choice_begin(struct wait_choice *choice);

/* After a round with the same lone thread, which took so long. Returns the mode for the next. */
enum wait_mode wait_choice_round(struct wait_choice *choice, uint64_t round_ns);

/* Several threads run, or another one: sleep, and begin anew. */
void wait_choice_reset(struct wait_choice *choice);

#endif
