/*
 * A call that concerns several descriptors is filed under the first; this says which others it concerns, and as what.
 * Must not live here: epoll's memory of what it watches (fd_epoll.c), messages (fd_messages.c).
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include "fd_internal.h"

#define FDSET_WORD_BITS 64

void fd_tie(struct fd_state *s, struct fd_call *call, int fd, uint64_t description, enum tie_role role, uint64_t count)
{
	struct row_tie row = {
		.event = call->event, .fd = fd, .description = description, .role = (uint8_t)role, .count = count
	};
	const struct fd_description *d;

	if (call->ties >= FD_TIES_LIMIT) {
		call->ties_left_out++;
		return;
	}
	call->ties++;
	d = description ? fd_description_by_id(s, description) : fd_number_now(s, call, fd);
	row.class = d ? d->cls : FD_CLASS_OTHER;
	row.description = d ? d->id : description;
	s->world.add_tie(s->world.context, &row);
}

static void finish(struct fd_state *s, struct fd_call *call)
{
	struct row_tie row = { .event = call->event, .fd = -1, .role = TIE_ROLE_MORE, .count = call->ties_left_out };

	if (call->ties_left_out)
		s->world.add_tie(s->world.context, &row);
	call->ties = call->ties_left_out = 0;
}

/* The first of those polled is the call's own. */
static void polled(struct fd_state *s, struct fd_call *call, int fd)
{
	if (call->fd >= 0) {
		fd_tie(s, call, fd, 0, TIE_ROLE_POLLED, 0);
		return;
	}
	fd_call_touches(s, call, fd);
	call->cls = FD_CLASS_POLL;
}

static void poll_array(struct fd_state *s, struct fd_call *call, int arg)
{
	size_t length = 0;
	const void *bytes = s->world.copied(s->world.context, arg, &length);
	uint64_t all = (uint32_t)call->args[call->row->args[arg].length_arg];
	struct pollfd one;

	for (size_t at = 0; bytes && at + sizeof(one) <= length; at += sizeof(one)) {
		memcpy(&one, (const char *)bytes + at, sizeof(one));
		if (one.fd >= 0 && one.fd != call->fd)
			polled(s, call, one.fd);
	}
	/* What was not copied lies far beyond the limit. */
	if (bytes && all > length / sizeof(one))
		call->ties_left_out += (uint32_t)(all - length / sizeof(one));
}

/* The numbers of up to three sets, each once. */
static void fd_sets(struct fd_state *s, struct fd_call *call)
{
	const void *sets[6];
	size_t lengths[6], longest = 0;
	int count = 0;

	for (int i = 0; i < call->row->argc && i < 6; i++) {
		if (call->row->args[i].kind != ARG_FDSET)
			continue;
		lengths[count] = 0;
		sets[count] = s->world.copied(s->world.context, i, &lengths[count]);
		if (sets[count] && lengths[count] > longest)
			longest = lengths[count];
		count++;
	}
	for (size_t at = 0; at + sizeof(uint64_t) <= longest; at += sizeof(uint64_t)) {
		uint64_t any = 0;

		for (int i = 0; i < count; i++) {
			uint64_t word = 0;

			if (sets[i] && at + sizeof(word) <= lengths[i])
				memcpy(&word, (const char *)sets[i] + at, sizeof(word));
			any |= word;
		}
		for (; any; any &= any - 1) {
			int fd = (int)(at * 8) + __builtin_ctzll(any);

			if (fd < (int)call->args[0])
				polled(s, call, fd);
		}
	}
}

static enum tie_role role_of(const struct syscall_arg *arg)
{
	if (arg->list == FD_END_FROM)
		return TIE_ROLE_FROM;
	return arg->list == FD_END_TO ? TIE_ROLE_TO : TIE_ROLE_TARGET;
}

/* Descriptor arguments beside the one that the call is filed under. The one that dup2 makes is known at its exit. */
static void further_arguments(struct fd_state *s, struct fd_call *call)
{
	const struct syscall_row *row = call->row;

	if (row->effect == EFFECT_DUP2)
		return;
	for (int i = 0; i < row->argc && i < 6; i++) {
		if (row->args[i].kind == ARG_FD && i != row->touch_arg && (int)call->args[i] >= 0)
			fd_tie(s, call, (int)call->args[i], 0, role_of(&row->args[i]), 0);
	}
}

void fd_ties_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	const struct syscall_row *row = call->row;

	(void)t;
	call->ties = call->ties_left_out = 0;
	if (row->touch == TOUCH_POLL && row->touch_arg >= 0 && row->args[row->touch_arg].kind == ARG_ARRAY)
		poll_array(s, call, row->touch_arg);
	else if (row->touch == TOUCH_POLL && row->touch_arg < 0)
		fd_sets(s, call);
	else if (row->touch == TOUCH_POLL || row->touch == TOUCH_FD)
		further_arguments(s, call);
	if (row->touch == TOUCH_POLL)
		fd_epoll_enter(s, call);
	else if (row->touch == TOUCH_FD)
		fd_messages_enter(s, call);
	finish(s, call);
}

/* vmsplice(2) on the end that is read: its vector says where to, whatever its direction in the table. */
static void vector_from_pipe(struct fd_state *s, struct fd_call *call)
{
	const struct syscall_row *row = call->row;
	const struct fd_description *d;

	if (row->ret_kind != RET_BYTES || row->argc < 2 || row->args[1].kind != ARG_IOVEC ||
		row->args[1].direction != DIRECTION_IN)
		return;
	d = fd_description_by_id(s, call->description);
	if (d && d->cls == FD_CLASS_PIPE && d->access == O_RDONLY + 1)
		fd_tie(s, call, call->fd, d->id, TIE_ROLE_READ, (uint64_t)call->ret);
}

static void transferred(struct fd_state *s, struct fd_call *call)
{
	vector_from_pipe(s, call);
	if (call->row->ret_kind == RET_BYTES)
		fd_socket_transfer(s, call);
}

void fd_ties_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	if (call->ret >= 0 && call->row->touch == TOUCH_POLL)
		fd_epoll_exit(s, t, call);
	if (call->ret >= 0 && call->row->touch == TOUCH_FD)
		transferred(s, call);
	if (call->row->touch == TOUCH_FD)
		fd_messages_exit(s, call);
	finish(s, call);
}
