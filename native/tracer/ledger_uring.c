/*
 * See ledger.h: io_uring. A ring is known by its open file description from its set-up on; what io_uring_enter(2) takes is read
 * at its entry, while it lies there, and becomes rows at its exit, when the kernel has said how much it took.
 * Must not live here: a ring's memory (uring_memory.c, uring_ring.h).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger_private.h"
#include "memory.h"
#include "modules.h"
#include "record.h"

/* io_uring_enter(2): the descriptor is an index of the thread's registered rings. */
#define ENTER_REGISTERED_RING (1u << 4)
#define SQE_FIXED_FILE        (1u << 0)
#define FILE_INDEX_ALLOC      UINT32_MAX
/* Keys of rings without a descriptor: above all ids of descriptions. */
#define UNNAMED_KEY  (UINT64_C(1) << 63)
#define FIRST_SWEEP  256u
#define MMAP_PART    UINT64_C(0xf8000000) /* of an offset: which part of the ring */
#define MMAP_SQ_RING UINT64_C(0)
#define MMAP_SQES    UINT64_C(0x10000000)

static struct ring **bucket_of(struct ledger *ledger, uint64_t key)
{
	return &ledger->rings[key % LEDGER_RING_BUCKETS];
}

struct ring *uring_find(struct ledger *ledger, uint64_t key)
{
	struct ring *ring = key ? *bucket_of(ledger, key) : NULL;

	while (ring && ring->key != key)
		ring = ring->next;
	return ring;
}

static void ring_free(struct ring *ring)
{
	uring_memory_let_go(ring);
	free(ring->files);
	free(ring);
}

void uring_free(struct ledger *ledger)
{
	for (size_t i = 0; i < LEDGER_RING_BUCKETS; i++) {
		while (ledger->rings[i]) {
			struct ring *ring = ledger->rings[i];

			ledger->rings[i] = ring->next;
			ring_free(ring);
		}
	}
	free(ledger->entries);
}

static bool is_open(const struct tracer *tracer, const struct ring *ring)
{
	uint8_t cls = FD_CLASS_POLL;

	if (ring->key < UNNAMED_KEY)
		fd_state_name(tracer->fds, ring->key, &cls);
	return cls != FD_CLASS_NONE;
}

void uring_let_go(struct tracer *tracer, bool all)
{
	struct ledger *ledger = tracer->ledger;
	bool kept = false;

	for (size_t i = 0; i < LEDGER_RING_BUCKETS && ledger->mapped; i++) {
		for (struct ring *ring = ledger->rings[i]; ring; ring = ring->next) {
			if (!ring->own.area[URING_RINGS])
				continue;
			if (all || !is_open(tracer, ring))
				uring_memory_let_go(ring);
			else
				kept = true;
		}
	}
	ledger->mapped = kept;
}

/* Rings that no descriptor refers to any more are forgotten, now and then. */
static void sweep(struct tracer *tracer)
{
	struct ledger *ledger = tracer->ledger;

	for (size_t i = 0; i < LEDGER_RING_BUCKETS; i++) {
		for (struct ring **link = &ledger->rings[i]; *link;) {
			struct ring *ring = *link;

			if (is_open(tracer, ring)) {
				link = &ring->next;
				continue;
			}
			*link = ring->next;
			ring_free(ring);
			ledger->ring_count--;
		}
	}
	ledger->sweep_at = ledger->ring_count * 2 + FIRST_SWEEP;
}

static struct ring *ring_add(struct tracer *tracer, uint64_t key)
{
	struct ledger *ledger = tracer->ledger;
	struct ring *ring;

	if (ledger->ring_count >= ledger->sweep_at)
		sweep(tracer);
	if (!ledger->entries)
		ledger->entries = malloc(URING_MAX_ENTRIES * sizeof(*ledger->entries));
	ring = ledger->entries ? calloc(1, sizeof(*ring)) : NULL;
	if (!ring)
		return NULL;
	ring->key = key;
	ring->next = *bucket_of(ledger, key);
	*bucket_of(ledger, key) = ring;
	ledger->ring_count++;
	return ring;
}

bool uring_read_params(const struct tracee *tracee, uint64_t address, struct uring_setup *out)
{
	unsigned char params[URING_PARAMS_BYTES];

	return memory_read(tracee->tid, address, params, sizeof(params)) == 0 && uring_setup_parse(params, out);
}

static uint64_t key_of_new(struct tracer *tracer, struct tracee *tracee, uint32_t flags)
{
	struct thread_ledger *own;
	uint64_t key;

	if (!(flags & URING_SETUP_REGISTERED_FD_ONLY))
		return tracee->call.description;
	own = ledger_of_thread(tracee, 0);
	if (!own)
		return 0;
	key = UNNAMED_KEY | ++tracer->ledger->unnamed;
	own->rings[(uint64_t)tracee->call.ret % LEDGER_REGISTERED_RINGS] = key;
	return key;
}

bool ledger_result_is_index(const struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	struct uring_setup setup;

	if (!call->row || call->row->ledger != LEDGER_URING_SETUP || call->ret < 0)
		return false;
	return uring_read_params(tracee, call->args[1], &setup) && (setup.flags & URING_SETUP_REGISTERED_FD_ONLY);
}

void uring_setup_exit(struct tracer *tracer, struct tracee *tracee)
{
	struct uring_setup setup;
	struct ring *ring;
	uint64_t key;

	if (tracee->call.ret < 0)
		return;
	ledger_note(tracer, tracee, BLIND_REASON_IO_URING, 1,
		"An io_uring was set up: what is asked for through its memory makes no system call of its own; what "
		"io_uring_enter hands over is listed.");
	if (!uring_read_params(tracee, tracee->call.args[1], &setup))
		return;
	if (setup.flags & URING_SETUP_SQPOLL)
		ledger_note(tracer, tracee, BLIND_REASON_IO_URING_POLLED, 0,
			"A thread of the kernel polls the ring (SQPOLL): what is submitted there is not visible, nor how much.");
	key = key_of_new(tracer, tracee, setup.flags);
	ring = key ? ring_add(tracer, key) : NULL;
	if (!ring)
		return;
	ring->setup = setup;
	ring->rings_address = setup.rings_address;
	ring->sqes_address = setup.sqes_address;
	ring->space = tracee->process->space->id;
	ring->fd = (int)tracee->call.ret;
}

uint64_t uring_key_of_call(const struct tracee *tracee)
{
	const struct fd_call *call = &tracee->call;
	bool registered = call->row->ledger == LEDGER_URING_ENTER ? (call->args[3] & ENTER_REGISTERED_RING) != 0
								  : (call->args[1] & REGISTER_USE_REGISTERED_RING) != 0;

	if (!registered)
		return call->description;
	return tracee->ledger && (uint32_t)call->args[0] < LEDGER_REGISTERED_RINGS
		       ? tracee->ledger->rings[(uint32_t)call->args[0]]
		       : 0;
}

void uring_touch(struct tracer *tracer, struct tracee *tracee)
{
	struct fd_call *call = &tracee->call;
	uint64_t key = uring_key_of_call(tracee);

	if (key == call->description && key != 0)
		return;
	if (call->row->ledger == LEDGER_URING_ENTER ? !(call->args[3] & ENTER_REGISTERED_RING)
						    : !(call->args[1] & REGISTER_USE_REGISTERED_RING))
		return;
	(void)tracer;
	call->fd = -1;
	call->description = key < UNNAMED_KEY ? key : 0;
	call->cls = FD_CLASS_POLL;
}

bool uring_mapped(struct tracer *tracer, const struct process *process, uint64_t description, uint64_t address, uint64_t offset)
{
	struct ring *ring = uring_find(tracer->ledger, description);

	if (!ring)
		return false;
	if (ring->space != process->space->id) {
		ring->space = process->space->id;
		ring->rings_address = ring->sqes_address = 0;
	}
	if ((offset & MMAP_PART) == MMAP_SQ_RING)
		ring->rings_address = address;
	else if ((offset & MMAP_PART) == MMAP_SQES)
		ring->sqes_address = address;
	return true;
}

static void take_fixed(const struct ring *ring, uint32_t index, struct submission *out)
{
	out->flags |= BLIND_FLAG_FIXED_FILE;
	out->fd = (int32_t)index;
	out->cls = FD_CLASS_OTHER;
	if (index >= ring->file_count || !ring->files[index].description)
		return;
	out->description = ring->files[index].description;
	out->name = ring->files[index].name;
	out->cls = ring->files[index].cls;
}

static const struct submission_op *op_of(uint16_t op)
{
	static const struct submission_op unknown;

	return op < URING_OPS_COUNT ? &uring_ops[op] : &unknown;
}

static void take_entry(struct tracer *tracer, const struct tracee *tracee, const struct ring *ring, const struct uring_sqe *entry,
	struct submission *out)
{
	const struct submission_op *op = op_of(entry->opcode);

	*out = (struct submission){ .fd = entry->fd, .op = entry->opcode };
	if (op->effect != SUBMISSION_EFFECT_NONE)
		out->file_index = entry->file_index;
	if (op->effect == SUBMISSION_EFFECT_CLOSE && entry->file_index != 0)
		take_fixed(ring, entry->file_index - 1, out);
	else if (op->fd == SUBMISSION_FD_FD && (entry->flags & SQE_FIXED_FILE))
		take_fixed(ring, (uint32_t)entry->fd, out);
	ledger_fill(tracer, tracee, op, entry->address, entry->length, entry->offset, out);
}

/* The descriptor by which the ring can be fetched. -1: none that is known. */
static int fd_of(struct tracer *tracer, const struct tracee *tracee, struct ring *ring)
{
	const struct fd_call *call = &tracee->call;

	if (!(call->args[3] & ENTER_REGISTERED_RING))
		ring->fd = (int)call->args[0];
	else if (fd_state_lookup(tracer->fds, call->files, call->tid, call->process, ring->fd) != ring->key)
		return -1;
	return ring->fd;
}

void uring_enter_enter(struct tracer *tracer, struct tracee *tracee)
{
	struct ring *ring = uring_find(tracer->ledger, uring_key_of_call(tracee));
	uint32_t to_submit = (uint32_t)tracee->call.args[1];
	uint32_t entries = ring ? ring->setup.layout.entries : 0;
	struct thread_ledger *own;
	uint32_t unread;

	if (to_submit == 0 || (ring && (ring->setup.flags & URING_SETUP_SQPOLL)))
		return;
	own = ledger_of_thread(tracee, to_submit < entries ? to_submit : entries);
	if (!own)
		return;
	own->reason = BLIND_REASON_IO_URING_OP;
	own->ring = ring ? ring->key : 0;
	own->count = 0;
	if (!ring)
		return;
	own->count = uring_memory_collect(tracee, ring, fd_of(tracer, tracee, ring), to_submit, tracer->ledger->entries,
		own->capacity, &own->head, &unread);
	tracer->ledger->mapped |= ring->own.area[URING_RINGS] != NULL;
	for (uint32_t i = 0; i < own->count; i++)
		take_entry(tracer, tracee, ring, &tracer->ledger->entries[i], &own->items[i]);
}

static void forget_fixed(struct ring *ring, uint32_t file_index)
{
	if (file_index == FILE_INDEX_ALLOC && ring->file_count > 0)
		memset(ring->files, 0, ring->file_count * sizeof(*ring->files));
	else if (file_index - 1 < ring->file_count)
		ring->files[file_index - 1] = (struct fixed_file){ 0 };
}

/* What descriptors and registered files are after it, as far as that follows: a new one is asked of proc when it is used. */
static void apply(struct tracer *tracer, const struct tracee *tracee, struct ring *ring, const struct submission *item)
{
	const struct fd_call *call = &tracee->call;

	switch (op_of(item->op)->effect) {
	case SUBMISSION_EFFECT_CLOSE:
		if (item->file_index != 0)
			forget_fixed(ring, item->file_index);
		else
			fd_state_closed_unseen(tracer->fds, call->files, call->process, call->event, item->fd, item->description);
		break;
	case SUBMISSION_EFFECT_INSTALL:
		if (item->file_index != 0)
			forget_fixed(ring, item->file_index);
		break;
	case SUBMISSION_EFFECT_FILES: forget_fixed(ring, FILE_INDEX_ALLOC); break;
	default: break;
	}
}

void uring_enter_exit(struct tracer *tracer, struct tracee *tracee)
{
	struct thread_ledger *own = tracee->ledger;
	uint32_t taken = tracee->call.ret > 0 ? (uint32_t)tracee->call.ret : 0;
	struct ring *ring;
	uint32_t skip = 0, rows;

	if (!own || !own->reason)
		return;
	ring = uring_find(tracer->ledger, own->ring);
	/* Another thread may have handed over some of what we saw: each entry has one row, whoever it was. */
	if (ring && ring->recorded - own->head <= own->count)
		skip = ring->recorded - own->head;
	rows = taken < own->count - skip ? taken : own->count - skip;
	ledger_rows(tracer, tracee, own, skip, rows, 0);
	for (uint32_t i = skip; ring && i < skip + rows; i++)
		apply(tracer, tracee, ring, &own->items[i]);
	if (ring)
		ring->recorded = own->head + skip + taken;
	uring_let_go(tracer, false);
	if (taken > rows)
		ledger_note(tracer, tracee, BLIND_REASON_UNREAD, taken - rows,
			"Submissions to an io_uring could not be read from its memory.");
	own->reason = 0;
}
