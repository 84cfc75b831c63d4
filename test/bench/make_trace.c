/*
 * Writes a long trace with the tracer's own writer, so that making one takes seconds: what the benchmark of the reports reads.
 *   make_trace FILE CALLS
 * The mix is that of a server and its helpers: four processes of two threads each, whose calls overlap; files that are opened,
 * read and closed, one in five of them missing; a pipe, a connection, waiting, memory. Every call has one of a thousand stacks.
 * The same arguments give the same calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/writer.h"

#define PROCESSES 4
#define THREADS   8
#define PATHS     2000
#define STACKS    1000
#define FRAMES    400
#define DEPTH     12
#define ARCH      0xc000003eu
#define PAYLOAD   256
#define AT_FDCWD  0xffffff9cu

enum call {
	OPENAT,
	CLOSE,
	READ,
	PREAD,
	WRITE,
	FSTAT,
	STAT,
	LSEEK,
	FUTEX,
	POLL,
	RECV,
	SEND,
	MMAP,
	MUNMAP,
	GETPID,
	SIGACTION,
	CALLS
};

static const struct {
	uint16_t nr, weight;
} mix[CALLS] = {
	[OPENAT] = { 257, 10 },
	[CLOSE] = { 3, 0 }, /* as often as an open succeeds */
	[READ] = { 0, 22 },
	[PREAD] = { 17, 6 },
	[WRITE] = { 1, 14 },
	[FSTAT] = { 5, 6 },
	[STAT] = { 262, 8 },
	[LSEEK] = { 8, 5 },
	[FUTEX] = { 202, 9 },
	[POLL] = { 7, 4 },
	[RECV] = { 45, 4 },
	[SEND] = { 44, 4 },
	[MMAP] = { 9, 2 },
	[MUNMAP] = { 11, 2 },
	[GETPID] = { 39, 2 },
	[SIGACTION] = { 13, 2 },
};

struct thread {
	uint32_t process;
	enum call call;
	int in_call;
	uint64_t event;
	int32_t file; /* what it has open; -1: nothing */
	uint64_t file_description, fd_description;
	int32_t fd;
	uint8_t class;
	uint32_t path, length;
};

static struct trace_writer *w;
static struct thread threads[THREADS];
static uint64_t now, random_state = 88172645463325252u;
static uint64_t pipe_description[PROCESSES], socket_description[PROCESSES];
static uint32_t path_ids[PATHS];
static char paths[PATHS][96];
static uint64_t stacks[STACKS];

static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static void fail(const char *what)
{
	fprintf(stderr, "make_trace: %s\n", what);
	exit(1);
}

static int64_t append(enum record_kind kind, const void *row)
{
	int64_t at = writer_append(w, kind, row);

	if (at < 0)
		fail(strerror((int)-at));
	return at;
}

static uint32_t string(const char *text)
{
	return writer_string(w, text, strlen(text));
}

static uint64_t description(uint8_t class, uint32_t name)
{
	const struct row_description row = { .seq = writer_sequence(w), .time = now, .class = class, .name = name };

	return (uint64_t)append(RECORD_DESCRIPTION, &row);
}

static void set_fd(uint32_t process, int32_t fd, uint8_t op, uint64_t to, uint64_t event)
{
	const struct row_fd row = { .seq = writer_sequence(w),
		.time = now,
		.files = process + 1,
		.process = process,
		.fd = fd,
		.op = op,
		.description = to,
		.event = event + 1 };

	append(RECORD_FD, &row);
}

static void copy(
	enum record_kind kind, uint64_t event, uint8_t arg, uint64_t address, const void *bytes, uint32_t length, uint64_t full)
{
	struct row_copy_in row = {
		.seq = writer_sequence(w), .event = event, .arg = arg, .address = address, .length = length, .full = full
	};
	int64_t pos = writer_heap(w, bytes, length);

	if (pos < 0)
		fail("the heap");
	row.pos = (uint64_t)pos;
	append(kind, &row);
}

static void begin_processes(void)
{
	for (uint32_t i = 0; i < PROCESSES; i++) {
		const struct row_process row = { .seq = writer_sequence(w),
			.time = now,
			.pid = 1000 + 2 * (int32_t)i,
			.ppid = 1,
			.files = i + 1,
			.name = string("worker") };

		append(RECORD_PROCESS, &row);
		pipe_description[i] = description(FD_CLASS_PIPE, string("pipe:[4242]"));
		socket_description[i] = description(FD_CLASS_NETWORK, string("tcp 127.0.0.1:8080 127.0.0.1:40000"));
		set_fd(i, 1, FD_OP_FOUND, pipe_description[i], 0);
		set_fd(i, 4, FD_OP_FOUND, socket_description[i], 0);
	}
	for (uint32_t i = 0; i < THREADS; i++) {
		const struct row_thread row = { .seq = writer_sequence(w),
			.time = now,
			.process = i % PROCESSES,
			.tid = 1000 + (int32_t)(i % PROCESSES * 2 + i / PROCESSES) };

		append(RECORD_THREAD, &row);
		threads[i] = (struct thread){ .process = i % PROCESSES, .file = -1 };
	}
}

static void begin_stacks(void)
{
	const struct row_module module = { .seq = writer_sequence(w), .path = string("/usr/bin/worker") };
	uint32_t id = (uint32_t)append(RECORD_MODULE, &module), frames[FRAMES], chosen[DEPTH];
	const struct row_source source = { .path = string("/src/worker.c") };
	uint32_t source_id = (uint32_t)append(RECORD_SOURCE, &source);

	for (uint32_t process = 0; process < PROCESSES; process++) {
		const struct row_mapping row = { .seq = writer_sequence(w),
			.time = now,
			.process = process,
			.module = id,
			.start = 0x555555554000,
			.end = 0x555555654000,
			.vaddr = 0x1000 };

		append(RECORD_MAPPING, &row);
	}
	for (uint32_t i = 0; i < FRAMES; i++) {
		const struct row_frame frame = {
			.module = id, .offset = 0x1000 + i * 96, .flags = i ? FRAME_FLAG_RETURN_ADDRESS : 0
		};
		char name[32];
		struct row_symbol symbol = { .source = source_id, .line = i + 10 };

		frames[i] = (uint32_t)append(RECORD_FRAME, &frame);
		snprintf(name, sizeof(name), "function_%u", i);
		symbol.frame = frames[i];
		symbol.function = string(name);
		append(RECORD_SYMBOL, &symbol);
	}
	for (uint32_t i = 0; i < STACKS; i++) {
		struct row_stack row = { .count = DEPTH };

		for (uint32_t j = 0; j < DEPTH; j++)
			chosen[j] = frames[random_below(FRAMES)];
		row.pos = (uint64_t)writer_heap(w, chosen, sizeof(chosen));
		stacks[i] = (uint64_t)append(RECORD_STACK, &row);
	}
}

static void begin_paths(void)
{
	for (uint32_t i = 0; i < PATHS; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/srv/data/%s/%u/object-%u.json", i % 3 ? "objects" : "index", i % 40, i);
		path_ids[i] = string(paths[i]);
	}
}

static enum call choose(struct thread *t)
{
	uint64_t at = random_below(100);
	enum call call = OPENAT;

	while (call < CALLS - 1 && at >= mix[call].weight)
		at -= mix[call++].weight;
	if (call == OPENAT && t->file >= 0)
		return CLOSE;
	return (call == PREAD || call == FSTAT || call == LSEEK) && t->file < 0 ? OPENAT : call;
}

static void on_file(struct thread *t)
{
	t->fd = t->file;
	t->fd_description = t->file_description;
	t->class = FD_CLASS_FILE;
}

static void on(struct thread *t, int32_t fd, uint64_t to, uint8_t class)
{
	t->fd = fd;
	t->fd_description = to;
	t->class = class;
}

static void begin(uint32_t number)
{
	static char text[PAYLOAD] = "{\"status\":200,\"message\":\"the quick brown fox jumps over the lazy dog\"}\n";
	struct thread *t = &threads[number];
	uint64_t event = writer_rows(w, RECORD_ENTER), buffer = 0x7f0000001000u + number * 0x10000u;
	struct row_enter row = { .thread = number, .arch = ARCH, .ip = 0x7f1234567890u };

	t->call = choose(t);
	t->event = event;
	t->in_call = 1;
	t->path = (uint32_t)random_below(PATHS);
	on(t, -1, 0, FD_CLASS_NONE);
	switch (t->call) {
	case OPENAT:
	case STAT:
		t->class = FD_CLASS_FILE;
		copy(RECORD_COPY_IN, event, 1, 0x7ffe00001000u, paths[t->path], (uint32_t)strlen(paths[t->path]),
			strlen(paths[t->path]));
		row.arg0 = AT_FDCWD, row.arg1 = 0x7ffe00001000u;
		if (t->call == STAT)
			row.arg2 = 0x7ffe00002000u;
		else
			row.arg2 = 0x80000;
		break;
	case CLOSE:
		on_file(t);
		row.arg0 = (uint32_t)t->file;
		break;
	case READ:
	case PREAD:
		if (t->file >= 0)
			on_file(t);
		else
			on(t, 4, socket_description[t->process], FD_CLASS_NETWORK);
		row.arg0 = (uint32_t)t->fd, row.arg1 = buffer, row.arg2 = 4096, row.arg3 = random_below(1u << 20);
		break;
	case WRITE:
	case SEND: {
		uint32_t length = 20 + (uint32_t)random_below(400), kept = length < PAYLOAD ? length : PAYLOAD;

		if (t->call == WRITE)
			on(t, 1, pipe_description[t->process], FD_CLASS_PIPE);
		else
			on(t, 4, socket_description[t->process], FD_CLASS_NETWORK);
		snprintf(text + 10, 8, "%u", (unsigned)random_below(1000));
		copy(RECORD_COPY_IN, event, 1, buffer, text, kept, length);
		t->length = length;
		row.arg0 = (uint32_t)t->fd, row.arg1 = buffer, row.arg2 = length;
		break;
	}
	case FSTAT:
		on_file(t);
		row.arg0 = (uint32_t)t->fd, row.arg1 = 0x7ffe00002000u;
		break;
	case LSEEK:
		on_file(t);
		row.arg0 = (uint32_t)t->fd, row.arg1 = random_below(1u << 20);
		break;
	case FUTEX: row.arg0 = buffer + 64, row.arg1 = 128 + random_below(2), row.arg2 = 1; break;
	case POLL: {
		const uint8_t polled[8] = { 4, 0, 0, 0, 1 };

		t->class = FD_CLASS_POLL;
		copy(RECORD_COPY_IN, event, 0, buffer, polled, sizeof(polled), sizeof(polled));
		row.arg0 = buffer, row.arg1 = 1, row.arg2 = 1000;
		break;
	}
	case RECV:
		on(t, 4, socket_description[t->process], FD_CLASS_NETWORK);
		row.arg0 = 4, row.arg1 = buffer, row.arg2 = 4096;
		break;
	case MMAP: row.arg1 = 4096 * (1 + random_below(16)), row.arg2 = 3, row.arg3 = 0x22, row.arg4 = UINT64_MAX; break;
	case MUNMAP: row.arg0 = 0x7f2000000000u + (random_below(256) << 12), row.arg1 = 4096; break;
	case SIGACTION: row.arg0 = 13, row.arg2 = 0x7ffe00003000u, row.arg3 = 8; break;
	case GETPID:
	case CALLS: break;
	}
	row.seq = writer_sequence(w);
	row.time = now;
	row.resumed = now += 300;
	row.nr = mix[t->call].nr;
	row.stack = (uint32_t)stacks[random_below(STACKS)];
	row.fd = t->fd;
	row.description = t->fd_description;
	row.class = t->class;
	append(RECORD_ENTER, &row);
}

static void open_returned(struct thread *t, struct row_exit *row)
{
	if (t->path % 5 == 0) {
		row->ret = -2;
		return;
	}
	t->file = 10 + (int32_t)(t - threads);
	t->file_description = description(FD_CLASS_FILE, path_ids[t->path]);
	set_fd(t->process, t->file, FD_OP_OPEN, t->file_description, t->event);
	row->ret = t->file;
	on_file(t);
}

static void end(uint32_t number)
{
	static uint8_t block[PAYLOAD] = "GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\n\r\n";
	struct thread *t = &threads[number];
	uint64_t buffer = 0x7f0000001000u + number * 0x10000u;
	struct row_exit row = { .event = t->event };

	now += 200 + random_below(4000);
	t->in_call = 0;
	switch (t->call) {
	case OPENAT: open_returned(t, &row); break;
	case CLOSE:
		set_fd(t->process, t->file, FD_OP_CLOSE, t->file_description, t->event);
		t->file = -1;
		break;
	case READ:
	case PREAD:
	case RECV:
		row.ret = random_below(8) ? (int64_t)random_below(4096) : t->call == RECV ? -11 : 0;
		block[60] = (uint8_t)random_below(256);
		if (row.ret > 0)
			copy(RECORD_COPY_OUT, t->event, 1, buffer, block, row.ret < PAYLOAD ? (uint32_t)row.ret : PAYLOAD,
				(uint64_t)row.ret);
		break;
	case WRITE:
	case SEND: row.ret = t->length; break;
	case FSTAT:
	case STAT: {
		uint32_t stat[36] = { [6] = 0100644, [12] = (uint32_t)random_below(1u << 20) };

		if (t->call == STAT && t->path % 5 == 0)
			row.ret = -2;
		else
			copy(RECORD_COPY_OUT, t->event, t->call == STAT ? 2 : 1, 0x7ffe00002000u, stat, sizeof(stat),
				sizeof(stat));
		break;
	}
	case LSEEK: row.ret = (int64_t)random_below(1u << 20); break;
	case FUTEX: row.ret = random_below(3) ? 0 : -11; break;
	case POLL: {
		const uint8_t polled[8] = { 4, 0, 0, 0, 1, 0, 1 };

		row.ret = 1;
		copy(RECORD_COPY_OUT, t->event, 0, buffer, polled, sizeof(polled), sizeof(polled));
		break;
	}
	case MMAP: row.ret = 0x7f2000000000 + (int64_t)(random_below(256) << 12); break;
	case GETPID: row.ret = 1000 + 2 * (int64_t)t->process; break;
	case MUNMAP:
	case SIGACTION:
	case CALLS: break;
	}
	row.seq = writer_sequence(w);
	row.time = now;
	row.fd = t->fd;
	row.description = t->fd_description;
	row.class = t->class;
	append(RECORD_EXIT, &row);
	now += 500 + random_below(2000);
}

int main(int argc, char **argv)
{
	uint64_t calls = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	uint32_t number = 0;
	struct row_end last = { .reason = END_REASON_ALL_EXITED };
	struct row_meta meta;
	int err;

	if (!calls) {
		fprintf(stderr, "usage: %s FILE CALLS\n", argv[0]);
		return 2;
	}
	err = writer_open(argv[1], NULL, &w);
	if (err)
		fail(strerror(-err));
	now = writer_base_time(w);
	meta = (struct row_meta){ .key = string("program"), .value = string("/usr/bin/worker") };
	append(RECORD_META, &meta);
	begin_processes();
	begin_stacks();
	begin_paths();
	while (writer_rows(w, RECORD_ENTER) < calls) {
		/* Two of three calls return before another thread's begins. */
		if (!threads[number].in_call || random_below(3) == 0)
			number = (uint32_t)random_below(THREADS);
		if (threads[number].in_call)
			end(number);
		else
			begin(number);
	}
	for (uint32_t i = 0; i < THREADS; i++)
		if (threads[i].in_call)
			end(i);
	for (uint32_t i = THREADS; i-- > 0;) {
		struct row_exited row = { .time = now, .process = threads[i].process, .thread = i, .scope = EXIT_SCOPE_THREAD };

		row.seq = writer_sequence(w);
		append(RECORD_EXITED, &row);
	}
	last.seq = writer_sequence(w);
	last.time = now;
	append(RECORD_END, &last);
	err = writer_close(w);
	if (err)
		fail(strerror(-err));
	return 0;
}
