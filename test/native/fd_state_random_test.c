/*
 * Random calls against a model of the kernel: a thread for each table is between a call's entry, its effect and its exit, in any
 * order. When all are outside of calls, each number of each table must be what the model has.
 * A failure prints the seed; FD_STATE_SEED and FD_STATE_RUNS in the environment try another, or more. FD_STATE_OVERLAP: several
 * threads on one table, whose exits are seen in another order than the kernel's: after some thousand such calls a number may
 * still be wrong until it is used next, so this is a tool for finding how, not part of the test.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include "fd_state_world.h"

#define TABLES    3
#define THREADS   5 /* with FD_STATE_OVERLAP; else one for each table */
#define FIRST     3
#define NUMBERS   8
#define FIRST_PID 10

enum phase { OUTSIDE, ENTERED, DONE };

struct actor {
	enum phase phase;
	int table;
	long nr;
	uint64_t args[6];
	struct fd_call call;
	int64_t ret;
};

static struct fake_world world;
static struct actor actors[THREADS];
static int kernel[TABLES][FIRST + NUMBERS]; /* which open file; 0: none */
static uint32_t files[TABLES];
static int next_file;
static uint64_t state;
static bool overlap;

static unsigned int draw(unsigned int below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(state >> 33) % below;
}

static void set(int table, int fd, int file)
{
	char name[32];

	kernel[table][fd] = file;
	snprintf(name, sizeof(name), "/f%d", file);
	if (file)
		world_fd(&world, FIRST_PID + table, fd, file, S_IFREG, name);
	else
		world_drop(&world, FIRST_PID + table, fd);
}

static int lowest(int table)
{
	for (int fd = FIRST; fd < FIRST + NUMBERS; fd++) {
		if (!kernel[table][fd])
			return fd;
	}
	return -EMFILE;
}

static int number(void)
{
	return FIRST + (int)draw(NUMBERS);
}

static void begin(struct actor *a)
{
	static const long calls[] = { SYS_openat, SYS_openat, SYS_close, SYS_close, SYS_dup, SYS_dup2, SYS_close_range,
		SYS_lseek };

	*a = (struct actor){ .phase = ENTERED, .table = overlap ? (int)draw(TABLES) : (int)(a - actors), .nr = calls[draw(8)] };
	if (a->nr == SYS_openat) {
		a->args[0] = (uint64_t)(int64_t)AT_FDCWD;
		a->args[1] = 0x1000;
	} else {
		a->args[0] = (uint64_t)number();
		a->args[1] = (uint64_t)number();
	}
	if (a->nr == SYS_close_range) {
		a->args[1] = a->args[0] + draw(2);
		a->args[2] = draw(4) ? 0 : CLOSE_RANGE_CLOEXEC;
	}
	a->call = world_enter(&world, files[a->table], FIRST_PID + a->table, a->nr, a->args, a->nr == SYS_openat ? "/x" : NULL);
}

static int64_t duplicate(int table, int from, int to)
{
	if (!kernel[table][from])
		return -EBADF;
	if (to >= 0 && to != from)
		set(table, to, kernel[table][from]);
	return to;
}

static int64_t close_some(int table, int first, int last)
{
	for (int fd = first; fd <= last && fd < FIRST + NUMBERS; fd++) {
		if (kernel[table][fd])
			set(table, fd, 0);
	}
	return 0;
}

/* What the kernel does, at some time between the call's entry and its exit. */
static void act(struct actor *a)
{
	int fd = (int)a->args[0];
	bool open = a->nr != SYS_openat && kernel[a->table][fd];

	switch (a->nr) {
	case SYS_openat:
		a->ret = lowest(a->table);
		if (a->ret >= 0)
			set(a->table, (int)a->ret, ++next_file);
		break;
	case SYS_close: a->ret = open ? close_some(a->table, fd, fd) : -EBADF; break;
	case SYS_dup: a->ret = open ? duplicate(a->table, fd, lowest(a->table)) : -EBADF; break;
	case SYS_dup2: a->ret = duplicate(a->table, fd, (int)a->args[1]); break;
	case SYS_close_range: a->ret = a->args[2] ? 0 : close_some(a->table, fd, (int)a->args[1]); break;
	default: a->ret = open ? 0 : -EBADF; break;
	}
	a->phase = DONE;
}

static void advance(struct actor *a)
{
	if (a->phase == OUTSIDE)
		begin(a);
	else if (a->phase == ENTERED)
		act(a);
	else {
		world_exit(&world, &a->call, a->ret);
		a->phase = OUTSIDE;
	}
}

/* The same open file is the same description, another one another. */
static void compare(void)
{
	static uint64_t known[1 << 20];

	memset(known, 0, sizeof(known[0]) * (size_t)(next_file + 1));
	for (int table = 0; table < TABLES; table++) {
		for (int fd = FIRST; fd < FIRST + NUMBERS; fd++) {
			int file = kernel[table][fd];
			uint64_t d = fd_state_lookup(world.state, files[table], FIRST_PID + table, 0, fd);
			char name[32];

			snprintf(name, sizeof(name), "/f%d", file);
			CHECK((d != 0) == (file != 0));
			if (!d || !file)
				continue;
			CHECK(strcmp(world_name(&world, d), name) == 0);
			CHECK(known[file] == 0 || known[file] == d);
			known[file] = d;
		}
	}
}

/* A process is forked while no call changes anything, or execs: its table takes the place of another's. */
static void renew(void)
{
	int from = (int)draw(TABLES), to = (int)draw(TABLES);

	if (from == to)
		return;
	fd_state_table_release(world.state, files[to], 0, 0);
	for (int fd = FIRST; fd < FIRST + NUMBERS; fd++) {
		if (kernel[to][fd])
			set(to, fd, 0);
		if (kernel[from][fd])
			set(to, fd, kernel[from][fd]);
	}
	files[to] = world_fork(&world, files[from], (uint32_t)to, false);
	if (draw(2))
		files[to] = world_exec(&world, files[to], (uint32_t)to, 1);
}

static void run(uint64_t seed)
{
	int before = failures;

	world_begin(&world);
	memset(actors, 0, sizeof(actors));
	memset(kernel, 0, sizeof(kernel));
	next_file = 0;
	state = seed;
	for (int table = 0; table < TABLES; table++)
		files[table] = world_found(&world, FIRST_PID + table, (uint32_t)table);
	for (int round = 0; round < 200; round++) {
		for (int step = (int)draw(40); step > 0; step--)
			advance(&actors[draw(overlap ? THREADS : TABLES)]);
		for (int i = 0; i < THREADS; i++) {
			while (actors[i].phase != OUTSIDE)
				advance(&actors[i]);
		}
		compare();
		if (failures != before) {
			printf("seed %llu, round %d\n", (unsigned long long)seed, round);
			break;
		}
		renew();
	}
	world_end(&world);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

int main(void)
{
	uint64_t first = from_environment("FD_STATE_SEED", 1), runs = from_environment("FD_STATE_RUNS", 40);

	overlap = getenv("FD_STATE_OVERLAP") != NULL;
	for (uint64_t seed = first; seed < first + runs && failures == 0; seed++)
		run(seed);
	return failures != 0;
}
