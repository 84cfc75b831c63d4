/* Files tables in the life of processes: found, forked, shared, unshared, exec'd, released; many and hostile numbers. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include "fd_state_world.h"

static struct fake_world world;

static uint64_t at(uint32_t files, pid_t pid, int fd)
{
	return fd_state_lookup(world.state, files, pid, (uint32_t)pid, fd);
}

/* A shell's 0, 1 and 2 are one description; 3 is the same file opened once more. */
static void found_in_proc(void)
{
	uint32_t files;

	world_begin(&world);
	for (int fd = 0; fd < 3; fd++)
		world_fd(&world, 10, fd, 5, S_IFREG, "/tmp/log");
	world_fd(&world, 10, 3, 6, S_IFREG, "/tmp/log")->probe.inode = 5 + 1000;
	world.fds[3].cloexec = true;
	files = world_found(&world, 10, 4);
	CHECK(files == 1);
	CHECK(at(files, 10, 0) == at(files, 10, 1) && at(files, 10, 1) == at(files, 10, 2) && at(files, 10, 0) != 0);
	CHECK(at(files, 10, 3) != at(files, 10, 0) && world.description_count == 2);
	CHECK(world_count(&world, FD_OP_FOUND) == 4 && world.rows[0].process == 4 && world.rows[0].event == 0);
	CHECK(world.rows[0].flags == 0 && world.rows[3].flags == FD_FLAG_CLOEXEC);
	world_end(&world);
}

static void fork_copies(void)
{
	uint32_t parent, child;

	world_begin(&world);
	world_fd(&world, 10, 0, 1, S_IFREG, "/a");
	world_fd(&world, 10, 3, 2, S_IFREG, "/b");
	parent = world_found(&world, 10, 0);
	child = world_fork(&world, parent, 1, false);
	CHECK(child != parent && world_count(&world, FD_OP_INHERIT) == 2);
	CHECK(world_row(&world, 0)->files == child && world_row(&world, 0)->process == 1 &&
		world_row(&world, 0)->generation == 1);
	CHECK(at(child, 11, 3) == at(parent, 10, 3) && at(child, 11, 0) == at(parent, 10, 0));
	world_call(&world, child, 11, SYS_close, ARGS(3), 0);
	CHECK(at(child, 11, 3) == 0 && at(parent, 10, 3) != 0);
	fd_state_table_release(world.state, parent, 0, 0);
	CHECK(at(child, 11, 0) != 0 && strcmp(world_name(&world, at(child, 11, 0)), "/a") == 0);
	CHECK(at(parent, 10, 0) == 0); /* released: its id means nothing any more */
	world_end(&world);
}

static void clone_files_shares(void)
{
	uint32_t files, again;

	world_begin(&world);
	world_fd(&world, 10, 3, 1, S_IFREG, "/a");
	files = world_found(&world, 10, 0);
	again = world_fork(&world, files, 1, true);
	CHECK(again == files && world_count(&world, FD_OP_INHERIT) == 0);
	fd_state_table_release(world.state, files, 0, 0);
	CHECK(at(files, 10, 3) != 0);
	fd_state_table_release(world.state, files, 0, 0);
	CHECK(at(files, 10, 3) == 0);
	world_end(&world);
}

static void unshare_makes_its_own(void)
{
	struct fd_call call;
	uint32_t files;

	world_begin(&world);
	world_fd(&world, 10, 3, 1, S_IFREG, "/a");
	files = world_found(&world, 10, 0);
	call = world_call(&world, files, 10, SYS_unshare, ARGS(CLONE_FILES), 0);
	CHECK(call.table_changed_to == 0); /* shared with nobody */
	world_fork(&world, files, 1, true);
	call = world_call(&world, files, 10, SYS_unshare, ARGS(CLONE_FS), 0);
	CHECK(call.table_changed_to == 0);
	call = world_call(&world, files, 10, SYS_unshare, ARGS(CLONE_FILES), -EPERM);
	CHECK(call.table_changed_to == 0);
	call = world_call(&world, files, 10, SYS_unshare, ARGS(CLONE_FILES), 0);
	CHECK(call.table_changed_to > files && at(call.table_changed_to, 10, 3) == at(files, 11, 3));
	world_end(&world);
}

/* proc is what counts; a flag changed by a call that we don't follow (FIOCLEX) makes no difference. */
static void exec_closes(void)
{
	uint32_t files;

	world_begin(&world);
	for (int fd = 0; fd < 6; fd++)
		world_fd(&world, 10, fd, fd, S_IFREG, "/a");
	files = world_found(&world, 10, 0);
	world_drop(&world, 10, 4);
	world_drop(&world, 10, 5);
	CHECK(world_exec(&world, files, 0, 77) == files);
	CHECK(world_count(&world, FD_OP_EXEC_CLOSE) == 2 && world_row(&world, 0)->event == 78);
	CHECK(at(files, 10, 3) != 0 && at(files, 10, 4) == 0 && at(files, 10, 5) == 0);
	world_end(&world);
}

static void what_survived_an_exec_survives_the_next(void)
{
	uint32_t files;

	world_begin(&world);
	world_fd(&world, 10, 3, 1, S_IFREG, "/a")->cloexec = true; /* cleared by a call that we don't follow */
	files = world_found(&world, 10, 0);
	world_exec(&world, files, 0, 1);
	world.list_fails = true;
	world_exec(&world, files, 0, 2);
	CHECK(world_count(&world, FD_OP_EXEC_CLOSE) == 0);
	world_end(&world);
}

static void exec_by_flags(void)
{
	uint32_t files, child;

	world_begin(&world);
	world_fd(&world, 10, 3, 1, S_IFREG, "/a")->cloexec = true;
	world_fd(&world, 10, 4, 2, S_IFREG, "/b")->cloexec = true;
	world_fd(&world, 10, 5, 3, S_IFREG, "/c");
	world_fd(&world, 10, 6, 4, S_IFREG, "/d");
	files = world_found(&world, 10, 0);
	world_call(&world, files, 10, SYS_fcntl, ARGS(4, F_SETFD, 0), 0);
	world_call(&world, files, 10, SYS_fcntl, ARGS(6, F_SETFD, FD_CLOEXEC), 0);
	child = world_fork(&world, files, 1, true);
	world.list_fails = true; /* proc can't be had: the flags decide */
	child = world_exec(&world, child, 1, 5);
	world.list_fails = false;
	CHECK(child != files && world_count(&world, FD_OP_EXEC_CLOSE) == 2);
	world.fd_count = 0;
	CHECK(at(child, 11, 3) == 0 && at(child, 11, 4) != 0 && at(child, 11, 5) != 0 && at(child, 11, 6) == 0);
	CHECK(at(files, 10, 3) != 0 && at(files, 10, 6) != 0);
	world.list_fails = true;
	CHECK(world_exec(&world, files, 0, 6) == files);
	CHECK(at(files, 10, 3) == 0 && at(files, 10, 4) != 0);
	world_end(&world);
}

static void pidfd_of_clone(void)
{
	uint32_t files;
	uint64_t words[2] = { CLONE_PIDFD, 0x5010 };
	unsigned char memory[0x20] = { 0 };
	int fd = 8;

	world_begin(&world);
	files = world_found(&world, 10, 0);
	memcpy(memory, words, sizeof(words));
	memcpy(memory + 0x10, &fd, sizeof(fd));
	world_memory(&world, 0x5000, memory, sizeof(memory));
	world_fd(&world, 10, 8, 1, 0600, "anon_inode:[pidfd]");
	world_call(&world, files, 10, SYS_clone3, ARGS(0x5000, 88), 4711);
	CHECK(world_row(&world, 0) && world_row(&world, 0)->fd == 8 && world_row(&world, 0)->op == FD_OP_OPEN);
	world_call(&world, files, 10, SYS_close, ARGS(8), 0);
	world_call(&world, files, 10, SYS_clone, ARGS(CLONE_PIDFD, 0, 0x5010), 4712);
	CHECK(world_row(&world, 0)->op == FD_OP_OPEN && world_row(&world, 0)->generation == 2);
	world_call(&world, files, 10, SYS_clone, ARGS(0, 0, 0x5010), 4713);
	CHECK(world_row(&world, 0)->generation == 2);
	world_end(&world);
}

/* Whoever numbers descriptors near the limit, or far apart, costs no more room than the number of them. */
static void far_numbers(void)
{
	uint32_t files;
	int number = 5;

	world_begin(&world);
	world_fd(&world, 10, 0, 1, S_IFREG, "/a");
	files = world_found(&world, 10, 0);
	for (int i = 0; i < 1000; i++) {
		world_call(&world, files, 10, SYS_dup2, ARGS(0, (uint64_t)number), number);
		number = (int)(((unsigned)number * 1103515245u + 12345u) & 0x7fffffff);
	}
	world_call(&world, files, 10, SYS_dup2, ARGS(0, 0x7fffffff), 0x7fffffff);
	CHECK(at(files, 10, 0x7fffffff) == at(files, 10, 0) && at(files, 10, 5) == at(files, 10, 0));
	CHECK(at(files, 10, 0x7ffffff0) == 0);
	for (int i = 0; i < 20; i++) /* as many live at once as memory allows for a million of each */
		CHECK(world_fork(&world, files, 1, false) != 0);
	world_end(&world);
}

/* One number opened and closed again and again: the tables of memory stay as they are. */
static void many_generations(void)
{
	uint32_t files;
	struct fd_call call;

	world_begin(&world);
	files = world_found(&world, 10, 0);
	world_fd(&world, 10, 3, 2, S_IFREG, "/b");
	for (int i = 0; i < 100000; i++) {
		call = world_call(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000), 3);
		world_call(&world, files, 10, SYS_close, ARGS(3), 0);
	}
	CHECK(call.description == 100000 && world.row_count == 200000);
	CHECK(world.rows[(world.row_count - 1) % 4096].generation == 100000);
	CHECK(strcmp(world_name(&world, 1), "") == 0); /* no longer open anywhere: forgotten */
	world_end(&world);
}

static void unknown_tables(void)
{
	struct fd_call call;

	world_begin(&world);
	call = world_call(&world, 0, 10, SYS_read, ARGS(3), 0);
	CHECK(call.fd == 3 && call.description == 0 && call.cls == FD_CLASS_OTHER);
	call = world_call(&world, 99, 10, SYS_close, ARGS(3), 0);
	CHECK(call.description == 0);
	CHECK(world_fork(&world, 99, 1, false) == 0);
	fd_state_table_release(world.state, 99, 0, 0);
	CHECK(at(99, 10, 3) == 0);
	fd_state_free(NULL);
	world_end(&world);
}

int main(void)
{
	found_in_proc();
	fork_copies();
	clone_files_shares();
	unshare_makes_its_own();
	exec_closes();
	what_survived_an_exec_survives_the_next();
	exec_by_flags();
	pidfd_of_clone();
	far_numbers();
	many_generations();
	unknown_tables();
	return failures != 0;
}
