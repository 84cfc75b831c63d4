/*
 * From what proc says of a descriptor, or from a socket's family, to its class and name. Pure: no state, no I/O.
 */
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "fd_internal.h"

/* The names after "anon_inode:" that the kernel's sources give (with brackets or without), and a few links like them. */
static const struct {
	const char *name;
	uint8_t cls;
} anonymous[] = {
	{ "eventfd", FD_CLASS_EVENT },
	{ "timerfd", FD_CLASS_EVENT },
	{ "signalfd", FD_CLASS_EVENT },
	{ "eventpoll", FD_CLASS_POLL },
	{ "io_uring", FD_CLASS_POLL },
	{ "inotify", FD_CLASS_WATCH },
	{ "fanotify", FD_CLASS_WATCH },
	{ "pidfd", FD_CLASS_PROCESS },
};

static const uint64_t kernel_filesystems[] = {
	PROC_SUPER_MAGIC,
	SYSFS_MAGIC,
	CGROUP_SUPER_MAGIC,
	CGROUP2_SUPER_MAGIC,
	DEBUGFS_MAGIC,
	TRACEFS_MAGIC,
	SECURITYFS_MAGIC,
	BPF_FS_MAGIC,
	NSFS_MAGIC,
	PSTOREFS_MAGIC,
	EFIVARFS_MAGIC,
	0x62656570, /* configfs: no name in the kernel's user headers */
};

static const char anonymous_prefix[] = "anon_inode:";

/* The bare word of an anonymous link, its length in *length; NULL if it is none. */
static const char *anonymous_word(const char *link, size_t *length)
{
	if (strncmp(link, anonymous_prefix, sizeof(anonymous_prefix) - 1) != 0)
		return NULL;
	link += sizeof(anonymous_prefix) - 1;
	*length = strlen(link);
	if (*length >= 2 && link[0] == '[' && link[*length - 1] == ']') {
		link++;
		*length -= 2;
	}
	return link;
}

static uint8_t class_of_anonymous(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++) {
		if (strlen(anonymous[i].name) == length && memcmp(anonymous[i].name, word, length) == 0)
			return anonymous[i].cls;
	}
	return FD_CLASS_OTHER;
}

/* memfd_create(2): the link is "/memfd:NAME (deleted)"; a file of that name in the root directory has no such end. */
static bool is_memfd(const char *link)
{
	static const char end[] = " (deleted)";
	size_t length = strlen(link);

	return strncmp(link, "/memfd:", 7) == 0 && length >= sizeof(end) - 1 &&
	       strcmp(link + length - (sizeof(end) - 1), end) == 0;
}

static bool is_terminal(uint64_t special)
{
	unsigned number = major((dev_t)special);

	return number == 4 || number == 5 || (number >= 136 && number <= 143); /* tty, console and ptmx, Unix98 pseudoterminals */
}

static uint8_t class_of_regular(const struct fd_probe *probe)
{
	if (is_memfd(probe->name))
		return FD_CLASS_MEMORY;
	for (size_t i = 0; i < sizeof(kernel_filesystems) / sizeof(kernel_filesystems[0]); i++) {
		if (probe->filesystem == kernel_filesystems[i])
			return FD_CLASS_KERNEL_FILE;
	}
	return FD_CLASS_FILE;
}

uint8_t fd_class_of(const struct fd_probe *probe)
{
	size_t length;
	const char *word = anonymous_word(probe->name, &length);

	if (word)
		return class_of_anonymous(word, length);
	switch (probe->mode & S_IFMT) {
	case S_IFREG: return class_of_regular(probe);
	case S_IFLNK: /* a path whose link is not followed, or an O_PATH descriptor */ return FD_CLASS_FILE;
	case S_IFDIR: return FD_CLASS_DIRECTORY;
	case S_IFIFO: return FD_CLASS_PIPE;
	case S_IFSOCK: return FD_CLASS_LOCAL_SOCKET; /* of a path; a descriptor's family is asked for elsewhere */
	case S_IFCHR: return is_terminal(probe->special) ? FD_CLASS_TERMINAL : FD_CLASS_DEVICE;
	case S_IFBLK: return FD_CLASS_DEVICE;
	default: return FD_CLASS_OTHER;
	}
}

void fd_name_of(const struct fd_probe *probe, char *text, size_t size)
{
	size_t length;
	const char *word = anonymous_word(probe->name, &length);

	if (!word) {
		word = probe->name;
		length = strlen(word);
	}
	if (length >= size)
		length = size - 1;
	memcpy(text, word, length);
	text[length] = '\0';
}

uint8_t fd_class_of_family(unsigned family)
{
	switch (family) {
	case AF_UNIX:
	case AF_NETLINK: return FD_CLASS_LOCAL_SOCKET;
	case AF_ALG: return FD_CLASS_OTHER;
	default: return FD_CLASS_NETWORK;
	}
}

static const char *internet_protocol(unsigned type, unsigned protocol)
{
	switch (type) {
	case SOCK_STREAM: return protocol == 132 ? "sctp" : protocol == 262 ? "mptcp" : "tcp";
	case SOCK_DGRAM: return protocol == 1 || protocol == 58 ? "icmp" : "udp";
	case SOCK_RAW: return "raw";
	case SOCK_SEQPACKET: return "sctp";
	default: return "inet";
	}
}

const char *fd_protocol_name(unsigned family, unsigned type, unsigned protocol)
{
	switch (family) {
	case AF_UNIX: return "unix";
	case AF_INET:
	case AF_INET6: return internet_protocol(type & 0xf, protocol); /* above it lie SOCK_CLOEXEC and SOCK_NONBLOCK */
	case AF_NETLINK: return "netlink";
	case AF_PACKET: return "packet";
	case AF_VSOCK: return "vsock";
	case AF_BLUETOOTH: return "bluetooth";
	case AF_CAN: return "can";
	case AF_ALG: return "alg";
	default: return "socket";
	}
}
