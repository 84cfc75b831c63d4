/*
 * What others wrote: images and stacks changed at random (seeded, so that a failure comes again) must neither crash nor loop.
 * Meant for the sanitizers' build. The images: this program's own headers and .eh_frame, and hand-written CFI with everything
 * in it. Prints the seed of a round that breaks an invariant.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unwind_check.h"
#include "unwind_image.h"

#define ROUNDS_SMALL 20000
#define ROUNDS_FILE  150
#define BASE         UINT64_C(0x7f0000000000)
#define STACK        UINT64_C(0x7ffe00000000)

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Words that look like return addresses, stack addresses, zeros and anything else. */
static uint64_t random_word(uint64_t *seed)
{
	uint64_t value = next_random(seed);

	switch (value >> 61) {
	case 0:
	case 1:
	case 2: return BASE + value % 0x3000;
	case 3:
	case 4: return STACK + value % 4096 / 8 * 8;
	case 5: return 0;
	default: return value;
	}
}

static void walk_at_random(const struct unwind_module *module, uint64_t seed, uint64_t round)
{
	struct fake_memory memory = { .base = STACK, .code_base = BASE };
	struct unwind_frame frames[UNWIND_MAX_FRAMES];
	struct unwind_space *space;
	struct unwind_regs regs;
	enum unwind_end end;
	size_t count;

	CHECK(unwind_space_new(&space) == 0, "new");
	unwind_space_map(space, BASE, BASE + 0x3000, 0, 1, module);
	for (size_t i = 0; i < sizeof(memory.words) / sizeof(memory.words[0]); i++)
		memory.words[i] = random_word(&seed);
	for (int i = 0; i < 10; i++) {
		for (int reg = 0; reg < 16; reg++)
			regs.reg[reg] = random_word(&seed);
		regs.reg[7] = STACK + next_random(&seed) % 4096 / 8 * 8;
		regs.pc = BASE + next_random(&seed) % 0x3000;
		count = unwind_walk(space, &regs, fake_read, &memory, frames, UNWIND_MAX_FRAMES, &end);
		CHECK(count >= 1 && count <= UNWIND_MAX_FRAMES && end <= UNWIND_GUESS, "round %lu: %zu frames",
			(unsigned long)round, count);
		CHECK(frames[0].pc == regs.pc, "round %lu", (unsigned long)round);
	}
	/* A frame reads some twenty words and its expressions at most 256 each. */
	CHECK(memory.reads < (size_t)10 * UNWIND_MAX_FRAMES * 18 * 258, "round %lu: %zu reads", (unsigned long)round,
		memory.reads);
	unwind_space_free(space);
}

static void mutate(uint8_t *image, size_t from, size_t to, uint64_t *seed)
{
	size_t changes = 1 + next_random(seed) % 8;

	for (size_t i = 0; i < changes; i++) {
		size_t at = from + next_random(seed) % (to - from);
		uint64_t value = next_random(seed);

		image[at] = value & 1 ? (uint8_t)(value >> 8) : value & 2 ? 0xff : (uint8_t)(image[at] ^ (1 << (value >> 8 & 7)));
	}
}

/* Compiles and walks; an exact copy on the heap, so that reading past its end is found. */
static void try_image(const uint8_t *image, size_t size, uint64_t seed, uint64_t round)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct unwind_module *module = NULL;
	int rc;

	memcpy(copy, image, size);
	rc = unwind_module_from_memory(copy, size, &module);
	CHECK(rc == 0 ? module != NULL : rc < 0, "round %lu: %d", (unsigned long)round, rc);
	free(copy);
	if (rc == 0)
		walk_at_random(module, seed, round);
	unwind_module_free(module);
}

/* Every kind of instruction and expression operation, at 0x1000 and every 0x10 bytes from there. */
static void build_rich(struct image_section *s)
{
	static const uint8_t programs[][24] = {
		{ 0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x0a, 0x44, 0xc6, 0x0c, 7, 8, 0x0b },
		{ 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22 },
		{ 0x0c, 10, 0, 0x10, 6, 2, 0x76, 0, 0x41, 0x0f, 3, 0x76, 0x78, 0x06, 0x10, 3, 2, 0x76, 0x70 },
		{ 0x16, 7, 3, 0x77, 8, 0x06, 0x10, 16, 2, 0x77, 16, 0x14, 3, 2, 0x15, 12, 0x7e },
		{ 0x09, 16, 5, 0x08, 3, 0x07, 6, 0x05, 13, 4, 0x11, 14, 5, 0x06, 13, 0x2e, 8, 0x2f, 15, 1 },
		{ 0x02, 1, 0x0e, 24, 0x03, 1, 0, 0x12, 7, 0x7d, 0x04, 1, 0, 0, 0, 0x13, 0x7c },
		{ 0x0f, 18, 0x31, 0x12, 0x08, 200, 0x1e, 0x14, 0x1b, 0x16, 0x17, 0x13, 0x28, 2, 0, 0x2f, 0xfd, 0xff, 0x77, 16 },
		{ 0x07, 16 },
	};
	size_t plain = image_cie(s, 0), signal;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		image_fde(s, plain, 0x1000 + 0x10 * i, 0x10, programs[i], sizeof(programs[i]));
	signal = image_cie(s, 1);
	image_fde(s, signal, 0x10ff, 0x11, programs[3], sizeof(programs[3]));
	image_fde(s, plain, 0x1108, 0x100, programs[0], sizeof(programs[0]));
}

static void fuzz_small(const char *name)
{
	struct image_section section = { 0 };
	uint8_t image[8192], changed[8192];
	size_t size;

	build_rich(&section);
	size = image_build(image, sizeof(image), name, &section);
	CHECK(size > 0, "the image fits");
	for (uint64_t round = 1; round <= ROUNDS_SMALL; round++) {
		uint64_t seed = round * UINT64_C(0x9e3779b97f4a7c15);

		memcpy(changed, image, size);
		/* Mostly the CFI, sometimes the headers. */
		if (round % 8 == 0)
			mutate(changed, 0, size, &seed);
		else
			mutate(changed, sizeof(Elf64_Ehdr), sizeof(Elf64_Ehdr) + section.size, &seed);
		try_image(changed, round % 16 == 1 ? (size_t)(next_random(&seed) % size) : size, seed, round);
	}
}

static void fuzz_own_file(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *file, *changed;
	Elf64_Ehdr header;

	CHECK(fd >= 0 && fstat(fd, &st) == 0, "open");
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	changed = malloc((size_t)st.st_size);
	memcpy(&header, file, sizeof(header));
	for (uint64_t round = 1; round <= ROUNDS_FILE; round++) {
		uint64_t seed = round * UINT64_C(0xd1342543de82ef95);

		memcpy(changed, file, (size_t)st.st_size);
		mutate(changed, round % 2 ? 0 : header.e_shoff, round % 2 ? 1024 : (size_t)st.st_size, &seed);
		try_image(changed, (size_t)st.st_size, seed, round);
	}
	free(changed);
	munmap(file, (size_t)st.st_size);
	close(fd);
}

/* Files that are none, or lie about themselves. */
static void test_not_elf(void)
{
	struct unwind_module *module = NULL;
	static const uint8_t zeros[4096];
	int fds[2], fd;

	CHECK(unwind_module_from_memory(zeros, sizeof(zeros), &module) == -ENOEXEC, "zeros");
	CHECK(unwind_module_from_memory("\177ELF", 4, &module) == -ENOEXEC, "four bytes");
	CHECK(unwind_module_from_memory(zeros, 0, &module) == -ENOEXEC, "nothing");
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK(unwind_module_from_fd(fd, &module) == -ENOEXEC, "a device");
	close(fd);
	CHECK(pipe(fds) == 0 && unwind_module_from_fd(fds[0], &module) == -ENOEXEC, "a pipe");
	close(fds[0]);
	close(fds[1]);
	fd = open("/", O_RDONLY | O_CLOEXEC);
	CHECK(unwind_module_from_fd(fd, &module) == -ENOEXEC, "a directory");
	close(fd);
	CHECK(unwind_module_from_fd(-1, &module) == -EBADF, "no file");
}

int main(void)
{
	test_not_elf();
	fuzz_small(".eh_frame");
	fuzz_small(".debug_frame");
	fuzz_own_file();
	return check_result();
}
