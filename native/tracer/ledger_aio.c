/* See ledger.h: Linux AIO (io_submit(2)). The blocks lie in the program's own memory, and pointers to them in an array. */
#include <string.h>

#include "ledger_private.h"
#include "memory.h"

/* struct iocb (linux/aio_abi.h). */
#define IOCB_BYTES   64
#define IOCB_OPCODE  16
#define IOCB_FD      20
#define IOCB_ADDRESS 24
#define IOCB_LENGTH  32
#define IOCB_OFFSET  40
/* Blocks of one call that are looked at: more is what no program asks for at once, and is counted. */
#define MAX_BLOCKS 4096
/* Pointers, and so blocks, that are read at a time. */
#define CHUNK MEMORY_MAX_PIECES

void aio_setup_exit(struct tracer *tracer, const struct tracee *tracee)
{
	if (tracee->call.ret == 0)
		ledger_note(tracer, tracee, BLIND_REASON_LINUX_AIO, 1,
			"A Linux AIO context was set up: what io_submit hands over is listed, when it is done is not seen.");
}

static void take_block(struct tracer *tracer, const struct tracee *tracee, const unsigned char *block, struct submission *out)
{
	static const struct submission_op unknown;
	uint64_t address, length, offset;

	*out = (struct submission){ 0 };
	memcpy(&out->op, block + IOCB_OPCODE, sizeof(out->op));
	memcpy(&out->fd, block + IOCB_FD, sizeof(out->fd));
	memcpy(&address, block + IOCB_ADDRESS, sizeof(address));
	memcpy(&length, block + IOCB_LENGTH, sizeof(length));
	memcpy(&offset, block + IOCB_OFFSET, sizeof(offset));
	ledger_fill(tracer, tracee, out->op < AIO_OPS_COUNT ? &aio_ops[out->op] : &unknown, address, length, offset, out);
}

/* Reads up to CHUNK blocks. Returns how many could be, from the first on. */
static uint32_t take_blocks(
	struct tracer *tracer, const struct tracee *tracee, uint64_t array, uint32_t count, struct submission *out)
{
	unsigned char blocks[CHUNK][IOCB_BYTES];
	struct memory_piece pieces[CHUNK];
	uint64_t pointers[CHUNK];

	if (memory_read(tracee->tid, array, pointers, count * sizeof(pointers[0])) != 0)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		pieces[i] = (struct memory_piece){ .address = pointers[i], .buffer = blocks[i], .length = IOCB_BYTES };
	memory_read_pieces(tracee->tid, pieces, count);
	for (uint32_t i = 0; i < count; i++) {
		if (pieces[i].got < IOCB_BYTES)
			return i;
		take_block(tracer, tracee, blocks[i], &out[i]);
	}
	return count;
}

void aio_submit_enter(struct tracer *tracer, struct tracee *tracee)
{
	const uint64_t *args = tracee->call.args;
	int64_t asked = (int64_t)args[1];
	uint32_t most = tracee->foreign ? 0 : MAX_BLOCKS; /* pointers of another mode have another size */
	uint32_t wanted = asked <= 0 ? 0 : asked < most ? (uint32_t)asked : most;
	struct thread_ledger *own = ledger_of_thread(tracee, wanted);

	if (!own)
		return;
	own->reason = BLIND_REASON_LINUX_AIO_OP;
	own->ring = 0;
	own->count = 0;
	while (own->count < wanted) {
		uint32_t count = wanted - own->count < CHUNK ? wanted - own->count : CHUNK;
		uint32_t got = take_blocks(tracer, tracee, args[2] + (uint64_t)own->count * 8, count, own->items + own->count);

		own->count += got;
		if (got < count)
			break;
	}
}

void aio_submit_exit(struct tracer *tracer, const struct tracee *tracee)
{
	struct thread_ledger *own = tracee->ledger;
	uint64_t taken = tracee->call.ret > 0 ? (uint64_t)tracee->call.ret : 0;
	uint32_t known = own && own->reason ? own->count : 0;

	if (own && own->reason) {
		ledger_rows(tracer, tracee, own, 0, taken < known ? (uint32_t)taken : known, 0);
		own->reason = 0;
	}
	if (taken > known)
		ledger_note(tracer, tracee, BLIND_REASON_UNREAD, taken - known,
			"Blocks were handed to io_submit that could not be read.");
}
