/*
 * What every descriptor of every traced process refers to: files tables (one per CLONE_FILES group), open file
 * descriptions with a class and a name, generations so that a reused number is never confused.
 * A pure core: the world is reached through struct fd_world only, so a test's /proc is a few arrays.
 * Must not live here: ptrace, wait statuses, the trace file's layout, names of system calls (a table row's effect says
 * what a call does to descriptors).
 *
 * Ownership: everything belongs to the tracer thread. Addresses are the tracee's.
 */
#ifndef SYSCOPE_TRACER_FD_STATE_H
#define SYSCOPE_TRACER_FD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "schema.h"   /* enum fd_class, struct row_fd, row_description, row_rename */
#include "syscalls.h" /* struct syscall_row: argument kinds, effect */

/* What proc says of a descriptor or a path. */
struct fd_probe {
	bool want_flags;        /* set by the caller: cloexec and access are needed (/proc/PID/fdinfo/N, one more file to read) */
	uint32_t mode;          /* st_mode; 0 if it could not be had */
	uint64_t device, inode; /* st_dev, st_ino */
	uint64_t special;       /* st_rdev */
	uint64_t filesystem;    /* statfs f_type: PROC_SUPER_MAGIC and SYSFS_MAGIC are kernel-file */
	bool cloexec;           /* only if want_flags */
	uint32_t pty;           /* of a pseudoterminal: its number + 1 (of a master only if want_flags); 0: none or unknown */
	bool pty_master;
	uint8_t access;         /* only if want_flags: O_ACCMODE bits of its flags, plus 1; 0: unknown */
	const char *known_name; /* set by the caller, NULL: none: the link's text if device and inode are those of below */
	uint64_t known_device, known_inode;
	char name[4096]; /* the link of /proc/PID/fd/N: a path, "pipe:[5]", "socket:[7]", "anon_inode:[eventfd]" */
};

/* The other end of a socket, as far as it is on this machine. */
struct fd_socket_peer {
	uint64_t inode; /* 0: none, or unknown */
	bool one_way;   /* its own peer is another, or none: datagrams of many may go to one */
};

struct fd_world {
	void *context;
	/* /proc/PID/fd/FD; -errno if it is not there. */
	int (*probe_fd)(void *context, pid_t pid, int fd, struct fd_probe *out);
	/* What a path names as this process sees it (its root, its cwd or dirfd); follow: the last symlink too. No open(2) is done. */
	int (*probe_path)(void *context, pid_t pid, int dirfd, const char *path, bool follow, struct fd_probe *out);
	/*
	 * 1: no part of the path is a symbolic link or lies in proc, and no directory on it has changed in the last age_ns; 0: only
	 * the former; -errno: neither, or it can't be told.
	 */
	int (*path_settled)(void *context, pid_t pid, int dirfd, const char *path, uint64_t age_ns);
	/* Calls back for each number in /proc/PID/fd. */
	int (*list_fds)(void *context, pid_t pid, void (*each)(void *each_context, int fd), void *each_context);
	/* 1: the same open file description (kcmp(2) KCMP_FILE), 0: not, -errno: cannot be told. */
	int (*same_file)(void *context, pid_t a, int fd_a, pid_t b, int fd_b);
	/* Local and peer address of a socket inode of this process's network namespace (sock_diag or /proc/PID/net):
	   fills class (network, local-socket, other), text such as "tcp 127.0.0.1:80 -> 127.0.0.1:5000", and the peer. */
	int (*probe_socket)(void *context, pid_t pid, int fd, uint64_t inode, uint8_t *cls, char *text, size_t size,
		struct fd_socket_peer *peer);
	/* The numbers that an epoll instance watches, with what it returns for each (fdinfo's tfd lines). 0 or -errno. */
	int (*list_watched)(
		void *context, pid_t tid, int fd, void (*each)(void *each_context, int fd, uint64_t data), void *each_context);
	/* What was copied of an argument in this half of the call, valid until the next half; NULL: nothing. */
	const void *(*copied)(void *context, int arg, size_t *length);
	/* 0 if all of it was read, else -errno. */
	int (*read_memory)(void *context, pid_t pid, uint64_t address, void *buffer, size_t length);
	/* Sinks: rows go to the trace in this order. description returns the new id. */
	uint64_t (*add_description)(void *context, const struct row_description *row);
	void (*add_rename)(void *context, const struct row_rename *row);
	void (*add_fd)(void *context, const struct row_fd *row);
	void (*add_tie)(void *context, const struct row_tie *row);
	void (*add_thread_files)(void *context, const struct row_thread_files *row);
	uint32_t (*string)(void *context, const char *bytes, size_t length);
	uint64_t (*sequence)(void *context);
	uint64_t (*now)(void *context);
};

struct fd_state;
int fd_state_new(const struct fd_world *world, struct fd_state **out);
void fd_state_free(struct fd_state *state);
/* What an open's path names is looked at when it begins, so that its class is known then (else only at its exit). */
void fd_state_look_at_opens(struct fd_state *s);

struct fd_call;

/* A thread as the user of a files table. */
struct fd_user {
	pid_t tid;
	uint32_t process, thread; /* their rows */
	bool apart;               /* its table is not the one of its process's other threads: a row of its own says which it is */
};

/* Files tables. Ids start at 1 and are never reused; each thread holds one reference to its table. */
uint32_t fd_state_table_found(struct fd_state *s, const struct fd_user *user); /* launch or attach: read from proc */
uint32_t fd_state_table_fork(struct fd_state *s, uint32_t parent_table, const struct fd_user *child, bool shares_files);
uint32_t fd_state_table_unshare(struct fd_state *s, uint32_t table, const struct fd_user *user);
/* Unshares, then closes what is close-on-exec. event: of the exec. */
uint32_t fd_state_table_exec(struct fd_state *s, uint32_t table, const struct fd_user *user, uint64_t event);
/*
 * Whether other threads may have changed the table between the kernel's copy of it and ours, in this call (a fork, an unshare):
 * then the copy is to be held against proc, while its only user is stopped.
 */
bool fd_state_unsettled(const struct fd_state *s, const struct fd_call *call);
void fd_state_table_verify(struct fd_state *s, uint32_t table, const struct fd_user *user);
/* The thread tid is over; stand_in: another that uses the table, 0: none is known. */
void fd_state_table_release(struct fd_state *s, uint32_t table, pid_t tid, pid_t stand_in);

#define FD_EVENT_NONE (UINT64_C(1) << 63)
#define FD_PATH_BYTES 4096

/* One system call. The tracer fills the first part at entry, ret at exit, and keeps it with the thread in between. */
struct fd_call {
	uint32_t files, process, thread;
	pid_t tid;       /* for proc: threads of a process need not have the same descriptors, and its leader may be over */
	bool has_others; /* its process has other threads */
	uint64_t event;  /* or FD_EVENT_NONE + a number of its own: it is not recorded, its rows name no event */
	const struct syscall_row *row; /* NULL: a number without a row */
	uint64_t args[6];
	int64_t ret;
	const char *path; /* entry only: the path argument (row's touch_arg), NUL-terminated; NULL: none or unreadable */
	/*
	 * The caller's, FD_PATH_BYTES: where an open's path is kept until its exit, if another thread or process might rewrite it.
	 * NULL: none can.
	 */
	char *kept_path;
	/* Results: of entry, then final ones at exit. fd -1: none. description 0: none or unknown. */
	int fd;
	uint64_t description;
	bool path_rewritten;       /* exit: the kernel saw another path than we did */
	uint8_t cls;               /* of an open: file at entry, what it is about at exit */
	uint32_t table_changed_to; /* exit: not 0 when the thread's table is another from now on (unshare, close_range UNSHARE) */
	uint32_t ties, ties_left_out; /* private: of this half */
	uint64_t changes_before;      /* private: of the table, at entry */
	uint64_t newest_before;       /* private: description, likewise */
	bool changing;                /* private */
	uint64_t scratch[4];          /* private */
};
/* What fd_state_enter() would say of the call, before it is known whether it has an event: nothing but the call changes. */
void fd_state_look(struct fd_state *s, struct fd_call *call);
void fd_state_enter(struct fd_state *s, struct fd_call *call);
void fd_state_exit(struct fd_state *s, struct fd_call *call);

/* The description that (table, fd) refers to now, 0 = none; resolved from proc when unknown. */
uint64_t fd_state_lookup(struct fd_state *s, uint32_t table, pid_t tid, uint32_t process, int fd);
/*
 * A number was closed without a call (io_uring): if it still refers to description, it is unknown from now on, and asked of proc
 * at its next use. event: of the call that it came with.
 */
void fd_state_closed_unseen(struct fd_state *s, uint32_t table, uint32_t process, uint64_t event, int fd, uint64_t description);
/* Its name and class now; valid until the next call. */
const char *fd_state_name(const struct fd_state *s, uint64_t description, uint8_t *cls);

#endif
