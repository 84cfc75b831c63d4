/*
 * The world as fd state sees it: /proc, kcmp, sockets; and the sinks for its rows.
 * Must not live here: what follows from what is seen (fd_state.h).
 */
#ifndef SYSCOPE_TRACER_WORLD_H
#define SYSCOPE_TRACER_WORLD_H

#include "fd_state.h"
#include "store/writer.h"

struct capture;
struct world;

/* Fills *out, whose context is the new world. Returns 0 or -ENOMEM. */
int world_new(struct trace_writer *writer, struct fd_world *out, struct world **world);
/* Where what was copied of a call's arguments is found. */
void world_set_capture(struct world *world, const struct capture *capture);
void world_free(struct world *world);

/* probe_socket of struct fd_world (world_socket.c). */
int world_probe_socket(
	void *context, pid_t pid, int fd, uint64_t inode, uint8_t *cls, char *text, size_t size, struct fd_socket_peer *peer);

#endif
