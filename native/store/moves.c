/* See moves.h. Must not live here: any system call's name or number. */
#include "moves.h"

#include <stdbool.h>

static bool is_end(const struct syscall_arg *arg, enum fd_end end)
{
	return arg->kind == ARG_FD && arg->list == end;
}

/* The ends of a call between two descriptors: the first is the call's own. */
static struct moves ends_of(const struct syscall_row *row)
{
	struct moves moves = { MOVES_NONE, -1 };

	for (int i = 0; i < row->argc; i++) {
		if (!is_end(&row->args[i], FD_END_FROM) && !is_end(&row->args[i], FD_END_TO))
			continue;
		if (moves.kind != MOVES_NONE) {
			moves.arg = i;
			break;
		}
		moves.kind = is_end(&row->args[i], FD_END_FROM) ? MOVES_FROM : MOVES_TO;
	}
	return moves;
}

struct moves moves_of(const struct syscall_row *row)
{
	if (!row || row->touch != TOUCH_FD || row->ret_kind != RET_BYTES)
		return (struct moves){ MOVES_NONE, -1 };
	for (int i = 0; i < row->argc; i++) {
		const struct syscall_arg *arg = &row->args[i];

		if (arg->kind != ARG_BUF && arg->kind != ARG_IOVEC && arg->kind != ARG_MSGHDR)
			continue;
		if (arg->direction == DIRECTION_OUT || arg->direction == DIRECTION_IN)
			return (struct moves){ arg->direction == DIRECTION_OUT ? MOVES_RECEIVED : MOVES_SENT, -1 };
		break;
	}
	return ends_of(row);
}
