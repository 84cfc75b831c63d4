/*
 * What epoll instances watch, so that what is ready can be told: epoll_wait(2) returns words of the program's own choice.
 * Must not live here: other calls on several descriptors (fd_ties.c).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "fd_internal.h"

/* More than that many watched by one instance are searched no further: its ready ones are left out. */
#define WATCHED_LIMIT 65536u

/* scratch of epoll_ctl */
enum { DATA_KNOWN, DATA };

/* epoll_ctl(2) as against epoll_wait(2): it has the descriptor that it is about, and an event that goes in. */
static int target_argument(const struct syscall_row *row)
{
	for (int i = 1; i < row->argc && i < 6; i++) {
		if (row->args[i].kind == ARG_FD)
			return i;
	}
	return -1;
}

/* An event's word lies at its end; whether its length is 12 or 16 depends on the architecture. */
static uint64_t data_of(const unsigned char *event, size_t length)
{
	uint64_t data;

	memcpy(&data, event + length - sizeof(data), sizeof(data));
	return data;
}

void fd_epoll_enter(struct fd_state *s, struct fd_call *call)
{
	int target = target_argument(call->row);
	size_t length = 0;
	const void *event = target > 0 ? s->world.copied(s->world.context, target + 1, &length) : NULL;

	call->scratch[DATA_KNOWN] = event && length >= sizeof(uint32_t) + sizeof(uint64_t);
	if (call->scratch[DATA_KNOWN])
		call->scratch[DATA] = data_of(event, length);
}

static struct fd_watched *find(const struct fd_watch_list *list, int fd)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->items[i].fd == fd)
			return &list->items[i];
	}
	return NULL;
}

static void watch(struct fd_watch_list *list, int fd, uint64_t description, uint64_t data)
{
	struct fd_watched *known = find(list, fd);

	if (!known && list->count == list->capacity) {
		uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
		struct fd_watched *grown = list->count < WATCHED_LIMIT ? realloc(list->items, capacity * sizeof(*grown)) : NULL;

		if (!grown)
			return;
		list->items = grown;
		list->capacity = capacity;
	}
	if (!known)
		known = &list->items[list->count++];
	*known = (struct fd_watched){ .data = data, .description = description, .fd = fd };
}

static void unwatch(struct fd_watch_list *list, int fd)
{
	struct fd_watched *known = find(list, fd);

	if (known)
		*known = list->items[--list->count];
}

static void changed(struct fd_state *s, struct fd_call *call, struct fd_description *epoll, int target)
{
	int fd = (int)call->args[target];
	const struct fd_description *d;

	if (call->args[1] == EPOLL_CTL_DEL) {
		unwatch(&epoll->watched, fd);
		return;
	}
	d = fd_number_now(s, call, fd);
	if (d && call->scratch[DATA_KNOWN])
		watch(&epoll->watched, fd, d->id, call->scratch[DATA]);
}

struct listing {
	struct fd_state *state;
	struct fd_call *call;
	struct fd_watch_list *list;
};

static void listed(void *context, int fd, uint64_t data)
{
	const struct listing *l = context;
	const struct fd_description *d = find(l->list, fd) ? NULL : fd_number_now(l->state, l->call, fd);

	if (d)
		watch(l->list, fd, d->id, data);
}

/* Two that are watched with the same word can't be told from each other. */
static const struct fd_watched *watched_as(const struct fd_watch_list *list, uint64_t data)
{
	const struct fd_watched *found = NULL;

	for (uint32_t i = 0; i < list->count; i++) {
		if (list->items[i].data != data)
			continue;
		if (found)
			return NULL;
		found = &list->items[i];
	}
	return found;
}

static void ready(struct fd_state *s, struct fd_call *call, struct fd_description *epoll, uint64_t data)
{
	const struct fd_watched *w = watched_as(&epoll->watched, data);

	if (!w && !epoll->watched.listed) { /* added before the recording, or in a way that was not seen */
		struct listing l = { s, call, &epoll->watched };

		epoll->watched.listed = true;
		s->world.list_watched(s->world.context, call->tid, call->fd, listed, &l);
		w = watched_as(&epoll->watched, data);
	}
	if (w)
		fd_tie(s, call, w->fd, w->description, TIE_ROLE_READY, 0);
}

void fd_epoll_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call)
{
	const struct syscall_row *row = call->row;
	struct fd_description *epoll = fd_description_by_id(s, call->description);
	int target = target_argument(row);
	const unsigned char *events;
	size_t length = 0, one;

	(void)t;
	if (!epoll || row->touch_arg != 0 || row->args[0].kind != ARG_FD)
		return;
	if (target > 0) {
		changed(s, call, epoll, target);
		return;
	}
	if (row->argc < 2 || row->args[1].kind != ARG_ARRAY || row->args[1].direction != DIRECTION_OUT)
		return;
	one = row->args[1].element_bytes;
	events = s->world.copied(s->world.context, 1, &length);
	for (size_t at = 0; events && one >= 12 && at + one <= length; at += one)
		ready(s, call, epoll, data_of(events + at, one));
}
