/* Calls on files and descriptors: paths, flags, stat, times, locks, vectors, attributes, mounts. See decode.h. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <utime.h>

#include "decode.h"

#define NULL_DEVICE (NO_FD + 1)

static void opening(void)
{
	char *missing = TEXT("/nonexistent/\"q\"\n\t\377");

	CALL(open, missing, O_RDONLY, 0);
	CALL(open, missing, O_RDWR | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK, 0640);
	CALL(open, missing, O_WRONLY | O_SYNC | O_DIRECT | O_LARGEFILE | O_NOFOLLOW | O_NOATIME | O_CLOEXEC, 0);
	CALL(open, missing, O_DSYNC | O_PATH | O_DIRECTORY | O_ASYNC | 3, 0);
	CALL(open, missing, O_TMPFILE | O_RDWR, 07777);
	CALL(open, missing, 0x80000000, 0);
	CALL(open, NULL, 0, 0);
	CALL(open, BAD, 0, 0);
	CALL(openat, AT_FDCWD, missing, O_RDONLY, 0);
	CALL(openat, -5, TEXT("relative"), O_CREAT, 01777);
	CALL(openat, NO_FD, TEXT("relative"), O_RDWR);
	CALL(creat, missing, 0);
	CALL(creat, missing, 06755);
	CALL(openat2, AT_FDCWD, missing, PUT(struct open_how, { .flags = O_RDWR | O_CREAT, .mode = 0600, .resolve = 0x3f }), 24);
	CALL(openat2, AT_FDCWD, missing, PUT(struct open_how, { .flags = O_PATH, .resolve = 0x1000 }), 24);
	CALL(openat2, AT_FDCWD, missing, NULL, 24);
	CALL(openat2, AT_FDCWD, missing, BAD, 24);
	CALL(openat2, AT_FDCWD, missing, PUT(struct open_how, { 0 }), 8);
	CALL(access, missing, F_OK);
	CALL(access, missing, R_OK | W_OK | X_OK);
	CALL(access, missing, 8);
	CALL(faccessat, AT_FDCWD, missing, R_OK);
	CALL(faccessat2, AT_FDCWD, missing, X_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
	CALL(faccessat2, NO_FD, missing, 0, 0xffff);
	CALL(close, NO_FD);
	CALL(close, -1);
	CALL(close_range, 200, 100, 0);
	CALL(close_range, 200, ~0U, 4);
	CALL(close_range, 200, ~0U, 6);
	CALL(dup, NO_FD);
	CALL(dup2, NO_FD, 7);
	CALL(dup3, NO_FD, 7, O_CLOEXEC);
	CALL(dup3, NO_FD, 7, 0x41);
	CALL(umask, 022);
	CALL(umask, 0777);
	CALL(umask, 022);
	CALL(pipe, NULL);
	CALL(pipe2, BAD, O_CLOEXEC | O_NONBLOCK | O_DIRECT);
	CALL(pipe2, data + 512, 0x7);
	CALL(memfd_create, TEXT("name"), 0x10);
	CALL(memfd_create, TEXT("name"), 3 | 4);
	CALL(memfd_create, TEXT("name"), 0x54000006);
	CALL(memfd_create, NULL, 0);
	CALL(inotify_init1, 0x801);
	CALL(inotify_add_watch, NO_FD, missing, 0xfff | 0x2000000);
	CALL(inotify_add_watch, NO_FD, missing, 0x80000000);
	CALL(inotify_rm_watch, NO_FD, 1);
	CALL(fanotify_init, 0x3f, O_RDONLY);
	CALL(fanotify_init, 0x80000000, O_RDWR | O_CLOEXEC);
	CALL(fanotify_mark, NO_FD, 0x101, 0x40000038, AT_FDCWD, missing);
	CALL(fanotify_mark, NO_FD, 0x40000000, 0, -3, NULL);
	CALL(name_to_handle_at, AT_FDCWD, missing, BAD, BAD, 0x400);
	CALL(open_by_handle_at, NO_FD, BAD, O_RDONLY);
}

static void examining(void)
{
	struct stat *status = (struct stat *)(data + 3 * PAGE);

	CALL(stat, TEXT("/"), NULL);
	CALL(stat, TEXT("/dev/null"), status);
	CALL(stat, TEXT("/nonexistent"), status);
	CALL(lstat, TEXT("/proc/self"), status);
	CALL(lstat, TEXT("/tmp"), status);
	CALL(fstat, NO_FD, status);
	CALL(fstat, NULL_DEVICE, status);
	CALL(fstat, NULL_DEVICE, BAD);
	CALL(newfstatat, AT_FDCWD, TEXT("/"), status, AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW);
	CALL(newfstatat, NULL_DEVICE, TEXT(""), status, AT_EMPTY_PATH);
	CALL(newfstatat, AT_FDCWD, TEXT("/"), status, 0xf);
	CALL(statx, AT_FDCWD, TEXT("/dev/null"), AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS, status);
	CALL(statx, AT_FDCWD, TEXT("/nonexistent"), AT_STATX_FORCE_SYNC | AT_SYMLINK_NOFOLLOW, STATX_ALL | 0x1000, status);
	CALL(statx, NULL_DEVICE, TEXT(""), AT_STATX_DONT_SYNC | AT_EMPTY_PATH, STATX_SIZE | STATX_MODE, status);
	CALL(statx, NULL_DEVICE, NULL, 0x6000, 0x80000000, NULL);
	CALL(statx, AT_FDCWD, TEXT("/"), 0, 0, BAD);
	CALL(statfs, TEXT("/proc"), status);
	CALL(statfs, TEXT("/nonexistent"), status);
	CALL(statfs, NULL, NULL);
	CALL(fstatfs, NO_FD, status);
	CALL(ustat, 0x801, status);
	CALL(sysfs, 3);
	CALL(sysfs, 1, TEXT("proc"));
	CALL(sysfs, 2, 1, BAD);
	CALL(sysfs, 9, 1, 2);
	CALL(readlink, TEXT("/proc/self/fd/100"), data + 3 * PAGE, 100);
	CALL(readlink, TEXT("/nonexistent"), data + 3 * PAGE, 100);
	CALL(readlink, TEXT("/proc/self/fd/100"), data + 3 * PAGE, 4);
	CALL(readlinkat, AT_FDCWD, TEXT("/proc/self/fd/100"), BAD, 100);
	CALL(getcwd, data + 3 * PAGE, 1);
	CALL(getcwd, BAD, 100);
	CALL(getdents64, NO_FD, data, 100);
	CALL(getdents, NULL_DEVICE, data, 100);
	CALL(lseek, NULL_DEVICE, -5L, SEEK_END);
	CALL(lseek, NULL_DEVICE, 1L << 40, SEEK_DATA);
	CALL(lseek, NO_FD, 0, 77);
}

static void changing(void)
{
	char *missing = TEXT("/nonexistent/x");

	CALL(mkdir, missing, 01755);
	CALL(mkdirat, NO_FD, TEXT("a"), 0);
	CALL(mknod, missing, S_IFCHR | 0600, 0x103);
	CALL(mknod, missing, S_IFIFO | 0600, 0);
	CALL(mknod, missing, 0600, 0);
	CALL(mknod, missing, 0xf000, 5);
	CALL(mknodat, AT_FDCWD, missing, S_IFBLK | S_ISUID | 0640, 0x800001);
	CALL(rmdir, missing);
	CALL(unlink, missing);
	CALL(unlinkat, AT_FDCWD, missing, AT_REMOVEDIR);
	CALL(unlinkat, AT_FDCWD, missing, 0x1);
	CALL(rename, missing, TEXT("b"));
	CALL(renameat, NO_FD, missing, AT_FDCWD, BAD);
	CALL(renameat2, AT_FDCWD, missing, AT_FDCWD, TEXT("b"), 7);
	CALL(renameat2, AT_FDCWD, missing, AT_FDCWD, TEXT("b"), 8);
	CALL(link, missing, TEXT("b"));
	CALL(linkat, AT_FDCWD, missing, -7, TEXT("b"), AT_SYMLINK_FOLLOW | AT_EMPTY_PATH);
	CALL(symlink, missing, TEXT("/nonexistent/y"));
	CALL(symlinkat, missing, NO_FD, TEXT("y"));
	CALL(chmod, missing, 0);
	CALL(chmod, missing, 07777);
	CALL(fchmod, NO_FD, 0644);
	CALL(fchmodat, AT_FDCWD, missing, 0100644);
	CALL(chown, missing, -1, 5);
	CALL(fchown, NO_FD, 1000, -1);
	CALL(lchown, missing, 0x7fffffff, 0x80000000);
	CALL(fchownat, AT_FDCWD, missing, 1, 2, AT_SYMLINK_NOFOLLOW);
	CALL(truncate, missing, 5L);
	CALL(truncate, missing, -1L);
	CALL(ftruncate, NO_FD, 1L << 33);
	CALL(fallocate, NO_FD, 0, 5L, 1L << 33);
	CALL(fallocate, NO_FD, 0x7f, -1L, 1L);
	CALL(fallocate, NO_FD, 0x80, 0L, 0L);
	CALL(chdir, missing);
	CALL(fchdir, NO_FD);
	CALL(chroot, missing);
	CALL(pivot_root, missing, TEXT("y"));
	CALL(utime, missing, NULL);
	CALL(utime, missing, PUT(struct utimbuf, { 1, 1000000000 }));
	CALL(utimes, missing, NULL);
	CALL(utimes, missing, put_bytes((struct timeval[2]){ { 1, 2 }, { 1600000000, 999999 } }, 32));
	CALL(futimesat, NO_FD, missing, put_bytes((struct timeval[2]){ { 1, 2 }, { -1, 1000000 } }, 32));
	CALL(utimensat, AT_FDCWD, missing, put_bytes((struct timespec[2]){ { 0, UTIME_NOW }, { 5, UTIME_OMIT } }, 32), 0);
	CALL(utimensat, AT_FDCWD, missing, put_bytes((struct timespec[2]){ { 1, 7 }, { 1700000000, 123456789 } }, 32),
		AT_SYMLINK_NOFOLLOW);
	CALL(utimensat, AT_FDCWD, missing, BAD, 0x5);
	CALL(utimensat, NO_FD, NULL, NULL, 0);
	CALL(flock, NO_FD, 5);
	CALL(flock, NO_FD, 0x20);
	CALL(fsync, NO_FD);
	CALL(fdatasync, NO_FD);
	CALL(syncfs, NO_FD);
	CALL(sync_file_range, NO_FD, 1L, 2L, 7);
	CALL(sync_file_range, NO_FD, 1L, 2L, 8);
	CALL(fadvise64, NO_FD, 1L, 2L, 3);
	CALL(fadvise64, NO_FD, 1L, 2L, 33);
	CALL(readahead, NO_FD, 5L, 100UL);
}

static void locking(void)
{
	struct flock *lock = PUT(struct flock, { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 100 });
	static const int commands[] = { F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_GETLEASE, F_GETPIPE_SZ, 1034 /* F_GET_SEALS */,
		99 };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		CALL(fcntl, NULL_DEVICE, commands[i], 77);
	CALL(fcntl, NO_FD, F_SETFD, 1);
	CALL(fcntl, NO_FD, F_SETFD, 2);
	CALL(fcntl, NO_FD, F_SETFL, O_NONBLOCK | O_APPEND);
	CALL(fcntl, NO_FD, F_DUPFD, 50);
	CALL(fcntl, NO_FD, F_DUPFD_CLOEXEC, 50);
	CALL(fcntl, NO_FD, F_SETOWN, -5);
	CALL(fcntl, NO_FD, F_SETSIG, 10);
	CALL(fcntl, NO_FD, F_SETLEASE, F_UNLCK);
	CALL(fcntl, NO_FD, F_NOTIFY, 0x80000001);
	CALL(fcntl, NO_FD, F_SETPIPE_SZ, 65536);
	CALL(fcntl, NO_FD, 1033 /* F_ADD_SEALS */, 0x3f);
	CALL(fcntl, NO_FD, F_SETLK, lock);
	CALL(fcntl, NULL_DEVICE, F_GETLK, lock);
	CALL(fcntl, NO_FD, F_SETLKW, PUT(struct flock, { .l_type = 7, .l_whence = 9, .l_start = -5 }));
	CALL(fcntl, NO_FD, F_OFD_SETLK, lock);
	CALL(fcntl, NO_FD, F_GETLK, NULL);
	CALL(fcntl, NO_FD, F_SETLK, BAD);
	CALL(fcntl, NO_FD, F_SETOWN_EX, PUT(struct f_owner_ex, { F_OWNER_PID, 12 }));
	CALL(fcntl, NULL_DEVICE, F_GETOWN_EX, data + 3 * PAGE);
	CALL(fcntl, NO_FD, F_SETOWN_EX, BAD);
	CALL(fcntl, NULL_DEVICE, 1035 /* F_GET_RW_HINT */, data + 3 * PAGE);
	CALL(fcntl, NO_FD, 1036 /* F_SET_RW_HINT */, PUT(uint64_t, { 3 }));
	CALL(fcntl, NULL_DEVICE, 1037, data + 3 * PAGE);
	CALL(fcntl, NO_FD, 1038, PUT(uint64_t, { 99 }));
}

static void moving(void)
{
	struct iovec *vector =
		put_bytes((struct iovec[4]){ { TEXT("hello\n"), 6 }, { NULL, 5 }, { BAD, 3 }, { TEXT("x"), 0 } }, 64);
	struct iovec *good = put_bytes((struct iovec[2]){ { TEXT("hello\n"), 6 }, { TEXT("more"), 4 } }, 32);
	int64_t *offset = PUT(int64_t, { 5 });

	CALL(write, NULL_DEVICE, TEXT("0123456789abcdefghijklmnopqrstuvwxyz"), 36);
	CALL(write, NULL_DEVICE, TEXT("\1\0012\377\\\""), 6);
	CALL(write, NULL_DEVICE, BAD, 6);
	CALL(write, NO_FD, NULL, 0);
	CALL(read, NULL_DEVICE, data + 3 * PAGE, 10);
	CALL(read, NO_FD, BAD, 1L << 40);
	CALL(pread64, NULL_DEVICE, data + 3 * PAGE, 10, -5L);
	CALL(pwrite64, NULL_DEVICE, TEXT("abc"), 3, 1L << 40);
	CALL(writev, NULL_DEVICE, good, 2);
	CALL(writev, NO_FD, vector, 4);
	CALL(writev, NO_FD, BAD, 4);
	CALL(writev, NO_FD, vector, -1L);
	CALL(writev, NO_FD, vector, 0);
	CALL(readv, NULL_DEVICE, good, 2);
	CALL(readv, NO_FD, good, 2);
	CALL(preadv, NULL_DEVICE, good, 2, 5L, 0L);
	CALL(pwritev, NULL_DEVICE, good, 2, 0x12345678L, 0L);
	CALL(preadv2, NULL_DEVICE, good, 2, -1L, -1L, 0x1f);
	CALL(pwritev2, NO_FD, good, 2, 7L, 0L, 0x100);
	CALL(pwritev2, NULL_DEVICE, good, 2, 7L, 0L, 0);
	CALL(sendfile, NULL_DEVICE, NULL_DEVICE, NULL, 5UL);
	CALL(sendfile, NULL_DEVICE, NULL_DEVICE, offset, 5UL);
	CALL(sendfile, NO_FD, NO_FD, BAD, 5UL);
	CALL(splice, NO_FD, NULL, NO_FD, NULL, 5UL, 0xf);
	CALL(splice, NO_FD, offset, NO_FD, offset, 5UL, 0x10);
	CALL(tee, NO_FD, NO_FD, 5UL, 1);
	CALL(vmsplice, NO_FD, good, 2, 8);
	CALL(copy_file_range, NO_FD, offset, NO_FD, NULL, 5UL, 0);
	CALL(copy_file_range, NULL_DEVICE, BAD, NULL_DEVICE, offset, 5UL, 1);
}

static void attributes(void)
{
	char *missing = TEXT("/nonexistent/x"), *name = TEXT("user.name");

	CALL(setxattr, missing, name, TEXT("value"), 5, 1);
	CALL(setxattr, missing, name, TEXT("v\0w"), 3, 2);
	CALL(setxattr, missing, name, NULL, 0, 0);
	CALL(lsetxattr, missing, BAD, BAD, 5, 7);
	CALL(fsetxattr, NO_FD, name, TEXT("value"), 5, 4);
	CALL(getxattr, missing, name, data + 3 * PAGE, 100);
	CALL(getxattr, missing, name, NULL, 0);
	CALL(lgetxattr, TEXT("/"), name, data + 3 * PAGE, 100);
	CALL(fgetxattr, NO_FD, name, data + 3 * PAGE, 0);
	CALL(listxattr, TEXT("/"), data + 3 * PAGE, 100);
	CALL(llistxattr, missing, NULL, 0);
	CALL(flistxattr, NO_FD, data + 3 * PAGE, 100);
	CALL(removexattr, missing, name);
	CALL(lremovexattr, missing, name);
	CALL(fremovexattr, NO_FD, name);
}

static void mounting(void)
{
	char *missing = TEXT("/nonexistent/x");

	CALL(mount, missing, missing, TEXT("tmpfs"), 0, TEXT("size=1"));
	CALL(mount, missing, missing, NULL, MS_BIND | MS_REC | MS_RDONLY, NULL);
	CALL(mount, missing, missing, TEXT("ext4"), 0xc0ed0000 | MS_REMOUNT | MS_NOSUID, BAD);
	CALL(mount, NULL, missing, TEXT("none"), MS_PRIVATE, NULL);
	CALL(umount2, missing, 0);
	CALL(umount2, missing, 0x1f);
	CALL(swapon, missing, 0x8005);
	CALL(swapon, missing, 0x30000);
	CALL(swapoff, missing);
	CALL(acct, missing);
	CALL(acct, BAD);
	CALL(uselib, missing);
	CALL(quotactl, 0x80000100, missing, 5, data);
	CALL(quotactl, 0x80000701, missing, 5, data);
	CALL(quotactl, 0x80000200, NULL, 1, NULL);
	CALL(quotactl_fd, NO_FD, 0x80000100, 5, data);
	CALL(open_tree, AT_FDCWD, missing, 1 | O_CLOEXEC | AT_RECURSIVE);
	CALL(open_tree, AT_FDCWD, missing, 0x80000000);
	CALL(move_mount, NO_FD, missing, AT_FDCWD, missing, 0x77);
	CALL(move_mount, NO_FD, missing, AT_FDCWD, missing, 0x1000);
	CALL(fsopen, TEXT("nofs"), 1);
	CALL(fsopen, BAD, 4);
	CALL(fsconfig, NO_FD, 0, TEXT("key"), NULL, 0);
	CALL(fsconfig, NO_FD, 1, TEXT("key"), TEXT("value"), 0);
	CALL(fsconfig, NO_FD, 2, TEXT("key"), TEXT("bytes"), 5);
	CALL(fsconfig, NO_FD, 3, TEXT("key"), TEXT("/path"), AT_FDCWD);
	CALL(fsconfig, NO_FD, 4, TEXT("key"), TEXT(""), NO_FD);
	CALL(fsconfig, NO_FD, 5, TEXT("key"), NULL, NO_FD);
	CALL(fsconfig, NO_FD, 6, NULL, NULL, 0);
	CALL(fsconfig, NO_FD, 7, NULL, NULL, 0);
	CALL(fsconfig, NO_FD, 99, TEXT("key"), TEXT("value"), 7);
	CALL(fsmount, NO_FD, 1, 0x3f);
	CALL(fsmount, NO_FD, 2, 0x80000000);
	CALL(fspick, AT_FDCWD, missing, 0xf);
	CALL(mount_setattr, AT_FDCWD, missing, AT_RECURSIVE,
		PUT(struct mount_attr, { .attr_set = 0x3, .attr_clr = 0x70, .propagation = 1 << 18 }), 32);
	CALL(mount_setattr, AT_FDCWD, missing, 0, BAD, 32);
	CALL(mount_setattr, AT_FDCWD, missing, 0x1000, PUT(struct mount_attr, { .userns_fd = 5 }), 16);
}

int main(void)
{
	decode_begin();
	opening();
	examining();
	changing();
	locking();
	moving();
	attributes();
	mounting();
	return 0;
}
