/*
 * Writes traces as other machines would have, row by row, with the trace file's own writer: `foreign_trace FOLDER` makes arm64.syscope,
 * as recorded on arm64, and mixed.syscope, of an x86-64 program with i386 (int 0x80) and x32 calls between its own. Numbers, flags
 * and bytes are those of the kernel's headers for the ABI (include/uapi/asm-generic, arch/arm64/include/uapi,
 * arch/x86/entry/syscalls, include/linux/compat.h), written down here once more and taken from no table of Syscope's.
 * What must not live here: what the calls print as (test/traces), any check.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "foreign_layouts.h"
#include "schema.h"
#include "store/crc32c.h"
#include "store/format.h"
#include "store/writer.h"

#define PID           4242
#define BEGIN_NS      1000000000000u       /* CLOCK_MONOTONIC of the trace's 0 */
#define BEGIN_REAL_NS 1700000000123456789u /* CLOCK_REALTIME */
#define STEP_NS       1000u
#define AT_CWD        0xffffff9cu /* AT_FDCWD as an int in a register of which the upper half is clear */

struct copy {
	enum record_kind kind; /* RECORD_COPY_IN or RECORD_COPY_OUT; 0: no more */
	uint8_t arg;
	uint64_t address;
	const void *bytes;
	uint32_t length;
};

struct call {
	uint32_t arch, nr;
	uint64_t args[6];
	int64_t ret;
	int32_t fd; /* that the call makes, or is about; 0: none (nothing here uses the descriptor 0) */
	uint8_t class;
	struct copy copies[3];
};

#define IN(n, at, what)       { RECORD_COPY_IN, n, at, &(what), sizeof(what) }
#define OUT(n, at, what)      { RECORD_COPY_OUT, n, at, &(what), sizeof(what) }
#define TEXT_IN(n, at, text)  { RECORD_COPY_IN, n, at, text, sizeof(text) - 1 }
#define TEXT_OUT(n, at, text) { RECORD_COPY_OUT, n, at, text, sizeof(text) - 1 }

#define ARM64 AUDIT_ARCH_AARCH64
#define X86   AUDIT_ARCH_X86_64
#define I386  AUDIT_ARCH_I386
#define X32   0x40000000u

static const struct call arm64_calls[] = {
	/* O_DIRECTORY 040000, O_NOFOLLOW 0100000, O_DIRECT 0200000: other bits than x86-64's. */
	{ ARM64, 56, { AT_CWD, 0x1000, 0x84000 }, 3, 3, FD_CLASS_DIRECTORY, { TEXT_IN(1, 0x1000, "/srv") } },
	{ ARM64, 56, { 3, 0x1000, 0x8000 }, -ELOOP, 3, FD_CLASS_DIRECTORY, { TEXT_IN(1, 0x1000, "link") } },
	{ ARM64, 56, { 3, 0x1000, 0x10241, 0640 }, 4, 3, FD_CLASS_FILE, { TEXT_IN(1, 0x1000, "data") } },
	{ ARM64, 79, { 3, 0x1000, 0x2000, 0x100 }, 0, 3, FD_CLASS_FILE,
		{ TEXT_IN(1, 0x1000, "data"), OUT(2, 0x2000, arm64_file) } },
	{ ARM64, 80, { 4, 0x2000 }, 0, 4, FD_CLASS_FILE, { OUT(1, 0x2000, arm64_device) } },
	{ ARM64, 291, { AT_CWD, 0x1000, 0x100, 0x7ff, 0x2000 }, 0, 0, FD_CLASS_FILE,
		{ TEXT_IN(1, 0x1000, "/srv/data"), OUT(4, 0x2000, statx_file) } },
	{ ARM64, 64, { 4, 0x3000, 6 }, 6, 4, FD_CLASS_FILE, { TEXT_IN(1, 0x3000, "a\nb\0c\377") } },
	{ ARM64, 63, { 4, 0x3000, 64 }, 5, 4, FD_CLASS_FILE, { TEXT_OUT(1, 0x3000, "hello") } },
	/* Without EPOLL_PACKED an epoll_event is 16 bytes. */
	{ ARM64, 20, { 0x80000 }, 5, 5, FD_CLASS_POLL, { { 0 } } },
	{ ARM64, 21, { 5, 1, 4, 0x4000 }, 0, 5, FD_CLASS_POLL, { IN(3, 0x4000, arm64_interest) } },
	{ ARM64, 22, { 5, 0x4000, 8, 0xffffffff, 0x5000, 8 }, 2, 5, FD_CLASS_POLL,
		{ IN(4, 0x5000, mask_usr1), OUT(1, 0x4000, arm64_ready) } },
	{ ARM64, 73, { 0x6000, 2, 0x7000, 0, 8 }, 1, 4, FD_CLASS_FILE,
		{ IN(0, 0x6000, polled), IN(2, 0x7000, one_second), OUT(0, 0x6000, polled_after) } },
	{ ARM64, 134, { 10, 0x8000, 0x9000, 8 }, 0, 0, 0, { IN(1, 0x8000, word_handler), OUT(2, 0x9000, word_ignore) } },
	/* PROT_BTI is arm64's own. */
	{ ARM64, 222, { 0, 65536, 0x15, 0x22, 0xffffffff, 0 }, 0xffff9000, 0, 0, { { 0 } } },
	/* The thread's area comes before the child's tid: CONFIG_CLONE_BACKWARDS. */
	{ ARM64, 220, { 0x3d0f00, 0xffff8000, 0xa000, 0xb000, 0xc000 }, 4243, 0, 0, { OUT(2, 0xa000, child_tid) } },
	{ ARM64, 98, { 0xa000, 0x80, 4243, 0 }, -EAGAIN, 0, 0, { { 0 } } },
	{ ARM64, 29, { 4, 0x5413, 0xd000 }, -ENOTTY, 4, FD_CLASS_FILE, { { 0 } } },
	{ ARM64, 4000, { 1, 2, 0xffffffffffffffff }, -ENOSYS, 0, 0, { { 0 } } },
	{ ARM64, 0xffffffff, { 0 }, -ENOSYS, 0, 0, { { 0 } } },
	{ ARM64, 57, { 4 }, 0, 4, FD_CLASS_FILE, { { 0 } } },
};

static const struct call mixed_calls[] = {
	{ X86, 257, { AT_CWD, 0x1000, 0x90000 }, 3, 3, FD_CLASS_DIRECTORY, { TEXT_IN(1, 0x1000, "/srv") } },
	{ X86, 262, { 3, 0x1000, 0x2000, 0 }, 0, 3, FD_CLASS_FILE, { TEXT_IN(1, 0x1000, "data"), OUT(2, 0x2000, x86_file) } },
	{ X86, 233, { 5, 1, 4, 0x4000 }, 0, 5, FD_CLASS_POLL, { IN(3, 0x4000, packed_interest) } },
	{ X86, 13, { 10, 0x8000, 0, 8 }, 0, 0, 0, { IN(1, 0x8000, word_handler) } },
	/* The same number, three calls. */
	{ X86, 3, { 7 }, -EBADF, 7, FD_CLASS_NONE, { { 0 } } },
	{ I386, 3, { 3, 0x3000, 64 }, 5, 3, FD_CLASS_FILE, { TEXT_OUT(1, 0x3000, "hello") } },
	{ X86, X32 | 3, { 7 }, -EBADF, 7, FD_CLASS_NONE, { { 0 } } },
	/* int 0x80: words of four bytes, structs of its own. */
	{ I386, 5, { 0x1000, 0x8241, 0644 }, 4, 4, FD_CLASS_FILE, { TEXT_IN(0, 0x1000, "out") } },
	{ I386, 4, { 4, 0x3000, 2 }, 2, 4, FD_CLASS_FILE, { TEXT_IN(1, 0x3000, "hi") } },
	{ I386, 195, { 0x1000, 0x2000 }, 0, 0, FD_CLASS_FILE, { TEXT_IN(0, 0x1000, "out"), OUT(1, 0x2000, i386_file) } },
	{ I386, 174, { 10, 0x8000, 0, 8 }, 0, 0, 0, { IN(1, 0x8000, narrow_handler) } },
	{ I386, 255, { 5, 3, 4, 0x4000 }, 0, 5, FD_CLASS_POLL, { IN(3, 0x4000, packed_interest) } },
	{ I386, 265, { 1, 0x7000 }, 0, 0, 0, { OUT(1, 0x7000, narrow_now) } },
	{ I386, 192, { 0, 4096, 3, 0x22, 0xffffffff, 0 }, 0xf7f00000, 0, 0, { { 0 } } },
	{ I386, 102, { 1, 0x9000 }, 6, 6, FD_CLASS_LOCAL_SOCKET, { IN(1, 0x9000, narrow_socket) } },
	{ I386, 20, { 0 }, PID, 0, 0, { { 0 } } },
	{ I386, 999, { 1, 0xffffffff }, -ENOSYS, 0, 0, { { 0 } } },
	/* x32: x86-64's numbers and structs, but where pointers lie in memory. */
	{ X86, X32 | 1, { 4, 0x3000, 2 }, 2, 4, FD_CLASS_FILE, { TEXT_IN(1, 0x3000, "hi") } },
	{ X86, X32 | 262, { 3, 0x1000, 0x2000, 0 }, 0, 3, FD_CLASS_FILE,
		{ TEXT_IN(1, 0x1000, "data"), OUT(2, 0x2000, x86_file) } },
	{ X86, X32 | 35, { 0x7000, 0 }, 0, 0, 0, { IN(0, 0x7000, one_second) } },
	{ X86, X32 | 512, { 10, 0x8000, 0, 8 }, 0, 0, 0, { IN(1, 0x8000, narrow_handler) } },
	{ X86, X32 | 516, { 4, 0x9000, 1 }, 2, 4, FD_CLASS_FILE, { IN(1, 0x9000, narrow_words), TEXT_IN(1, 0x3000, "hi") } },
	{ X86, X32 | 999, { 1 }, -ENOSYS, 0, 0, { { 0 } } },
	{ X86, 39, { 0 }, PID, 0, 0, { { 0 } } },
};

static uint64_t now; /* CLOCK_MONOTONIC of the row being written */

static int64_t append(struct trace_writer *w, enum record_kind kind, const void *row)
{
	int64_t id = writer_append(w, kind, row);

	now += STEP_NS;
	if (id < 0)
		fprintf(stderr, "foreign_trace: %s\n", strerror((int)-id));
	return id;
}

static void write_copies(struct trace_writer *w, const struct call *call, uint64_t event, enum record_kind kind)
{
	for (const struct copy *copy = call->copies; copy < call->copies + 3 && copy->kind; copy++) {
		/* Copies at entry and at exit have the same columns, so one struct serves for both. */
		struct row_copy_in row = { .event = event, .arg = copy->arg, .address = copy->address, .length = copy->length };

		if (copy->kind != kind)
			continue;
		row.seq = writer_sequence(w);
		row.full = copy->length;
		row.pos = (uint64_t)writer_heap(w, copy->bytes, copy->length);
		append(w, kind, &row);
	}
}

static void write_call(struct trace_writer *w, const struct call *call)
{
	int32_t fd = call->fd ? call->fd : -1;
	struct row_enter enter = { .seq = writer_sequence(w),
		.time = now,
		.resumed = now + STEP_NS / 4,
		.nr = call->nr,
		.arch = call->arch,
		.arg0 = call->args[0],
		.arg1 = call->args[1],
		.arg2 = call->args[2],
		.arg3 = call->args[3],
		.arg4 = call->args[4],
		.arg5 = call->args[5],
		.ip = 0x400000,
		.fd = call->ret == fd ? -1 : fd, /* what the call makes isn't there yet */
		.class = call->class,
		.flags = call->arch == I386 ? ENTER_FLAG_COMPAT : 0 };
	struct row_exit exit = { .ret = call->ret, .fd = fd, .class = call->class };

	exit.event = (uint64_t)append(w, RECORD_ENTER, &enter);
	write_copies(w, call, exit.event, RECORD_COPY_IN);
	write_copies(w, call, exit.event, RECORD_COPY_OUT);
	exit.seq = writer_sequence(w);
	exit.time = now;
	append(w, RECORD_EXIT, &exit);
}

static uint32_t text(struct trace_writer *w, const char *words)
{
	return writer_string(w, words, strlen(words));
}

static void write_people(struct trace_writer *w)
{
	const struct row_meta program = { text(w, "program"), text(w, "/srv/program") };
	uint32_t id = text(w, "program");
	struct row_process process = { .seq = writer_sequence(w), .time = now, .pid = PID, .ns_pid = PID, .ppid = 1, .name = id };
	struct row_thread thread = { .time = now, .tid = PID, .ns_tid = PID, .name = id };

	append(w, RECORD_META, &program);
	process.flags = PROCESS_FLAG_ROOT;
	append(w, RECORD_PROCESS, &process);
	thread.seq = writer_sequence(w);
	append(w, RECORD_THREAD, &thread);
}

static void write_end(struct trace_writer *w)
{
	struct row_exited exited = { .seq = writer_sequence(w), .time = now, .scope = EXIT_SCOPE_PROCESS, .status = 3 << 8 };
	struct row_end end = { .reason = END_REASON_ALL_EXITED };

	append(w, RECORD_EXITED, &exited);
	end.seq = writer_sequence(w);
	end.time = now;
	append(w, RECORD_END, &end);
}

/* The writer's header is of this machine and moment: made one of the other machine's, and the same every time. */
static int change_header(const char *path, uint32_t arch, uint64_t begin)
{
	struct file_header header;
	int file = open(path, O_RDWR | O_CLOEXEC);
	int err = file < 0 || pread(file, &header, sizeof(header), 0) != sizeof(header) ? -1 : 0;

	if (!err) {
		header.base_time_ns = begin;
		header.base_realtime_ns = BEGIN_REAL_NS;
		header.arch = arch;
		header.tracer_pid = 1;
		header.tracer_start = 1;
		memset(header.id, 0x5f, sizeof(header.id));
		header.state = 0;
		header.crc = crc32c(0, &header, offsetof(struct file_header, crc));
		header.state = TRACE_STATE_COMPLETE;
		err = pwrite(file, &header, sizeof(header), 0) != sizeof(header) ? -1 : 0;
	}
	if (file >= 0)
		close(file);
	return err;
}

static int write_trace(const char *path, uint32_t arch, const struct call *calls, size_t count)
{
	const struct writer_options options = { .heap_segment_bytes = 8192 };
	struct trace_writer *w;
	int err = writer_open(path, &options, &w);

	if (err)
		return err;
	now = BEGIN_NS;
	write_people(w);
	for (size_t i = 0; i < count; i++)
		write_call(w, &calls[i]);
	write_end(w);
	err = writer_failed(w);
	if (writer_close(w) || err)
		return -EIO;
	return change_header(path, arch, BEGIN_NS);
}

int main(int argc, char **argv)
{
	int err = argc == 2 && !chdir(argv[1]) ? 0 : -EINVAL;

	if (!err)
		err = write_trace("arm64.syscope", ARM64, arm64_calls, sizeof(arm64_calls) / sizeof(*arm64_calls));
	if (!err)
		err = write_trace("mixed.syscope", X86, mixed_calls, sizeof(mixed_calls) / sizeof(*mixed_calls));
	if (err)
		fprintf(stderr, "usage: foreign_trace FOLDER (%s)\n", strerror(-err));
	return err ? 1 : 0;
}
