/*
 * A world for the tests of fd state: /proc, paths, sockets and the tracee's memory are arrays that a test fills, and the rows
 * that fd state writes are arrays that it looks into.
 */
#ifndef SYSCOPE_TEST_FD_STATE_WORLD_H
#define SYSCOPE_TEST_FD_STATE_WORLD_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "tracer/fd_state.h"

#define MAX_FAKE 256

struct fake_fd {
	pid_t pid;
	int fd;
	int file; /* which open file: the same number, the same open file description */
	bool cloexec;
	uint8_t access;
	struct fd_probe probe;
};

struct fake_path {
	const char *path;
	int dirfd;
	bool follow;
	uint32_t mode;
	uint64_t filesystem;
};

struct fake_socket {
	uint64_t inode, peer_inode;
	uint8_t cls;
	const char *text;
};

struct fake_world {
	struct fake_fd fds[MAX_FAKE];
	struct fake_path paths[MAX_FAKE];
	struct fake_socket sockets[MAX_FAKE];
	struct {
		const void *bytes;
		size_t length;
	} copied[6]; /* of the arguments of the call that is entered or left */
	int fd_count, path_count, socket_count;
	struct {
		int fd;
		uint64_t data;
	} watched[8]; /* by whichever epoll instance */
	int watched_count;
	int settled; /* what path_settled says */
	bool list_fails;
	uint64_t memory_at; /* memory holds memory_length bytes at this address */
	size_t memory_length;
	unsigned char memory[8192];
	/* What was asked and written. */
	int probes, links, path_probes, kcmps;         /* links: whose text was read */
	struct row_description descriptions[MAX_FAKE]; /* by id */
	struct row_rename renames[MAX_FAKE];
	struct row_fd rows[4096];
	struct row_thread_files apart[MAX_FAKE];
	struct row_tie ties[4096];
	int description_count, rename_count, row_count, apart_count, tie_count;
	char strings[MAX_FAKE][256]; /* by id */
	int string_count;
	uint64_t sequence;
	struct fd_state *state;
};

extern int failures;
#define CHECK(condition)                                                                                                         \
	do {                                                                                                                     \
		if (!(condition)) {                                                                                              \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                                           \
			failures++;                                                                                              \
		}                                                                                                                \
	} while (0)

void world_begin(struct fake_world *w);
void world_end(struct fake_world *w);

/* Tables; a process's thread has the process's number + 10 as its id. */
uint32_t world_found(struct fake_world *w, pid_t tid, uint32_t process);
uint32_t world_fork(struct fake_world *w, uint32_t files, uint32_t process, bool shares);
uint32_t world_exec(struct fake_world *w, uint32_t files, uint32_t process, uint64_t event);

/* /proc/PID/fd/FD is there from now on; file: identity for kcmp. mode 0: an anonymous inode. */
struct fake_fd *world_fd(struct fake_world *w, pid_t pid, int fd, int file, uint32_t mode, const char *name);
void world_drop(struct fake_world *w, pid_t pid, int fd);
void world_path(struct fake_world *w, const char *path, uint32_t mode);
void world_socket(struct fake_world *w, uint64_t inode, uint8_t cls, const char *text, uint64_t peer_inode);
void world_memory(struct fake_world *w, uint64_t address, const void *bytes, size_t length);

/* A call with up to six arguments: enter, or enter and exit. */
struct fd_call world_enter(struct fake_world *w, uint32_t files, pid_t pid, long nr, const uint64_t args[6], const char *path);
#define ARGS(...)                                                                                                                \
	(const uint64_t[6])                                                                                                      \
	{                                                                                                                        \
		__VA_ARGS__                                                                                                      \
	}
void world_exit(struct fake_world *w, struct fd_call *call, int64_t ret);
struct fd_call world_call(struct fake_world *w, uint32_t files, pid_t pid, long nr, const uint64_t args[6], int64_t ret);

uint8_t world_class(struct fake_world *w, uint64_t description);
const char *world_name(struct fake_world *w, uint64_t description);
/* The row from the end: 0 is the last. NULL: there are not so many. */
const struct row_fd *world_row(const struct fake_world *w, int from_end);
int world_count(const struct fake_world *w, int op);

#endif
