/*
 * Descriptors of kinds, and got in ways, that no table row tells: by ioctl(2), by a thread of another process, through proc. What
 * this machine refuses is left out. Each is touched (expect.h).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/landlock.h>
#include <linux/nsfs.h>
#include <linux/perf_event.h>
#include <spawn.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "expect.h"

extern char **environ;

/* -1 and an error that says that it can't be had here: nothing to say. */
static void maybe(int fd)
{
	if (fd >= 0)
		touch(fd);
}

static void through_proc(void)
{
	int file = open("file", O_RDWR | O_CREAT, 0600), ends[2];
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	maybe(open(path, O_RDONLY));
	snprintf(path, sizeof(path), "/dev/fd/%d", file);
	maybe(open(path, O_RDONLY));
	maybe(open("file", O_PATH));
	succeed("symlink", symlink("file", "link"));
	maybe(open("link", O_PATH | O_NOFOLLOW));
	maybe(open("link", O_RDONLY));
	maybe(open(".", O_TMPFILE | O_RDWR, 0600));
	succeed("pipe", pipe(ends));
	succeed("dup2", dup2(ends[0], 0));
	maybe(open("/dev/stdin", O_RDONLY));
	touch(file);
}

static void of_processes(void)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (self < 0)
		return;
	maybe((int)syscall(SYS_pidfd_getfd, self, 1, 0));
}

static void by_ioctl(void)
{
	int space = open("/proc/self/ns/net", O_RDONLY), master = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	if (space >= 0)
		maybe(ioctl(space, NS_GET_USERNS));
	if (master >= 0 && unlockpt(master) == 0)
		maybe(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
}

static void by_number(void)
{
	struct perf_event_attr event = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(event), .config = PERF_COUNT_SW_DUMMY };
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };
	struct landlock_ruleset_attr rules = { .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE };
	char parameters[120] = { 0 }; /* struct io_uring_params */

	maybe((int)syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */));
	maybe((int)syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
	maybe((int)syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)));
	maybe((int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules.handled_access_fs), 0));
	maybe((int)syscall(SYS_io_uring_setup, 1, parameters));
	maybe((int)syscall(447 /* memfd_secret */, 0));
	maybe(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
	maybe(memfd_create("kinds", MFD_CLOEXEC));
	maybe((int)syscall(428 /* open_tree */, AT_FDCWD, ".", O_CLOEXEC));
}

/* What posix_spawn(3) does between vfork and exec: in a table of the child's own. */
static void spawn(void)
{
	char *words[] = { "kinds", "again", NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 50, "/dev/zero", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 50, 51);
	posix_spawn_file_actions_addclose(&actions, 50);
	posix_spawn_file_actions_adddup2(&actions, 52, 53);
	succeed("dup3", dup3(1, 52, O_CLOEXEC));
	if (posix_spawn(&child, "/proc/self/exe", &actions, NULL, words, environ) != 0)
		_exit(97);
	succeed("waitpid", waitpid(child, &status, 0));
	if (status != 0)
		_exit(96);
	touch(50);
	touch(51);
	touch(52);
	posix_spawn_file_actions_destroy(&actions);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "again") == 0) {
		for (int fd = 50; fd < 54; fd++)
			touch(fd);
		say_expected();
		return 0;
	}
	if (argc != 2 || chdir(argv[1]) != 0)
		return 2;
	through_proc();
	of_processes();
	by_ioctl();
	by_number();
	spawn();
	close(-1);
	close(999);
	succeed("dup2", dup2(52, 52));
	touch(52);
	say_expected();
	return 0;
}
