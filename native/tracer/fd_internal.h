/*
 * What the files of fd state share: descriptions with their indexes, files tables, and the helpers between them.
 * Must not be included by anything but fd_*.c and its tests.
 *
 *   table 1 (pid 40)                    descriptions, counted by the slots that refer to them
 *   +------------------------+
 *   | fd 0  gen 1  cloexec - |--------> +------------------------------+
 *   | fd 1  gen 1            |--------> | id 1  terminal  "/dev/pts/3" |
 *   | fd 5  gen 4  closed    |          +------------------------------+
 *   | fd 6  gen 1  closing   |--------> | id 9  pipe  "pipe:[77]"      |  peer 10
 *   +------------------------+          +------------------------------+
 *
 * A closed slot stays, so that the next use of its number has the next generation.
 */
#ifndef SYSCOPE_TRACER_FD_INTERNAL_H
#define SYSCOPE_TRACER_FD_INTERNAL_H

#include "fd_state.h"

enum fd_index_kind {
	FD_INDEX_ID,    /* by id */
	FD_INDEX_INODE, /* by device and inode */
	FD_INDEX_PAIR,  /* connections and pseudoterminals: the same key for both ends */
	FD_INDEX_COUNT
};

struct fd_link {
	struct fd_link *next, **at;
	struct fd_description *owner;
	uint64_t key;
};

/* A chained hash table whose links lie in what it holds. */
struct fd_index {
	struct fd_link **heads;
	size_t capacity, count;
};

/* What an epoll instance watches: the number and what it referred to when it was added, and what epoll_wait returns for it. */
struct fd_watched {
	uint64_t data;
	uint64_t description;
	int fd;
};

struct fd_watch_list {
	struct fd_watched *items;
	uint32_t count, capacity;
	bool listed; /* proc was asked for what was added unseen */
};

struct fd_description {
	uint64_t id;
	uint64_t device, inode;
	uint64_t peer; /* the other end's id, 0: unknown */
	struct fd_link links[FD_INDEX_COUNT];
	uint32_t refs;
	uint8_t cls;
	uint8_t access;  /* as in struct fd_probe */
	bool pty_master; /* likewise */
	uint32_t pty;
	bool asked;            /* a socket whose addresses were looked for at its first transfer */
	uint32_t holder_table; /* where it was installed last: kcmp(2) needs a process and a number */
	int holder_fd;
	char *name; /* NUL-terminated */
	size_t name_length, name_capacity;
	struct fd_watch_list watched; /* of an epoll instance */
	struct fd_description *free_next;
};

struct fd_slot {
	struct fd_description *description; /* NULL: closed */
	uint64_t closing_event;             /* event id + 1 of a call that is closing it, 0: none */
	uint32_t generation;                /* from 1; 0: this place of the table is empty */
	uint64_t installed;                 /* the table's count of changes then */
	uint64_t opened_event;              /* event id + 1 of the call by which it came here, 0: none */
	bool found;                         /* ... at which it was found in proc: another call had made it */
	uint32_t seen;                      /* the table's sweep in which proc listed it */
	int fd;
	bool cloexec;
};

struct fd_table {
	uint32_t id, refs;
	pid_t tid;         /* of a thread that uses it, as seen last; 0: not known yet */
	uint32_t changing; /* calls under way that may change it */
	uint64_t changes;  /* so far */
	uint32_t sweep;
	struct fd_slot *slots;
	size_t capacity, count; /* count: places used, closed numbers included */
};

#define FD_NAMES     128
#define FD_UNDER_WAY 256 /* descriptions that left with a message and have not arrived */

struct fd_known_name {
	char path[256], name[256];
	uint64_t device, inode; /* inode 0: not known yet */
	uint32_t version;       /* of path */
};

struct fd_under_way {
	struct fd_description *description; /* NULL: arrived */
	uint64_t event;                     /* id + 1 of the call that sent it */
};

struct fd_state {
	struct fd_world world;
	bool looks_at_opens; /* fd_state_look_at_opens() */
	struct fd_known_name names[FD_NAMES];
	struct fd_table **tables; /* by id; place 0 unused; NULL: released */
	size_t tables_capacity;
	uint32_t tables_count;
	struct fd_index index[FD_INDEX_COUNT];
	struct fd_description *free_descriptions;
	uint64_t newest;                             /* the highest id of a description so far */
	struct fd_under_way under_way[FD_UNDER_WAY]; /* a ring */
	uint32_t under_way_next;
	uint64_t places_changed;  /* how often a working directory or root began or ended to change */
	uint32_t places_changing; /* ... in calls under way */
	struct fd_probe other;    /* scratch, like probe, for what it is compared with */
	struct fd_probe probe;    /* scratch: too large for a stack frame, filled and used within one step */
	char text[4200];          /* scratch for names, likewise */
};

/* Who does something to a table: goes into the rows. event: id + 1, 0 = none. */
struct fd_actor {
	uint32_t process;
	uint64_t event;
};

/* fd_index.c */
void fd_index_add(struct fd_index *index, struct fd_link *link, uint64_t key);
void fd_index_remove(struct fd_index *index, struct fd_link *link);
struct fd_link *fd_index_first(const struct fd_index *index, uint64_t key);
struct fd_link *fd_index_next(const struct fd_link *link);
void fd_index_free(struct fd_index *index);

/* fd_description.c */
struct fd_facts {
	uint8_t cls, access;
	const char *name;
	uint64_t device, inode;
	uint64_t peer; /* 0: look for it */
	struct fd_socket_peer socket_peer;
	uint32_t pty;
	bool pty_master;
};
/* A new description and its row. NULL: no memory. Its first reference comes with fd_table_install(). */
struct fd_description *fd_description_new(struct fd_state *s, const struct fd_facts *facts, uint64_t event);
struct fd_description *fd_description_by_id(const struct fd_state *s, uint64_t id);
/* cls FD_CLASS_NONE: unchanged; peer 0: unchanged. Adds a row only for what is new. */
void fd_description_rename(struct fd_state *s, struct fd_description *d, uint8_t cls, const char *name, uint64_t peer);
/* one_way: b's own peer is not a. */
void fd_description_link(struct fd_state *s, struct fd_description *a, struct fd_description *b, bool one_way);
/* The socket whose inode is this one, or whose addresses are d's the other way round. */
struct fd_description *fd_description_socket_peer(
	struct fd_state *s, const struct fd_description *d, const struct fd_socket_peer *told);
/* One that (pid, fd) shares by kcmp(2) with a number known already, or NULL. since: of those with a higher id only. */
struct fd_description *fd_description_shared(
	struct fd_state *s, pid_t pid, int fd, uint64_t device, uint64_t inode, uint64_t since);
void fd_description_release(struct fd_state *s, struct fd_description *d);
void fd_descriptions_free(struct fd_state *s);

/* fd_table.c */
struct fd_table *fd_table_new(struct fd_state *s, pid_t tid);
struct fd_table *fd_table_get(const struct fd_state *s, uint32_t id);
void fd_table_destroy(struct fd_state *s, struct fd_table *t);
/* NULL: this number was never used here. */
struct fd_slot *fd_table_slot(const struct fd_table *t, int fd);
/* The number refers to d from now on; what was there is closed first. Other slots' pointers become invalid. */
void fd_table_install(struct fd_state *s, struct fd_table *t, int fd, struct fd_description *d, enum fd_op op, bool cloexec,
	struct fd_actor actor);
void fd_table_close(struct fd_state *s, struct fd_table *t, struct fd_slot *slot, enum fd_op op, struct fd_actor actor);
/* Copies what t has open to a new table. */
void fd_table_copy(struct fd_state *s, const struct fd_table *t, struct fd_table *copy, struct fd_actor actor);

/* fd_class.c: pure */
uint8_t fd_class_of(const struct fd_probe *probe);
/* The text between the brackets of anon_inode:[eventfd]; any other link as it is. */
void fd_name_of(const struct fd_probe *probe, char *text, size_t size);
uint8_t fd_class_of_family(unsigned family);
const char *fd_protocol_name(unsigned family, unsigned type, unsigned protocol);

/* fd_names.c */
/* A path is about to be opened. Returns a ticket for its exit; 0: its name can't be kept. */
uint64_t fd_name_expect(struct fd_state *s, const char *path);
/* NULL: another path has its place by now. */
struct fd_known_name *fd_name_expected(struct fd_state *s, uint64_t ticket);
void fd_name_learn(struct fd_known_name *known, const struct fd_probe *probe);

/* fd_resolve.c: from proc */
/* Fills s->probe. False: there is no such descriptor. */
bool fd_probe_now(struct fd_state *s, pid_t pid, int fd, bool want_flags);
/* The same for what an open of a path obtained. ticket: from fd_name_expect. */
bool fd_probe_opened(struct fd_state *s, pid_t pid, int fd, bool want_flags, uint64_t ticket);
/* A description for (pid, fd) as s->probe says, shared or new. */
struct fd_description *fd_describe_probed(struct fd_state *s, pid_t pid, int fd, bool may_be_shared, uint64_t event);
/* Probes and installs; NULL if there is no such descriptor. */
struct fd_description *fd_resolve(
	struct fd_state *s, struct fd_table *t, pid_t pid, int fd, enum fd_op op, struct fd_actor actor);
void fd_resolve_all(struct fd_state *s, struct fd_table *t, struct fd_actor actor);
/* Makes the table what proc says: what it doesn't list is closed, what is another file there is resolved anew. */
void fd_verify(struct fd_state *s, struct fd_table *t, struct fd_actor actor);
/*
 * Closes what an exec closed: as proc lists it, or by the close-on-exec flags if that can't be had (a table just unshared has
 * no pid yet).
 */
void fd_after_exec(struct fd_state *s, struct fd_table *t, struct fd_actor actor);

/* fd_paths.c */
void fd_path_enter(struct fd_state *s, struct fd_call *call);
void fd_path_exit(struct fd_state *s, struct fd_call *call);
int fd_path_directory(const struct fd_call *call);
/* The path as it stands in memory now, into s->text. */
bool fd_path_read(struct fd_state *s, const struct fd_call *call);

/* fd_rewritten.c */
void fd_places_enter(struct fd_state *s, const struct fd_call *call);
void fd_places_exit(struct fd_state *s, const struct fd_call *call);
void fd_path_keep(struct fd_state *s, struct fd_call *call);
/* After the probe of what an open obtained, which stays as it is. flags: of the open. */
bool fd_path_rewritten(struct fd_state *s, struct fd_call *call, uint64_t flags);

/* fd_ties.c: the further descriptors that a call concerns */
#define FD_TIES_LIMIT 64 /* of one half of a call; more are counted */
void fd_ties_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call);
void fd_ties_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call);
/* One of them. description 0: looked up in the table. */
void fd_tie(struct fd_state *s, struct fd_call *call, int fd, uint64_t description, enum tie_role role, uint64_t count);

/* fd_epoll.c */
void fd_epoll_enter(struct fd_state *s, struct fd_call *call);
void fd_epoll_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call);

/* fd_messages.c: messages of sockets, what descriptors go with them */
void fd_messages_enter(struct fd_state *s, struct fd_call *call);
void fd_messages_exit(struct fd_state *s, struct fd_call *call);
void fd_messages_forget(struct fd_state *s);

/* fd_effects.c, fd_sockets.c: what a row's effect does */
struct fd_effect {
	void (*enter)(struct fd_state *s, struct fd_table *t, struct fd_call *call);
	void (*exit)(struct fd_state *s, struct fd_table *t, struct fd_call *call); /* failed calls too */
};
const struct fd_effect *fd_effect_of(uint8_t effect);
struct fd_actor fd_actor_of(const struct fd_call *call);
/* What a number refers to now, from proc if unknown; NULL: nothing. */
const struct fd_description *fd_number_now(struct fd_state *s, const struct fd_call *call, int fd);
/* The call is about this descriptor: its description and class, from proc if unknown. */
void fd_call_touches(struct fd_state *s, struct fd_call *call, int fd);
/* The call's result is this descriptor: installs d and makes it the call's own. */
void fd_call_obtained(
	struct fd_state *s, struct fd_table *t, struct fd_call *call, int fd, struct fd_description *d, bool cloexec);
/* A further one: the other end of a pair, or what was accepted. */
void fd_call_made(struct fd_state *s, struct fd_table *t, struct fd_call *call, int fd, struct fd_description *d, bool cloexec);
bool fd_read_pair(struct fd_state *s, const struct fd_call *call, uint64_t address, int pair[2]);
void fd_socket_enter(struct fd_state *s, struct fd_table *t, struct fd_call *call);
void fd_socket_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call);
void fd_socketpair_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call);
void fd_accept_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call);
void fd_address_exit(struct fd_state *s, struct fd_table *t, struct fd_call *call); /* connect, bind */
/* A successful transfer: an internet socket that had no address has been given one by the kernel. */
void fd_socket_transfer(struct fd_state *s, struct fd_call *call);

#endif
