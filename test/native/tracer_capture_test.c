/*
 * Copying arguments of calls that nobody sane makes: every row of the table with arguments from a hostile mix, against this process's
 * own memory. What is copied never exceeds its limits, paths are terminated, and nothing is read or written out of bounds (ASan).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tracer/capture.h"
#include "tracer_check.h"

#define ROUNDS  40000
#define PAGE    4096
#define PAYLOAD 300

static unsigned char *memory; /* three pages, then one that is not there */

/* Pointers, vectors and counts that lead nowhere, beyond the end, or to each other. */
static void fill_memory(void)
{
	for (size_t at = 0; at + 8 <= 3 * PAGE; at += 8) {
		uint64_t word = 0;

		switch (rand() % 6) {
		case 0: word = (uintptr_t)memory + (size_t)(rand() % (4 * PAGE)); break;
		case 1: word = (uint64_t)rand() << 33 | (uint64_t)rand(); break;
		case 2: word = (uint64_t)(rand() % 64); break;
		case 3: word = UINT64_MAX - (uint64_t)(rand() % 5000); break;
		case 4: word = UINT64_C(0x4141414141414141); break;
		default: break;
		}
		memcpy(memory + at, &word, 8);
	}
}

static uint64_t argument(void)
{
	switch (rand() % 8) {
	case 0: return (uintptr_t)memory + (size_t)(rand() % (3 * PAGE));
	case 1: return (uintptr_t)memory + 3 * PAGE - (size_t)(rand() % 64);
	case 2: return (uintptr_t)memory + 3 * PAGE;
	case 3: return (uint64_t)(rand() % 100);
	case 4: return 0;
	case 5: return UINT64_MAX - (uint64_t)(rand() % 5000);
	case 6: return (uint64_t)rand() << 32 | (uint64_t)rand();
	default: return 1u << rand() % 31;
	}
}

static void one_round(struct capture *capture, uint64_t event)
{
	struct capture_call call = { .tid = getpid(), .event = event, .sp = argument() };
	unsigned char stack[2048];
	struct memory_piece extra = { .address = argument(), .buffer = stack, .length = sizeof(stack) };
	uint64_t args[6];
	const char *path;

	do {
		call.row = &syscalls_x86_64[rand() % SYSCALLS_X86_64_COUNT];
	} while (!call.row->name);
	for (size_t i = 0; i < 6; i++)
		args[i] = argument();
	call.args = args;
	path = capture_read_entry(capture, &call, rand() % 2 ? &extra : NULL);
	CHECK(!path || strlen(path) <= 4096);
	CHECK(extra.got <= extra.length);
	capture_write_entry(capture, &call);
	call.ret = (int64_t)argument();
	capture_exit(capture, &call);
}

/* What comes back for a plain write(2), by the heap's own count. */
static void check_limits(struct capture *capture, struct trace_writer *writer)
{
	uint64_t args[6] = { 1, (uintptr_t)memory, 3 * PAGE, 0, 0, 0 };
	struct capture_call call = { .tid = getpid(), .row = &syscalls_x86_64[1], .args = args };
	uint64_t bytes = writer_rows(writer, RECORD_HEAP), rows = writer_rows(writer, RECORD_COPY_IN);

	CHECK(strcmp(call.row->name, "write") == 0);
	capture_read_entry(capture, &call, NULL);
	capture_write_entry(capture, &call);
	CHECK(writer_rows(writer, RECORD_COPY_IN) == rows + 1);
	CHECK(writer_rows(writer, RECORD_HEAP) - bytes == PAYLOAD);
}

int main(void)
{
	struct trace_writer *writer;
	struct capture *capture;

	memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(memory != MAP_FAILED && munmap(memory + 3 * PAGE, PAGE) == 0);
	unlink("capture.syscope");
	CHECK(writer_open("capture.syscope", NULL, &writer) == 0 && capture_new(writer, PAYLOAD, &capture) == 0);
	if (failures)
		return failures;
	check_limits(capture, writer);
	srand(20261126);
	for (uint64_t round = 0; round < ROUNDS; round++) {
		if (round % 64 == 0)
			fill_memory();
		one_round(capture, round);
	}
	CHECK(writer_failed(writer) == 0);
	CHECK(writer_rows(writer, RECORD_COPY_IN) > ROUNDS / 10 && writer_rows(writer, RECORD_COPY_OUT) > ROUNDS / 20);
	capture_free(capture);
	CHECK(writer_close(writer) == 0);
	unlink("capture.syscope");
	return failures;
}
