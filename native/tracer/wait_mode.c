/*
 * See wait_mode.h. Whether the scheduler leaves a thread on its CPU when the tracer moves there, and what waking an idle CPU
 * costs, depends on the machine and on what else runs: so each way is tried for a window of rounds, and the cheapest is kept
 * while it is worth it.
 *
 *   sleep -> poll -> follow -> the cheapest, if clearly cheaper than sleep -- dearer than in its trial --> sleep -> …
 *                              else sleep, for a pause that doubles each time
 */
#include "wait_mode.h"

#define WINDOW      64u
#define SETTLED     256u /* a window of the mode that was chosen: two in a row that are dearer end it */
#define WARM_UP     64u  /* rounds of a trial that still have the former way in them, and the scheduler's answer to the new one */
#define FIRST_PAUSE 1024u
#define LONGEST_PAUSE (1u << 20)
/* Longer rounds are not the tracer's: the thread was waiting for something, or the CPU was elsewhere. */
#define LONGEST_ROUND_NS 10000000u

void wait_choice_begin(struct wait_choice *choice)
{
	*choice = (struct wait_choice){ .next_pause = FIRST_PAUSE };
}

static void enter(struct wait_choice *choice, enum wait_mode mode, bool settled)
{
	choice->mode = mode;
	choice->settled = settled;
	choice->rounds = choice->counted = 0;
	choice->spent_ns = 0;
}

void wait_choice_reset(struct wait_choice *choice)
{
	choice->dearer = 0;
	enter(choice, WAIT_SLEEP, false);
}

static void settle(struct wait_choice *choice)
{
	enum wait_mode best = WAIT_SLEEP;

	for (enum wait_mode mode = WAIT_POLL; mode < WAIT_MODES; mode++) {
		if (choice->cost_ns[mode] < choice->cost_ns[best])
			best = mode;
	}
	if (best != WAIT_SLEEP && choice->cost_ns[best] * 10 <= choice->cost_ns[WAIT_SLEEP] * 9) {
		enter(choice, best, true);
		choice->next_pause = FIRST_PAUSE;
		return;
	}
	wait_choice_reset(choice);
	choice->pause = choice->next_pause;
	choice->next_pause = choice->next_pause < LONGEST_PAUSE ? choice->next_pause * 2 : LONGEST_PAUSE;
}

static void end_window(struct wait_choice *choice)
{
	uint64_t cost = choice->spent_ns / choice->counted;

	if (choice->settled) {
		choice->dearer = cost * 4 > choice->cost_ns[choice->mode] * 5 ? choice->dearer + 1 : 0;
		if (choice->dearer > 1)
			wait_choice_reset(choice);
		else
			enter(choice, choice->mode, true);
		return;
	}
	choice->cost_ns[choice->mode] = cost;
	if (choice->mode + 1 < WAIT_MODES)
		enter(choice, choice->mode + 1, false);
	else
		settle(choice);
}

enum wait_mode wait_choice_round(struct wait_choice *choice, uint64_t round_ns)
{
	uint32_t warm_up = choice->settled ? 1 : WARM_UP;
	uint32_t window = choice->settled ? SETTLED : WINDOW;

	if (choice->pause > 0) {
		choice->pause--;
		return WAIT_SLEEP;
	}
	if (choice->rounds++ >= warm_up && round_ns < LONGEST_ROUND_NS) {
		choice->counted++;
		choice->spent_ns += round_ns;
	}
	if (choice->rounds >= warm_up + window) {
		if (choice->counted > window / 2)
			end_window(choice);
		else /* the thread mostly waits for something: nothing to gain */
			wait_choice_reset(choice);
	}
	return choice->mode;
}
