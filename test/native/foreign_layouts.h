/*
 * The structs of foreign_trace.c as each ABI lays them out, with the values that its calls hand over. Fixed widths and no padding
 * but what is named, so that this machine's own layouts have no say; sizes are the kernel's.
 * What must not live here: calls.
 */
#ifndef SYSCOPE_TEST_FOREIGN_LAYOUTS_H
#define SYSCOPE_TEST_FOREIGN_LAYOUTS_H

#include <stdint.h>

/* include/uapi/asm-generic/stat.h: arm64's. */
struct generic_stat {
	uint64_t device, inode;
	uint32_t mode, links, user, group;
	uint64_t rdev, pad1;
	int64_t size;
	int32_t block_size, pad2;
	int64_t blocks, times[6];
	uint32_t unused[2];
};
_Static_assert(sizeof(struct generic_stat) == 128, "asm-generic/stat.h");

/* arch/x86/include/uapi/asm/stat.h, 64 bits. */
struct x86_stat {
	uint64_t device, inode, links;
	uint32_t mode, user, group, pad;
	uint64_t rdev;
	int64_t size, block_size, blocks, times[6], unused[3];
};
_Static_assert(sizeof(struct x86_stat) == 144, "x86 stat");

/* The same header's struct stat64 of 32 bits, where a u64 needs no more than 4 bytes' alignment. */
struct __attribute__((packed)) i386_stat64 {
	uint64_t device;
	uint32_t pad1, inode_low, mode, links, user, group;
	uint64_t rdev;
	uint32_t pad2;
	int64_t size;
	uint32_t block_size;
	uint64_t blocks;
	uint32_t times[6];
	uint64_t inode;
};
_Static_assert(sizeof(struct i386_stat64) == 96, "i386 stat64");

/* include/uapi/linux/stat.h: the same everywhere. */
struct any_statx {
	uint32_t mask, block_size;
	uint64_t attributes;
	uint32_t links, user, group;
	uint16_t mode, pad;
	uint64_t inode, size, blocks, attributes_mask;
	uint8_t rest[256 - 64];
};
_Static_assert(sizeof(struct any_statx) == 256, "statx");

/* include/uapi/linux/eventpoll.h: packed on x86 only. */
struct wide_epoll_event {
	uint32_t events, pad;
	uint64_t data;
};
_Static_assert(sizeof(struct wide_epoll_event) == 16, "epoll_event");
struct __attribute__((packed)) packed_epoll_event {
	uint32_t events;
	uint64_t data;
};
_Static_assert(sizeof(struct packed_epoll_event) == 12, "packed epoll_event");

/* What rt_sigaction(2) takes from 64-bit programs, of arm64 and x86-64 alike, and from i386 and x32 (compat_sigaction). */
struct word_action {
	uint64_t handler, flags, restorer, mask;
};
struct __attribute__((packed)) narrow_action {
	uint32_t handler, flags, restorer;
	uint64_t mask;
};
_Static_assert(sizeof(struct narrow_action) == 20, "compat_sigaction");

struct poll_entry {
	int32_t fd;
	int16_t events, revents;
};
struct wide_time {
	int64_t seconds, nanoseconds;
};
struct narrow_time {
	int32_t seconds, nanoseconds;
};
struct narrow_vector {
	uint32_t base, length;
};

static const struct generic_stat arm64_file = { .inode = 77, .mode = 0100640, .links = 1, .size = 123456 };
static const struct generic_stat arm64_device = { .inode = 78, .mode = 0020620, .links = 1, .rdev = 0x8803 };
static const struct x86_stat x86_file = { .inode = 77, .mode = 0100640, .links = 1, .size = 123456 };
static const struct i386_stat64 i386_file = { .inode = 79, .mode = 0100644, .links = 1, .size = 5000000000 };
static const struct any_statx statx_file = { .mask = 0x7ff, .links = 1, .mode = 0100640, .size = 123456 };

static const struct wide_epoll_event arm64_interest = { .events = 0x80000001, .data = 4 };
static const struct wide_epoll_event arm64_ready[] = { { .events = 1, .data = 4 },
	{ .events = 0x10, .data = 0x1122334455667788 } };
static const struct packed_epoll_event packed_interest = { .events = 0x2005, .data = 4 };
static const struct poll_entry polled[] = { { 4, 1, 0 }, { 5, 4, 0 } }, polled_after[] = { { 4, 1, 1 }, { 5, 4, 0 } };

static const struct word_action word_handler = { 0x401000, 0x14000004, 0x402000, 1u << 9 };
static const struct word_action word_ignore = { 1, 0, 0, 0 };
static const struct narrow_action narrow_handler = { 0x401000, 0x14000004, 0x402000, 1u << 9 };
static const uint64_t mask_usr1 = 1u << 9;

static const struct wide_time one_second = { 1, 500 };
static const struct narrow_time narrow_now = { 1700000000, 250 };
static const uint32_t narrow_socket[] = { 1, 1, 0 };
static const struct narrow_vector narrow_words = { 0x3000, 2 };
static const int32_t child_tid = 4243;

#endif
