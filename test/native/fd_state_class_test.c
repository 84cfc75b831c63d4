/* The class and name of a descriptor from what proc says, for every kind of file; and the classes of calls by path. */
#include <errno.h>
#include <linux/magic.h>
#include <sys/sysmacros.h>
#include "fd_state_world.h"

static struct fake_world world;

static void one_kind(const char *name, uint32_t mode, uint64_t special, uint64_t filesystem, uint8_t cls, const char *shown)
{
	struct fake_fd *f;
	uint32_t files;
	uint64_t d;

	world_begin(&world);
	f = world_fd(&world, 10, 3, 1, mode, name);
	f->probe.special = special;
	f->probe.filesystem = filesystem;
	files = world_found(&world, 10, 0);
	d = fd_state_lookup(world.state, files, 10, 0, 3);
	if (world_class(&world, d) != cls || strcmp(world_name(&world, d), shown) != 0) {
		printf("%s: class %d, name %s\n", name, world_class(&world, d), world_name(&world, d));
		failures++;
	}
	world_end(&world);
}

static void every_kind(void)
{
	one_kind("/tmp/a", S_IFREG, 0, 0xef53, FD_CLASS_FILE, "/tmp/a");
	one_kind("/proc/self/maps", S_IFREG, 0, PROC_SUPER_MAGIC, FD_CLASS_KERNEL_FILE, "/proc/self/maps");
	one_kind("/sys/power/state", S_IFREG, 0, SYSFS_MAGIC, FD_CLASS_KERNEL_FILE, "/sys/power/state");
	one_kind("/sys/fs/cgroup/x", S_IFREG, 0, CGROUP2_SUPER_MAGIC, FD_CLASS_KERNEL_FILE, "/sys/fs/cgroup/x");
	one_kind("mnt:[4026531840]", S_IFREG, 0, NSFS_MAGIC, FD_CLASS_KERNEL_FILE, "mnt:[4026531840]");
	one_kind("/proc", S_IFDIR, 0, PROC_SUPER_MAGIC, FD_CLASS_DIRECTORY, "/proc");
	one_kind("pipe:[5]", S_IFIFO, 0, 0, FD_CLASS_PIPE, "pipe:[5]");
	one_kind("/tmp/fifo", S_IFIFO, 0, 0, FD_CLASS_PIPE, "/tmp/fifo");
	one_kind("socket:[5]", S_IFSOCK, 0, 0, FD_CLASS_OTHER, "socket:[5]"); /* of a family that nobody could tell */
	one_kind("/run/x.sock", S_IFSOCK, 0, 0, FD_CLASS_LOCAL_SOCKET, "/run/x.sock");
	one_kind("/dev/pts/3", S_IFCHR, makedev(136, 3), 0, FD_CLASS_TERMINAL, "/dev/pts/3");
	one_kind("/dev/pts/3000", S_IFCHR, makedev(143, 3), 0, FD_CLASS_TERMINAL, "/dev/pts/3000");
	one_kind("/dev/tty1", S_IFCHR, makedev(4, 1), 0, FD_CLASS_TERMINAL, "/dev/tty1");
	one_kind("/dev/tty", S_IFCHR, makedev(5, 0), 0, FD_CLASS_TERMINAL, "/dev/tty");
	one_kind("/dev/null", S_IFCHR, makedev(1, 3), 0, FD_CLASS_DEVICE, "/dev/null");
	one_kind("/dev/x", S_IFCHR, makedev(144, 0), 0, FD_CLASS_DEVICE, "/dev/x");
	one_kind("/dev/sda", S_IFBLK, makedev(8, 0), 0, FD_CLASS_DEVICE, "/dev/sda");
	one_kind("anon_inode:[eventfd]", 0600, 0, 0, FD_CLASS_EVENT, "eventfd");
	one_kind("anon_inode:[timerfd]", 0600, 0, 0, FD_CLASS_EVENT, "timerfd");
	one_kind("anon_inode:[signalfd]", 0600, 0, 0, FD_CLASS_EVENT, "signalfd");
	one_kind("anon_inode:[eventpoll]", 0600, 0, 0, FD_CLASS_POLL, "eventpoll");
	one_kind("anon_inode:[io_uring]", 0600, 0, 0, FD_CLASS_POLL, "io_uring");
	one_kind("anon_inode:inotify", 0600, 0, 0, FD_CLASS_WATCH, "inotify");
	one_kind("anon_inode:[fanotify]", 0600, 0, 0, FD_CLASS_WATCH, "fanotify");
	one_kind("anon_inode:[pidfd]", S_IFREG | 0700, 0, 0, FD_CLASS_PROCESS, "pidfd");
	one_kind("anon_inode:[userfaultfd]", 0600, 0, 0, FD_CLASS_OTHER, "userfaultfd");
	one_kind("anon_inode:", 0600, 0, 0, FD_CLASS_OTHER, "");
	one_kind("anon_inode:[", 0600, 0, 0, FD_CLASS_OTHER, "[");
	one_kind("/memfd:doc (deleted)", S_IFREG, 0, TMPFS_MAGIC, FD_CLASS_MEMORY, "/memfd:doc (deleted)");
	one_kind("/memfd:doc", S_IFREG, 0, 0xef53, FD_CLASS_FILE, "/memfd:doc");
}

static uint8_t class_at_entry(uint32_t files, long nr, const uint64_t args[6], const char *path)
{
	return world_enter(&world, files, 10, nr, args, path).cls;
}

static void class_of_what_a_path_names(void)
{
	static const char memory[4096] = "/etc";
	uint32_t files;
	int probes;
	struct fd_call call;

	world_begin(&world);
	files = world_found(&world, 10, 0);
	world_memory(&world, 0x1000, memory, sizeof(memory));
	world_path(&world, "/etc", S_IFDIR);
	world_path(&world, "/fifo", S_IFIFO);
	world_path(&world, "/x.sock", S_IFSOCK);
	CHECK(class_at_entry(files, SYS_stat, ARGS(0x1000), "/etc") == FD_CLASS_DIRECTORY);
	CHECK(class_at_entry(files, SYS_truncate, ARGS(0x1000), "/fifo") == FD_CLASS_PIPE);
	CHECK(class_at_entry(files, SYS_access, ARGS(0x1000), "/x.sock") == FD_CLASS_LOCAL_SOCKET);
	CHECK(class_at_entry(files, SYS_stat, ARGS(0x1000), "/missing") == FD_CLASS_FILE);
	call = world_enter(&world, files, 10, SYS_stat, ARGS(0x1000), "/etc");
	CHECK(call.fd == -1 && call.description == 0);
	probes = world.path_probes;
	world_exit(&world, &call, 0);
	CHECK(call.cls == FD_CLASS_DIRECTORY && world.path_probes == probes);
	call = world_enter(&world, files, 10, SYS_stat, ARGS(0x1000), "/etc"); /* removed in between */
	world_exit(&world, &call, -ENOENT);
	CHECK(call.cls == FD_CLASS_FILE);
	world_end(&world);
}

/* An open that obtains something is of that one's class; of one that fails, the path is looked at only then. */
static uint8_t class_of_failed_open(uint32_t files, uint64_t flags)
{
	struct fd_call call;
	int probes = world.path_probes;

	call = world_enter(&world, files, 10, SYS_openat, ARGS(AT_FDCWD, 0x1000, flags), "/link");
	CHECK(call.cls == FD_CLASS_FILE && world.path_probes == probes);
	world_exit(&world, &call, -EISDIR);
	return call.cls;
}

/* A link itself is a file, whatever it leads to: by nature of the call, or by a flag. */
static void last_link(void)
{
	static const char memory[4096] = "/link";
	uint32_t files;

	world_begin(&world);
	world_memory(&world, 0x1000, memory, sizeof(memory));
	files = world_found(&world, 10, 0);
	world_path(&world, "/link", S_IFDIR);
	world_path(&world, "/link", S_IFLNK);
	CHECK(class_at_entry(files, SYS_stat, ARGS(0x1000), "/link") == FD_CLASS_DIRECTORY);
	CHECK(class_at_entry(files, SYS_lstat, ARGS(0x1000), "/link") == FD_CLASS_FILE);
	CHECK(class_at_entry(files, SYS_unlink, ARGS(0x1000), "/link") == FD_CLASS_FILE);
	CHECK(class_at_entry(files, SYS_newfstatat, ARGS(AT_FDCWD, 0x1000, 0, 0), "/link") == FD_CLASS_DIRECTORY);
	CHECK(class_at_entry(files, SYS_newfstatat, ARGS(AT_FDCWD, 0x1000, 0, AT_SYMLINK_NOFOLLOW), "/link") == FD_CLASS_FILE);
	CHECK(class_of_failed_open(files, O_WRONLY) == FD_CLASS_DIRECTORY);
	CHECK(class_of_failed_open(files, O_WRONLY | O_NOFOLLOW) == FD_CLASS_FILE);
	CHECK(class_of_failed_open(files, O_WRONLY | O_NOCTTY) == FD_CLASS_DIRECTORY);
	world_end(&world);
}

/* fstat(3) of a current libc is newfstatat(fd, "", AT_EMPTY_PATH), futimens(3) is utimensat(fd, NULL). */
static void empty_path_is_its_descriptor(void)
{
	uint32_t files;
	struct fd_call call;

	world_begin(&world);
	world_fd(&world, 10, 4, 1, S_IFIFO, "pipe:[9]");
	files = world_found(&world, 10, 0);
	call = world_enter(&world, files, 10, SYS_newfstatat, ARGS(4, 0x1000, 0, AT_EMPTY_PATH), "");
	CHECK(call.fd == 4 && call.cls == FD_CLASS_PIPE && call.description != 0);
	world_exit(&world, &call, 0);
	CHECK(call.fd == 4 && call.cls == FD_CLASS_PIPE);
	call = world_enter(&world, files, 10, SYS_utimensat, ARGS(4, 0), NULL);
	CHECK(call.fd == 4 && call.cls == FD_CLASS_PIPE);
	call = world_enter(&world, files, 10, SYS_utimensat, ARGS(4, 0x1000), NULL); /* a path that could not be read */
	CHECK(call.fd == -1 && call.cls == FD_CLASS_FILE);
	world_path(&world, ".", S_IFDIR);
	call = world_enter(&world, files, 10, SYS_newfstatat, ARGS(AT_FDCWD, 0x1000, 0, AT_EMPTY_PATH), "");
	CHECK(call.fd == -1 && call.cls == FD_CLASS_DIRECTORY);
	world_end(&world);
}

static void relative_to_its_directory(void)
{
	uint32_t files;

	world_begin(&world);
	world_fd(&world, 10, 5, 1, S_IFDIR, "/srv");
	files = world_found(&world, 10, 0);
	world.paths[world.path_count++] = (struct fake_path){ "sub", 5, true, S_IFDIR, 0 };
	CHECK(class_at_entry(files, SYS_newfstatat, ARGS(5, 0x1000), "sub") == FD_CLASS_DIRECTORY);
	CHECK(class_at_entry(files, SYS_newfstatat, ARGS(AT_FDCWD, 0x1000), "sub") == FD_CLASS_FILE);
	world_end(&world);
}

/* The path is read again at exit, over a page's end, with nothing mapped behind it. */
static void what_a_call_made(void)
{
	static const char memory[3 + 4096] = "/new-dir";
	uint32_t files;
	struct fd_call call;

	world_begin(&world);
	files = world_found(&world, 10, 0);
	world_memory(&world, 0x1ffd, memory, sizeof(memory));
	call = world_enter(&world, files, 10, SYS_mkdir, ARGS(0x1ffd, 0755), "/new-dir");
	CHECK(call.cls == FD_CLASS_FILE);
	world.paths[world.path_count++] = (struct fake_path){ "/new-dir", AT_FDCWD, false, S_IFDIR, 0 };
	world_exit(&world, &call, 0);
	CHECK(call.cls == FD_CLASS_DIRECTORY);
	world.memory_length = 0;
	world.path_count = 0;
	call = world_enter(&world, files, 10, SYS_mkdir, ARGS(0x1ffd, 0755), "/new-dir");
	world_exit(&world, &call, 0); /* memory gone: stays what it was */
	CHECK(call.cls == FD_CLASS_FILE);
	world_end(&world);
}

static void polls_and_calls_without(void)
{
	uint32_t files;
	struct fd_call call;

	world_begin(&world);
	world_fd(&world, 10, 3, 1, 0, "anon_inode:[eventpoll]");
	files = world_found(&world, 10, 0);
	call = world_enter(&world, files, 10, SYS_epoll_wait, ARGS(3), NULL);
	CHECK(call.cls == FD_CLASS_POLL && call.fd == 3 && call.description != 0);
	call = world_enter(&world, files, 10, SYS_poll, ARGS(3, 1), NULL); /* 3 is an address here */
	CHECK(call.cls == FD_CLASS_POLL && call.fd == -1 && call.description == 0);
	call = world_enter(&world, files, 10, SYS_select, ARGS(4), NULL);
	CHECK(call.cls == FD_CLASS_POLL && call.fd == -1);
	call = world_enter(&world, files, 10, SYS_getpid, ARGS(3), NULL);
	CHECK(call.cls == FD_CLASS_NONE && call.fd == -1);
	call = world_enter(&world, files, 10, SYS_mmap, ARGS(0, 4096, 3, 0x22, (uint64_t)-1), NULL);
	CHECK(call.cls == FD_CLASS_NONE && call.fd == -1);
	call = world_enter(&world, files, 10, -1, ARGS(3), NULL); /* a number without a row */
	world_exit(&world, &call, 0);
	CHECK(call.cls == FD_CLASS_NONE && call.fd == -1);
	world_end(&world);
}

int main(void)
{
	every_kind();
	class_of_what_a_path_names();
	last_link();
	empty_path_is_its_descriptor();
	relative_to_its_directory();
	what_a_call_made();
	polls_and_calls_without();
	return failures != 0;
}
