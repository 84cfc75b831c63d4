/*
 * What the ledger's files share: submissions on their way from a call's entry to its exit, and rows.
 * Must not live here: anything for other modules (ledger.h).
 */
#ifndef SYSCOPE_TRACER_LEDGER_PRIVATE_H
#define SYSCOPE_TRACER_LEDGER_PRIVATE_H

#include "ledger.h"
#include "submissions.h"
#include "uring_ring.h"

/* Indexes under which a thread may register rings (IO_RINGFD_REG_MAX). */
#define LEDGER_REGISTERED_RINGS 16

/* One operation that a call hands over; a row once it is known that the kernel took it. */
struct submission {
	uint64_t description;
	uint64_t length;
	int64_t offset;
	uint32_t name;       /* string id of what it is about */
	uint32_t file_index; /* as in struct uring_sqe */
	int32_t fd;
	uint16_t op;
	uint8_t cls;
	uint8_t flags; /* enum blind_flag */
};

/* A thread's own part, made when it first submits: one allocation, which grows with the largest submission. */
struct thread_ledger {
	uint64_t rings[LEDGER_REGISTERED_RINGS]; /* keys of its registered rings, 0: none */
	uint64_t ring;   /* key of the ring that the submission under way goes to, 0: not known, or Linux AIO */
	uint32_t reason; /* enum blind_reason, 0: none is under way */
	uint32_t head;   /* the first one's position in its queue */
	uint32_t count, capacity;
	struct submission items[];
};

/* A registered file, as it was when it was registered. */
struct fixed_file {
	uint64_t description;
	uint32_t name;
	uint8_t cls;
};

/* Our own mapping of a ring, by enum uring_area; NULL: none. */
struct own_mapping {
	unsigned char *area[2];
	size_t bytes[2];
};

struct ring {
	struct ring *next;
	uint64_t key; /* its description; of one without a descriptor: a number above all of those */
	struct uring_setup setup;
	uint64_t space;                       /* where it was mapped ... */
	uint64_t rings_address, sqes_address; /* ... 0: not */
	bool refused;                         /* the kernel doesn't let that memory be read */
	uint32_t recorded;                    /* the position behind the last one that has a row */
	int fd;                               /* the number that it was named by last */
	struct own_mapping own;
	struct fixed_file *files;
	uint32_t file_count;
};

#define LEDGER_RING_BUCKETS 64

struct ledger {
	struct ring *rings[LEDGER_RING_BUCKETS];
	uint32_t ring_count, sweep_at;
	bool mapped;               /* some have mappings of our own */
	uint64_t unnamed;          /* rings without a descriptor so far */
	struct uring_sqe *entries; /* scratch: URING_MAX_ENTRIES of them, made with the first ring */
};

/* The thread's own part with room for count submissions. NULL: no memory. */
struct thread_ledger *ledger_of_thread(struct tracee *tracee, uint32_t count);
/* The string id, class and id of what a descriptor is; asks proc when it isn't known. */
void ledger_describe(struct tracer *tracer, const struct tracee *tracee, int fd, struct submission *out);
/* Fills fd, length and offset as the operation's row says. address, words: where it has its buffer and how much. */
void ledger_fill(struct tracer *tracer, const struct tracee *tracee, const struct submission_op *op, uint64_t address,
	uint64_t words, uint64_t offset, struct submission *out);
/* Rows for items [first, first + count) of what is under way. more: enum blind_flag. */
void ledger_rows(struct tracer *tracer, const struct tracee *tracee, const struct thread_ledger *own, uint32_t first,
	uint32_t count, uint8_t more);
/* A row that is about no descriptor. count 0: how often can't be known. */
void ledger_note(struct tracer *tracer, const struct tracee *tracee, uint32_t reason, uint64_t count, const char *text);

/* io_uring_register(2): the descriptor is an index of the thread's registered rings. */
#define REGISTER_USE_REGISTERED_RING (1u << 31)

/* ledger_uring.c */
/* NULL: no such ring. */
struct ring *uring_find(struct ledger *ledger, uint64_t key);
/* The key of the ring that the call is about, 0: none that is known. */
uint64_t uring_key_of_call(const struct tracee *tracee);
/* What a struct io_uring_params in the program's memory says. False: it can't be read, or makes no sense. */
bool uring_read_params(const struct tracee *tracee, uint64_t address, struct uring_setup *out);
void uring_setup_exit(struct tracer *tracer, struct tracee *tracee);
void uring_enter_enter(struct tracer *tracer, struct tracee *tracee);
void uring_enter_exit(struct tracer *tracer, struct tracee *tracee);
/* The ring's key by which a call that uses rings names one; corrects call.fd of a registered one. */
void uring_touch(struct tracer *tracer, struct tracee *tracee);
/* True if the description is a ring, whose mapping this is. */
bool uring_mapped(struct tracer *tracer, const struct process *process, uint64_t description, uint64_t address, uint64_t offset);
/* Lets go of our own mappings of rings that no descriptor refers to any more, or of all. */
void uring_let_go(struct tracer *tracer, bool all);
void uring_free(struct ledger *ledger);

/* uring_registered.c */
void uring_register_exit(struct tracer *tracer, struct tracee *tracee);

/* uring_memory.c: the entries that a submission would take now. Returns how many; *unread: how many more can't be read. */
uint32_t uring_memory_collect(const struct tracee *tracee, struct ring *ring, int fd, uint32_t to_submit,
	struct uring_sqe *entries, uint32_t capacity, uint32_t *head, uint32_t *unread);

void uring_memory_let_go(struct ring *ring);

/* ledger_aio.c */
void aio_setup_exit(struct tracer *tracer, const struct tracee *tracee);
void aio_submit_enter(struct tracer *tracer, struct tracee *tracee);
void aio_submit_exit(struct tracer *tracer, const struct tracee *tracee);

/* ledger_maps.c */
void ledger_maps_exit(struct tracer *tracer, const struct tracee *tracee);

#endif
