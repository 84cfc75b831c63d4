/* What calls do to a files table: open, close and its race, dup, fcntl, close_range, pipe, new descriptors, refused numbers. */
#include <errno.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include "fd_state_world.h"

static struct fake_world world;
static uint32_t files;

static void begin(void)
{
	world_begin(&world);
	world_fd(&world, 10, 0, 1, S_IFCHR, "/dev/null");
	files = world_found(&world, 10, 0);
}

static uint64_t at(int fd)
{
	return fd_state_lookup(world.state, files, 10, 0, fd);
}

static struct fd_call open_file(int fd, const char *name, uint64_t flags)
{
	struct fd_call call = world_enter(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000, flags), name);

	world_fd(&world, 10, fd, 100 + fd, S_IFREG, name);
	world_exit(&world, &call, fd);
	return call;
}

static void open_obtains(void)
{
	struct fd_call call;

	begin();
	call = open_file(3, "/tmp/a", O_RDONLY);
	CHECK(call.fd == 3 && call.cls == FD_CLASS_FILE && call.description == at(3) && call.description != 0);
	CHECK(strcmp(world_name(&world, at(3)), "/tmp/a") == 0);
	CHECK(world_row(&world, 0)->op == FD_OP_OPEN && world_row(&world, 0)->fd == 3 && world_row(&world, 0)->generation == 1);
	CHECK(world_row(&world, 0)->event == call.event + 1 && world_row(&world, 0)->flags == 0);
	open_file(4, "/tmp/b", O_WRONLY | O_CLOEXEC);
	CHECK(world_row(&world, 0)->flags == FD_FLAG_CLOEXEC);
	CHECK(at(3) != at(4));
	call = world_enter(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000), "/none");
	world_exit(&world, &call, -ENOENT);
	CHECK(call.fd == -1 && call.description == 0 && call.cls == FD_CLASS_FILE);
	CHECK(world_count(&world, FD_OP_OPEN) == 2);
	world_end(&world);
}

static struct fd_call open_as(int fd, const char *path, const char *link, uint64_t inode)
{
	struct fd_call call = world_enter(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000, 0), path);

	world_fd(&world, 10, fd, 100 + fd, S_IFREG, link)->probe.inode = inode;
	world_exit(&world, &call, fd);
	return call;
}

/* The link of a file that was opened before need not be read, while the path leads to the same file. */
static void a_known_path_keeps_its_name(void)
{
	struct fd_call first, second;

	begin();
	open_as(3, "/link/a", "/real/a", 7);
	open_as(4, "/link/a", "/real/a", 7);
	CHECK(world.links == 2 && strcmp(world_name(&world, at(4)), "/real/a") == 0); /* the first was number 0's */
	open_as(5, "/link/a", "/other/a", 8);
	CHECK(world.links == 3 && strcmp(world_name(&world, at(5)), "/other/a") == 0);
	open_as(6, "a", "/real/a", 8);
	CHECK(world.links == 4 && strcmp(world_name(&world, at(6)), "/real/a") == 0);
	/* Two opens at once of paths that may have one place. */
	for (int i = 0; i < 60; i++) {
		char paths[2][32], links[2][32];

		for (int which = 0; which < 2; which++) {
			snprintf(paths[which], sizeof(paths[which]), "/p/%d/%d", which, i);
			snprintf(links[which], sizeof(links[which]), "/q/%d/%d", which, i);
		}
		first = world_enter(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000, 0), paths[0]);
		second = world_enter(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000, 0), paths[1]);
		world_fd(&world, 10, 7, 107, S_IFREG, links[0])->probe.inode = 9;
		world_fd(&world, 10, 8, 108, S_IFREG, links[1])->probe.inode = 9;
		world_exit(&world, &first, 7);
		world_exit(&world, &second, 8);
		CHECK(strcmp(world_name(&world, at(7)), links[0]) == 0 && strcmp(world_name(&world, at(8)), links[1]) == 0);
		world_drop(&world, 10, 7);
		world_drop(&world, 10, 8);
	}
	world_end(&world);
}

/* The second time a number is used it has another generation and description. */
static void reuse_has_a_generation(void)
{
	uint64_t first;
	struct fd_call call;

	begin();
	open_file(3, "/tmp/a", 0);
	first = at(3);
	call = world_call(&world, files, 10, SYS_close, ARGS(3), 0);
	CHECK(call.fd == 3 && call.description == first && call.cls == FD_CLASS_FILE);
	CHECK(world_row(&world, 0)->op == FD_OP_CLOSE && world_row(&world, 0)->description == first);
	world_drop(&world, 10, 3);
	CHECK(at(3) == 0);
	open_file(3, "/tmp/b", 0);
	CHECK(at(3) != first && world_row(&world, 0)->generation == 2);
	world_end(&world);
}

static void a_close_that_fails_is_undone(void)
{
	uint64_t d;

	begin();
	open_file(3, "/tmp/a", 0);
	d = at(3);
	world_call(&world, files, 10, SYS_close, ARGS(3), -EBADF); /* proc still has it */
	CHECK(at(3) == d && world_count(&world, FD_OP_CLOSE) == 0);
	world_call(&world, files, 10, SYS_close, ARGS(3), -EINTR); /* Linux has closed it */
	CHECK(world_count(&world, FD_OP_CLOSE) == 1);
	open_file(3, "/tmp/a", 0);
	world_call(&world, files, 10, SYS_close, ARGS(3), -EIO);
	CHECK(world_count(&world, FD_OP_CLOSE) == 2);
	world_end(&world);
}

/* Another thread's open is seen before our close's exit: the close must not take the new one. */
static void reuse_before_the_exit_of_close(void)
{
	struct fd_call closing;
	uint64_t old, new;

	begin();
	open_file(3, "/tmp/a", 0);
	old = at(3);
	closing = world_enter(&world, files, 10, SYS_close, ARGS(3), NULL);
	open_file(3, "/tmp/b", 0);
	new = at(3);
	CHECK(new != old);
	CHECK(world_row(&world, 1)->op == FD_OP_CLOSE && world_row(&world, 1)->event == closing.event + 1);
	world_exit(&world, &closing, 0);
	CHECK(at(3) == new && closing.description == old &&world_count(&world, FD_OP_CLOSE) == 1);
	world_end(&world);
}

static void two_threads_close_one_number(void)
{
	struct fd_call a, b;

	begin();
	open_file(3, "/tmp/a", 0);
	a = world_enter(&world, files, 10, SYS_close, ARGS(3), NULL);
	b = world_enter(&world, files, 10, SYS_close, ARGS(3), NULL);
	world_exit(&world, &a, -EBADF);
	world_drop(&world, 10, 3);
	world_exit(&world, &b, 0);
	CHECK(world_count(&world, FD_OP_CLOSE) == 1);
	CHECK(at(3) == 0);
	world_end(&world);
}

static void dup_keeps_the_description(void)
{
	struct fd_call call;

	begin();
	open_file(3, "/tmp/a", O_CLOEXEC);
	call = world_call(&world, files, 10, SYS_dup, ARGS(3), 4);
	CHECK(call.fd == 3 && at(4) == at(3));
	CHECK(world_row(&world, 0)->op == FD_OP_DUP && world_row(&world, 0)->flags == 0);
	world_call(&world, files, 10, SYS_fcntl, ARGS(3, F_DUPFD, 10), 10);
	world_call(&world, files, 10, SYS_fcntl, ARGS(3, F_DUPFD_CLOEXEC, 10), 11);
	CHECK(at(10) == at(3) && at(11) == at(3) && world_row(&world, 0)->flags == FD_FLAG_CLOEXEC);
	world_call(&world, files, 10, SYS_close, ARGS(3), 0);
	CHECK(at(4) != 0 && strcmp(world_name(&world, at(4)), "/tmp/a") == 0);
	world_call(&world, files, 10, SYS_dup, ARGS(99), -EBADF);
	CHECK(world_count(&world, FD_OP_DUP) == 3);
	world_end(&world);
}

static void dup2_closes_what_was_there(void)
{
	uint64_t a, b;

	begin();
	open_file(3, "/tmp/a", 0);
	open_file(4, "/tmp/b", 0);
	a = at(3);
	b = at(4);
	world_call(&world, files, 10, SYS_dup2, ARGS(3, 4), 4);
	CHECK(at(4) == a);
	CHECK(world_row(&world, 1)->op == FD_OP_CLOSE && world_row(&world, 1)->description == b &&
		world_row(&world, 1)->generation == 1);
	CHECK(world_row(&world, 0)->op == FD_OP_DUP && world_row(&world, 0)->generation == 2);
	world_call(&world, files, 10, SYS_dup2, ARGS(3, 3), 3); /* does nothing */
	CHECK(world_count(&world, FD_OP_DUP) == 1 && at(3) == a);
	open_file(3, "/tmp/c", 0); /* over the old one, whose close no call showed: dup2 has left no mark */
	CHECK(world_row(&world, 1)->op == FD_OP_CLOSE && world_row(&world, 1)->event == 0);
	a = at(3);
	world_call(&world, files, 10, SYS_dup2, ARGS(3, 4), 4);
	world_call(&world, files, 10, SYS_dup2, ARGS(3, 4), -EBUSY);
	CHECK(at(4) == a && world_count(&world, FD_OP_CLOSE) == 3);
	world_call(&world, files, 10, SYS_dup3, ARGS(3, 7, O_CLOEXEC), 7);
	CHECK(at(7) == a && world_row(&world, 0)->flags == FD_FLAG_CLOEXEC);
	world_end(&world);
}

/* Closed by another thread while dup was on its way: the new number still has what it was given. */
static void dup_of_what_is_closed_meanwhile(void)
{
	struct fd_call call;

	begin();
	open_file(3, "/tmp/a", 0);
	call = world_enter(&world, files, 10, SYS_dup, ARGS(3), NULL);
	world_call(&world, files, 10, SYS_close, ARGS(3), 0);
	world_fd(&world, 10, 4, 103, S_IFREG, "/tmp/a");
	world_exit(&world, &call, 4);
	CHECK(at(4) != 0 && strcmp(world_name(&world, at(4)), "/tmp/a") == 0);
	world_end(&world);
}

static void close_range_closes_its_range(void)
{
	begin();
	for (int fd = 3; fd <= 8; fd++)
		open_file(fd, "/tmp/a", 0);
	world_call(&world, files, 10, SYS_close_range, ARGS(4, 6, 0), 0);
	CHECK(world_count(&world, FD_OP_CLOSE) == 3);
	for (int fd = 4; fd <= 6; fd++)
		world_drop(&world, 10, fd);
	CHECK(at(3) && !at(4) && !at(5) && !at(6) && at(7) && at(8));
	world_call(&world, files, 10, SYS_close_range, ARGS(7, 0xffffffff, 0), -EINVAL);
	CHECK(world_count(&world, FD_OP_CLOSE) == 3);
	world_call(&world, files, 10, SYS_close_range, ARGS(7, 0xffffffff, 0), 0);
	CHECK(world_count(&world, FD_OP_CLOSE) == 5);
	world_end(&world);
}

static void close_range_leaves_what_is_newer(void)
{
	struct fd_call call;
	uint64_t new;

	begin();
	open_file(3, "/tmp/a", 0);
	open_file(4, "/tmp/a", 0);
	call = world_enter(&world, files, 10, SYS_close_range, ARGS(3, 0xffffffff, 0), NULL);
	open_file(3, "/tmp/b", 0);
	open_file(9, "/tmp/c", 0);
	new = at(3);
	world_exit(&world, &call, 0);
	world_drop(&world, 10, 4);
	CHECK(at(3) == new && at(4) == 0 && at(9) != 0);
	world_end(&world);
}

static void close_range_flags(void)
{
	struct fd_call call;
	uint32_t shared, own;

	begin();
	open_file(3, "/tmp/a", 0);
	world_call(&world, files, 10, SYS_close_range, ARGS(3, 5, CLOSE_RANGE_CLOEXEC), 0);
	CHECK(at(3) && world_count(&world, FD_OP_CLOSE) == 0);
	shared = world_fork(&world, files, 1, true);
	CHECK(shared == files);
	call = world_call(&world, files, 10, SYS_close_range, ARGS(3, 5, CLOSE_RANGE_UNSHARE), 0);
	own = call.table_changed_to;
	CHECK(own != 0 && own != files);
	CHECK(at(3) != 0); /* the other process still has it */
	world_drop(&world, 10, 3);
	CHECK(fd_state_lookup(world.state, own, 10, 0, 3) == 0 && fd_state_lookup(world.state, own, 10, 0, 0) == at(0));
	call = world_call(&world, own, 10, SYS_close_range, ARGS(3, 5, CLOSE_RANGE_UNSHARE), 0);
	CHECK(call.table_changed_to == 0); /* shared with nobody any more */
	world_end(&world);
}

static void pipe_makes_two_ends(void)
{
	struct fd_call call;
	int pair[2] = { 3, 4 };

	begin();
	world_memory(&world, 0x5000, pair, sizeof(pair));
	world_fd(&world, 10, 3, 50, S_IFIFO, "pipe:[77]");
	world_fd(&world, 10, 4, 51, S_IFIFO, "pipe:[77]");
	call = world_enter(&world, files, 10, SYS_pipe2, ARGS(0x5000, O_CLOEXEC), NULL);
	CHECK(call.cls == FD_CLASS_PIPE && call.fd == -1);
	world_exit(&world, &call, 0);
	CHECK(call.fd == 3 && call.description == at(3) && call.cls == FD_CLASS_PIPE);
	CHECK(at(3) != at(4) && at(3) && at(4));
	CHECK(strcmp(world_name(&world, at(3)), "pipe:[77]") == 0 && strcmp(world_name(&world, at(4)), "pipe:[77]") == 0);
	CHECK(world.descriptions[at(4)].peer == at(3));
	CHECK(world.rename_count == 1 && world.renames[0].description == at(3) && world.renames[0].peer == at(4));
	CHECK(world_row(&world, 0)->flags == FD_FLAG_CLOEXEC && world_row(&world, 1)->flags == FD_FLAG_CLOEXEC);
	call = world_call(&world, files, 10, SYS_pipe, ARGS(0x6000), 0); /* memory that can't be read */
	CHECK(call.fd == -1 && call.cls == FD_CLASS_PIPE);
	world_end(&world);
}

static void new_descriptors(void)
{
	struct fd_call call;

	begin();
	call = world_enter(&world, files, 10, SYS_eventfd2, ARGS(0, O_CLOEXEC), NULL);
	CHECK(call.cls == FD_CLASS_EVENT && call.fd == -1);
	world_fd(&world, 10, 3, 60, 0600, "anon_inode:[eventfd]")->cloexec = true;
	world_exit(&world, &call, 3);
	CHECK(call.fd == 3 && call.cls == FD_CLASS_EVENT && strcmp(world_name(&world, at(3)), "eventfd") == 0);
	CHECK(world_row(&world, 0)->flags == FD_FLAG_CLOEXEC);
	call = world_enter(&world, files, 10, SYS_pidfd_open, ARGS(4711), NULL);
	world_fd(&world, 10, 4, 61, 0600, "anon_inode:[pidfd]");
	world_exit(&world, &call, 4);
	CHECK(call.cls == FD_CLASS_PROCESS && strcmp(world_name(&world, at(4)), "pidfd:[4711]") == 0);
	call = world_call(&world, files, 10, SYS_epoll_create1, ARGS(0), 5); /* proc can't be asked: the row's word */
	CHECK(call.cls == FD_CLASS_POLL && call.fd == 5 && strcmp(world_name(&world, call.description), "eventpoll") == 0);
	call = world_call(&world, files, 10, SYS_memfd_create, ARGS(0), -EMFILE);
	CHECK(call.fd == -1 && call.cls == FD_CLASS_MEMORY);
	world_end(&world);
}

/* A number that no call we saw made is asked of proc when it is used; one that refers to nothing stays so. */
static void unknown_at_use(void)
{
	struct fd_call call;

	begin();
	world_fd(&world, 10, 9, 70, S_IFDIR, "/srv");
	call = world_enter(&world, files, 10, SYS_getdents64, ARGS(9), NULL);
	CHECK(call.fd == 9 && call.cls == FD_CLASS_DIRECTORY && call.description == at(9));
	CHECK(world_row(&world, 0)->op == FD_OP_FOUND && world_row(&world, 0)->event == call.event + 1);
	call = world_call(&world, files, 10, SYS_read, ARGS(500), -EBADF);
	CHECK(call.fd == 500 && call.cls == FD_CLASS_OTHER && call.description == 0);
	call = world_call(&world, files, 10, SYS_read, ARGS((uint64_t)-1), -EBADF);
	CHECK(call.fd == -1 && call.cls == FD_CLASS_NONE);
	call = world_call(&world, files, 10, SYS_read, ARGS(UINT64_C(0xdead00000009)), 0); /* the kernel looks at 32 bits */
	CHECK(call.fd == 9 && call.cls == FD_CLASS_DIRECTORY);
	world_end(&world);
}

static void closed_unseen(void)
{
	struct fd_call call;

	begin();
	open_file(3, "/tmp/a", 0);
	call = world_call(&world, files, 10, SYS_write, ARGS(3), -EBADF); /* open, but for reading */
	CHECK(call.description == at(3) && world_count(&world, FD_OP_CLOSE) == 0);
	world_drop(&world, 10, 3);
	call = world_call(&world, files, 10, SYS_write, ARGS(3), -EBADF);
	CHECK(call.description == 0 && call.cls == FD_CLASS_OTHER && world_count(&world, FD_OP_CLOSE) == 1);
	open_file(3, "/tmp/b", 0);
	open_file(3, "/tmp/c", 0); /* and one that is obtained over one still thought open */
	CHECK(world_count(&world, FD_OP_CLOSE) == 2 && world_row(&world, 1)->event == 0 && world_row(&world, 0)->generation == 3);
	CHECK(strcmp(world_name(&world, at(3)), "/tmp/c") == 0);
	world_end(&world);
}

/* The common call costs no look at proc and no row. */
static void ordinary_calls_ask_nothing(void)
{
	int rows, probes;

	begin();
	open_file(3, "/tmp/a", 0);
	rows = world.row_count;
	probes = world.probes;
	for (int i = 0; i < 1000; i++)
		CHECK(world_call(&world, files, 10, SYS_write, ARGS(3, 0x1000, 1), 1).cls == FD_CLASS_FILE);
	CHECK(world.row_count == rows && world.probes == probes && world.path_probes == 0);
	world_end(&world);
}

int main(void)
{
	open_obtains();
	a_known_path_keeps_its_name();
	reuse_has_a_generation();
	a_close_that_fails_is_undone();
	reuse_before_the_exit_of_close();
	two_threads_close_one_number();
	dup_keeps_the_description();
	dup2_closes_what_was_there();
	dup_of_what_is_closed_meanwhile();
	close_range_closes_its_range();
	close_range_leaves_what_is_newer();
	close_range_flags();
	pipe_makes_two_ends();
	new_descriptors();
	unknown_at_use();
	closed_unseen();
	ordinary_calls_ask_nothing();
	return failures != 0;
}
