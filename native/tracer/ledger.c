/* See ledger.h. Which call leads where, and what all kinds of submissions have in common. */
#include "ledger_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"
#include "memory.h"
#include "modules.h"
#include "record.h"
#include "shared_maps.h"

/* What a vector's bytes are added up from: as many as writev(2) takes (UIO_MAXIOV). */
#define MAX_IOVECS 1024
#define MAX_PATH   4096
/* Where struct msghdr has its vector and how long that is. */
#define MSGHDR_BYTES  56
#define MSGHDR_IOVECS 16
#define MSGHDR_COUNT  24

int ledger_new(struct ledger **out)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return -ENOMEM;
	*out = ledger;
	return 0;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	uring_free(ledger);
	free(ledger);
}

struct thread_ledger *ledger_of_thread(struct tracee *tracee, uint32_t count)
{
	struct thread_ledger *own = tracee->ledger;
	struct thread_ledger *grown;

	if (own && own->capacity >= count)
		return own;
	grown = realloc(own, sizeof(*grown) + count * sizeof(grown->items[0]));
	if (!grown)
		return NULL;
	if (!own)
		memset(grown, 0, sizeof(*grown));
	grown->capacity = count;
	tracee->ledger = grown;
	return grown;
}

void ledger_describe(struct tracer *tracer, const struct tracee *tracee, int fd, struct submission *out)
{
	const struct fd_call *call = &tracee->call;
	const char *name;

	out->cls = FD_CLASS_OTHER;
	out->description = fd_state_lookup(tracer->fds, call->files, call->tid, call->process, fd);
	if (!out->description)
		return;
	name = fd_state_name(tracer->fds, out->description, &out->cls);
	out->name = writer_string(tracer->writer, name, strlen(name));
}

static uint64_t iovec_bytes(pid_t tid, uint64_t address, uint64_t count)
{
	static uint64_t words[MAX_IOVECS * 2];
	uint64_t sum = 0;

	if (count > MAX_IOVECS || memory_read(tid, address, words, (size_t)count * 16) != 0)
		return 0;
	for (uint64_t i = 0; i < count; i++)
		sum += words[i * 2 + 1];
	return sum;
}

static uint64_t message_bytes(pid_t tid, uint64_t address)
{
	unsigned char header[MSGHDR_BYTES];
	uint64_t iovecs, count;

	if (memory_read(tid, address, header, sizeof(header)) != 0)
		return 0;
	memcpy(&iovecs, header + MSGHDR_IOVECS, sizeof(iovecs));
	memcpy(&count, header + MSGHDR_COUNT, sizeof(count));
	return iovec_bytes(tid, iovecs, count);
}

static uint64_t length_of(const struct tracee *tracee, const struct submission_op *op, uint64_t address, uint64_t words)
{
	bool vectors = !tracee->foreign; /* those of another mode have another layout */

	switch (op->length) {
	case SUBMISSION_LENGTH_BYTES: return words;
	case SUBMISSION_LENGTH_ADDRESS: return address;
	case SUBMISSION_LENGTH_IOVEC: return vectors ? iovec_bytes(tracee->tid, address, words) : 0;
	case SUBMISSION_LENGTH_MSGHDR: return vectors ? message_bytes(tracee->tid, address) : 0;
	default: return 0;
	}
}

/* An operation by path: what it names, as it was asked for. */
static void fill_path(struct tracer *tracer, const struct tracee *tracee, uint64_t address, struct submission *out)
{
	char path[MAX_PATH];
	bool whole;
	ssize_t length = memory_read_string(tracee->tid, address, path, sizeof(path), &whole);

	out->cls = FD_CLASS_FILE;
	if (length > 0)
		out->name = writer_string(tracer->writer, path, (size_t)length);
}

void ledger_fill(struct tracer *tracer, const struct tracee *tracee, const struct submission_op *op, uint64_t address,
	uint64_t words, uint64_t offset, struct submission *out)
{
	out->length = length_of(tracee, op, address, words);
	out->offset = op->offset ? (int64_t)offset : 0;
	if (op->fd == SUBMISSION_FD_NONE)
		out->fd = -1;
	else if (op->fd == SUBMISSION_FD_AT)
		fill_path(tracer, tracee, address, out);
	else if (!(out->flags & BLIND_FLAG_FIXED_FILE))
		ledger_describe(tracer, tracee, out->fd, out);
	if (out->fd < 0)
		out->fd = -1; /* AT_FDCWD, or a number that can't be one */
}

void ledger_rows(struct tracer *tracer, const struct tracee *tracee, const struct thread_ledger *own, uint32_t first,
	uint32_t count, uint8_t more)
{
	for (uint32_t i = first; i < first + count; i++) {
		const struct submission *item = &own->items[i];
		struct row_blind row = {
			.reason = own->reason,
			.count = 1,
			.op = item->op,
			.fd = item->fd,
			.description = item->description,
			.class = item->cls,
			.name = item->name,
			.length = item->length,
			.offset = item->offset,
			.flags = (uint32_t)(item->flags | more),
		};

		record_blind(tracer, tracee, &row, "");
	}
}

void ledger_note(struct tracer *tracer, const struct tracee *tracee, uint32_t reason, uint64_t count, const char *text)
{
	struct row_blind row = { .reason = reason, .count = count, .fd = -1 };

	record_blind(tracer, tracee, &row, text);
}

void ledger_enter(struct tracer *tracer, struct tracee *tracee)
{
	const struct syscall_row *row = tracee->call.row;

	switch (row ? row->ledger : LEDGER_NONE) {
	case LEDGER_URING_ENTER:
		uring_touch(tracer, tracee);
		uring_enter_enter(tracer, tracee);
		break;
	case LEDGER_URING_REGISTER: uring_touch(tracer, tracee); break;
	case LEDGER_AIO_SUBMIT: aio_submit_enter(tracer, tracee); break;
	default: break;
	}
}

/* Effects by which the last descriptor of a ring can go. */
static bool may_close(uint8_t effect)
{
	return effect == EFFECT_CLOSE || effect == EFFECT_CLOSE_RANGE || effect == EFFECT_DUP2 || effect == EFFECT_UNSHARE;
}

void ledger_exit(struct tracer *tracer, struct tracee *tracee)
{
	const struct syscall_row *row = tracee->call.row;

	switch (row ? row->ledger : LEDGER_NONE) {
	case LEDGER_URING_SETUP: uring_setup_exit(tracer, tracee); break;
	case LEDGER_URING_ENTER: uring_enter_exit(tracer, tracee); break;
	case LEDGER_URING_REGISTER: uring_register_exit(tracer, tracee); break;
	case LEDGER_AIO_SETUP: aio_setup_exit(tracer, tracee); break;
	case LEDGER_AIO_SUBMIT: aio_submit_exit(tracer, tracee); break;
	default: ledger_maps_exit(tracer, tracee); break;
	}
	if (row && may_close(row->effect))
		uring_let_go(tracer, false);
}

/* What runs, as a sentence: a program of 32 bits, or one that uses the other entries. */
static const char *foreign_text(const struct process *process, uint32_t arch)
{
	if (arch == AUDIT_ARCH_X86_64)
		return "Calls of the x32 ABI: recorded with their own numbers; what lies behind their pointers is read in part.";
	if (process->compat)
		return "A 32-bit program: its calls are recorded with their own numbers; what lies behind their pointers is read "
		       "in "
		       "part.";
	return "Calls of 32-bit code (int 0x80): recorded with their own numbers; what lies behind their pointers is read in "
	       "part.";
}

void ledger_foreign_call(struct tracer *tracer, struct tracee *tracee, uint32_t arch)
{
	struct process *process = tracee->process;

	if (process->foreign_calls++ > 0)
		return;
	process->foreign_text = foreign_text(process, arch);
	ledger_note(tracer, tracee, BLIND_REASON_COMPAT_CODE, 1, process->foreign_text);
}

/* The first one has had its row. */
static void note_foreign_rest(struct tracer *tracer, const struct tracee *tracee)
{
	struct process *process = tracee->process;

	if (process->foreign_calls > 1)
		ledger_note(tracer, tracee, BLIND_REASON_COMPAT_CODE, process->foreign_calls - 1, process->foreign_text);
	process->foreign_calls = 0;
}

static void note_vdso(struct tracer *tracer, const struct tracee *tracee)
{
	ledger_note(tracer, tracee, BLIND_REASON_VDSO_TIME, 1,
		"The process has a vDSO: time calls through it (clock_gettime, gettimeofday, time, getcpu) are no system calls.");
}

void ledger_exec(struct tracer *tracer, struct tracee *tracee)
{
	note_foreign_rest(tracer, tracee);
	space_renew(tracee->process->space);
	uring_let_go(tracer, false);
	if (tracee->process->space->vdso)
		note_vdso(tracer, tracee);
}

/* What proc calls a mapping of a shared anonymous range, of System V shared memory, and of a ring. */
static bool is_file(const struct map_line *line)
{
	return line->inode != 0 && line->path[0] == '/' && strcmp(line->path, "/dev/zero (deleted)") != 0 &&
	       strncmp(line->path, "/SYSV", 5) != 0;
}

void ledger_attached(struct tracer *tracer, const struct tracee *tracee)
{
	struct maps maps;
	struct map_line line;

	if (maps_open(&maps, tracee->process->pid) != 0)
		return;
	while (maps_next(&maps, &line)) {
		bool memory = strncmp(line.path, "/memfd:", 7) == 0;
		struct shared_map map = { .start = line.start,
			.end = line.end,
			.offset = line.offset,
			.fd = -1,
			.cls = memory ? FD_CLASS_MEMORY : FD_CLASS_FILE,
			.writable = line.writable };

		if (strcmp(line.path, "[vdso]") == 0)
			note_vdso(tracer, tracee);
		if (!line.shared || !is_file(&line))
			continue;
		map.name = writer_string(tracer->writer, line.path, strlen(line.path));
		shared_maps_add(tracer, tracee, &map);
	}
	maps_close(&maps);
}

static void note_unconfirmed(struct tracer *tracer, const struct tracee *tracee)
{
	struct thread_ledger *own = tracee->ledger;

	if (!own || !own->reason)
		return;
	ledger_rows(tracer, tracee, own, 0, own->count, BLIND_FLAG_UNCONFIRMED);
	own->reason = 0;
}

void ledger_thread_end(struct tracer *tracer, struct tracee *tracee)
{
	note_unconfirmed(tracer, tracee);
}

void ledger_exiting(struct tracer *tracer, const struct tracee *tracee)
{
	if (tracee->process && (tracee->process->exits || tracee->process->exiting == tracee->process->threads))
		uring_let_go(tracer, true);
}

void ledger_process_end(struct tracer *tracer, const struct tracee *tracee)
{
	uring_let_go(tracer, true);
	note_foreign_rest(tracer, tracee);
}

void ledger_finish(struct tracer *tracer)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct tracee *tracee = tracer->buckets[i]; tracee; tracee = tracee->next) {
			if (!tracee->process)
				continue;
			note_unconfirmed(tracer, tracee);
			note_foreign_rest(tracer, tracee);
		}
	}
}
