/*
 * Messages of sockets: the descriptors that go with them (SCM_RIGHTS, unix(7)), and what many messages at once moved.
 * A description that is on its way has a reference of its own: its sender may have closed it before it arrives.
 * Must not live here: sockets themselves (fd_sockets.c), the bytes of messages (capture_vector.c).
 */
#include <string.h>
#include <sys/socket.h>
#include "fd_internal.h"

#define MESSAGES_LIMIT  1024 /* UIO_MAXIOV: what the kernel takes of the vector of recvmmsg(2) and sendmmsg(2) */
#define HEADERS_AT_ONCE 32
#define CONTROL_LIMIT                                                                                                            \
	4096 /* 253 descriptors, the most of one message, take 1,032 bytes; before them come credentials and time stamps */

typedef void (*each_descriptor)(struct fd_state *s, struct fd_call *call, int fd);

static void forget(struct fd_state *s, struct fd_under_way *place)
{
	if (place->description)
		fd_description_release(s, place->description);
	place->description = NULL;
}

/* From the call's entry on: it may be received before the sender's exit is seen. */
static void send_away(struct fd_state *s, const struct fd_call *call, struct fd_description *d)
{
	struct fd_under_way *place = &s->under_way[s->under_way_next++ % FD_UNDER_WAY];

	forget(s, place); /* never received: its socket was closed, or its receiver is not traced */
	d->refs++;
	*place = (struct fd_under_way){ .description = d, .event = call->event + 1 };
}

/* The call failed: what it would have sent did not leave. */
static void call_back(struct fd_state *s, const struct fd_call *call)
{
	for (uint32_t i = 0; i < FD_UNDER_WAY; i++) {
		if (s->under_way[i].event == call->event + 1)
			forget(s, &s->under_way[i]);
	}
}

/* The description arrives: its own reference is given up once a number has one. NULL: it was not seen leaving. */
static struct fd_under_way *arrived(struct fd_state *s, uint64_t device, uint64_t inode, const struct fd_description *known)
{
	for (uint32_t i = 0; i < FD_UNDER_WAY; i++) { /* the oldest first */
		struct fd_under_way *place = &s->under_way[(s->under_way_next + i) % FD_UNDER_WAY];
		const struct fd_description *d = place->description;

		/* One that a number refers to was told from others by kcmp(2). */
		if (d && (known ? d == known : d->refs == 1 && d->device == device && d->inode == inode))
			return place;
	}
	return NULL;
}

void fd_messages_forget(struct fd_state *s)
{
	for (uint32_t i = 0; i < FD_UNDER_WAY; i++)
		forget(s, &s->under_way[i]);
}

static void sent(struct fd_state *s, struct fd_call *call, int fd)
{
	const struct fd_description *d = fd_number_now(s, call, fd);

	fd_tie(s, call, fd, d ? d->id : 0, TIE_ROLE_SENT, 0);
	if (d)
		send_away(s, call, fd_description_by_id(s, d->id));
}

/* It is in the table now; only proc says what it is. */
static void received(struct fd_state *s, struct fd_call *call, int fd)
{
	struct fd_table *t = fd_table_get(s, call->files);
	struct fd_actor actor = fd_actor_of(call);
	struct fd_description *d;
	struct fd_under_way *place;

	if (!t || !fd_probe_now(s, call->tid, fd, true))
		return;
	d = fd_description_shared(s, call->tid, fd, s->probe.device, s->probe.inode, 0);
	place = arrived(s, s->probe.device, s->probe.inode, d);
	if (!d && place)
		d = place->description;
	if (!d)
		d = fd_describe_probed(s, call->tid, fd, false, actor.event);
	if (!d)
		return;
	fd_table_install(s, t, fd, d, FD_OP_OPEN, s->probe.cloexec, actor);
	if (place)
		forget(s, place);
	fd_tie(s, call, fd, d->id, TIE_ROLE_RECEIVED, 0);
}

static void descriptors_in(
	struct fd_state *s, struct fd_call *call, const unsigned char *control, size_t length, each_descriptor each)
{
	size_t at = 0;

	while (length - at >= sizeof(struct cmsghdr)) {
		struct cmsghdr header;
		size_t end;

		memcpy(&header, control + at, sizeof(header));
		if (header.cmsg_len < sizeof(header) || header.cmsg_len > length - at)
			return;
		end = at + header.cmsg_len;
		if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_RIGHTS) {
			for (size_t p = at + CMSG_LEN(0); p + sizeof(int) <= end; p += sizeof(int)) {
				int fd;

				memcpy(&fd, control + p, sizeof(fd));
				if (fd >= 0)
					each(s, call, fd);
			}
		}
		if (CMSG_ALIGN(header.cmsg_len) > length - at)
			return;
		at += CMSG_ALIGN(header.cmsg_len);
	}
}

static void message(struct fd_state *s, struct fd_call *call, const struct msghdr *header, each_descriptor each)
{
	unsigned char control[CONTROL_LIMIT];
	size_t length = header->msg_controllen < sizeof(control) ? header->msg_controllen : sizeof(control);

	if (length < sizeof(struct cmsghdr) ||
		s->world.read_memory(s->world.context, call->tid, (uint64_t)(uintptr_t)header->msg_control, control, length) < 0)
		return;
	descriptors_in(s, call, control, length, each);
}

static int message_argument(const struct syscall_row *row)
{
	for (int i = 1; i < row->argc && i < 6; i++) {
		if (row->args[i].kind == ARG_MSGHDR || row->args[i].kind == ARG_MMSGHDR)
			return i;
	}
	return -1;
}

/* One message: its header was copied, or is read. */
static void one_message(struct fd_state *s, struct fd_call *call, int arg, each_descriptor each)
{
	size_t length = 0;
	const void *bytes = s->world.copied(s->world.context, arg, &length);
	struct msghdr header;

	if (bytes && length >= sizeof(header))
		memcpy(&header, bytes, sizeof(header));
	else if (s->world.read_memory(s->world.context, call->tid, call->args[arg], &header, sizeof(header)) < 0)
		return;
	message(s, call, &header, each);
}

/* Returns what they moved, by the lengths in their headers. each may be NULL. */
static uint64_t many_messages(struct fd_state *s, struct fd_call *call, int arg, uint64_t count, each_descriptor each)
{
	struct mmsghdr headers[HEADERS_AT_ONCE];
	uint64_t bytes = 0;

	if (count > MESSAGES_LIMIT)
		count = MESSAGES_LIMIT;
	for (uint64_t first = 0; first < count; first += HEADERS_AT_ONCE) {
		size_t some = count - first < HEADERS_AT_ONCE ? (size_t)(count - first) : HEADERS_AT_ONCE;

		if (s->world.read_memory(s->world.context, call->tid, call->args[arg] + first * sizeof(headers[0]), headers,
			    some * sizeof(headers[0])) < 0)
			break;
		for (size_t i = 0; i < some; i++) {
			bytes += headers[i].msg_len;
			if (each && headers[i].msg_hdr.msg_controllen >= sizeof(struct cmsghdr))
				message(s, call, &headers[i].msg_hdr, each);
		}
	}
	return bytes;
}

void fd_messages_enter(struct fd_state *s, struct fd_call *call)
{
	int arg = message_argument(call->row);

	if (arg < 0 || call->row->args[arg].direction == DIRECTION_OUT)
		return;
	if (call->row->args[arg].kind == ARG_MSGHDR)
		one_message(s, call, arg, sent);
	else
		many_messages(s, call, arg, (uint32_t)call->args[call->row->args[arg].length_arg], sent);
}

void fd_messages_exit(struct fd_state *s, struct fd_call *call)
{
	int arg = message_argument(call->row);
	const struct syscall_arg *spec;
	uint64_t bytes;
	bool out;

	if (arg < 0)
		return;
	spec = &call->row->args[arg];
	out = spec->direction == DIRECTION_OUT;
	if (!out && call->ret < 0)
		call_back(s, call);
	if (call->ret < 0)
		return;
	if (spec->kind == ARG_MSGHDR) {
		if (out)
			one_message(s, call, arg, received);
		return;
	}
	bytes = many_messages(s, call, arg, (uint64_t)call->ret, out ? received : NULL);
	fd_tie(s, call, call->fd, call->description, out ? TIE_ROLE_READ : TIE_ROLE_WRITTEN, bytes);
}
