/* The walker on stacks that are arrays and CFI that is written by hand: every kind of rule, and everything that ends a walk. */
#include "unwind_check.h"
#include "unwind_image.h"

#define BASE  UINT64_C(0x7f0000000000) /* where the module lies */
#define STACK UINT64_C(0x7ffe00000000)
#define RBX   3
#define RBP   6
#define RSP   7

#define PROGRAM(...) ((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })

struct world {
	struct image_section cfi;
	size_t cie;
	struct unwind_module *module;
	struct unwind_space *space;
	struct fake_memory memory;
	struct unwind_regs regs;
	struct unwind_frame frames[UNWIND_MAX_FRAMES];
	enum unwind_end end;
};

static void world_begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->memory.base = STACK;
	w->memory.code_base = BASE;
	w->cie = image_cie(&w->cfi, 0);
}

static void world_ready(struct world *w, const char *section)
{
	static uint8_t image[8192];
	size_t size = image_build(image, sizeof(image), section, &w->cfi);
	int rc = unwind_module_from_memory(image, size, &w->module);

	CHECK(rc == 0, "from_memory: %d", rc);
	CHECK(unwind_space_new(&w->space) == 0, "new");
	CHECK(unwind_space_map(w->space, BASE, BASE + 0x10000, 0, 7, w->module) == 0, "map");
	w->regs.reg[RSP] = STACK;
}

static void world_end(struct world *w)
{
	unwind_space_free(w->space);
	unwind_module_free(w->module);
}

static size_t walk(struct world *w)
{
	return unwind_walk(w->space, &w->regs, fake_read, &w->memory, w->frames, UNWIND_MAX_FRAMES, &w->end);
}

/* 0x1000 leaf (rsp + 8), 0x1100 saves rbx and has 16 bytes of locals, 0x1200 uses rbp, 0x1300 has no caller. */
static void add_functions(struct world *w)
{
	image_fde(&w->cfi, w->cie, 0x1000, 0x10, PROGRAM(0));
	image_fde(&w->cfi, w->cie, 0x1100, 0x20, PROGRAM(0x41, 0x0e, 16, 0x83, 2, 0x44, 0x0e, 32));
	image_fde(&w->cfi, w->cie, 0x1200, 0x20, PROGRAM(0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, RBP));
	image_fde(&w->cfi, w->cie, 0x1300, 0x10, PROGRAM(0x07, 16));
}

static void check_frame(const struct world *w, size_t i, uint64_t vaddr, uint8_t flags)
{
	CHECK(w->frames[i].vaddr == vaddr, "frame %zu vaddr %#lx, not %#lx", i, (unsigned long)w->frames[i].vaddr,
		(unsigned long)vaddr);
	CHECK(w->frames[i].pc == BASE + vaddr, "frame %zu pc %#lx", i, (unsigned long)w->frames[i].pc);
	CHECK(w->frames[i].flags == flags, "frame %zu flags %u, not %u", i, w->frames[i].flags, flags);
	CHECK(w->frames[i].module == 7, "frame %zu module %u", i, w->frames[i].module);
}

/* leaf <- saves rbx <- uses rbp <- outermost */
static void fill_ordinary(struct world *w)
{
	uint64_t *s = w->memory.words;

	w->regs.pc = BASE + 0x1008;
	w->regs.reg[RBP] = STACK + 8 * 10;
	s[0] = BASE + 0x1110; /* leaf's return */
	s[3] = 0xb0b0;        /* saved rbx at CFA - 16: CFA = &s[1] + 32 = &s[5] */
	s[4] = BASE + 0x1210;
	s[10] = 0; /* saved rbp */
	s[11] = BASE + 0x1308;
}

static void test_ordinary(const char *section)
{
	struct world w;
	size_t count;

	world_begin(&w);
	if (section[1] == 'e') {
		add_functions(&w);
	} else {
		/* .debug_frame: other ids and CIE references. */
		static const uint8_t cie[] = { 4, 0, 8, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1 };
		size_t start;

		w.cfi.size = 0;
		image_u32(&w.cfi, 0);
		image_u32(&w.cfi, UINT32_MAX);
		image_bytes(&w.cfi, cie, sizeof(cie));
		image_close_entry(&w.cfi, 0);
		for (int i = 0; i < 4; i++) {
			static const uint8_t programs[4][9] = {
				{ 0 },
				{ 0x41, 0x0e, 16, 0x83, 2, 0x44, 0x0e, 32 },
				{ 0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, RBP },
				{ 0x07, 16 },
			};

			start = w.cfi.size;
			image_u32(&w.cfi, 0);
			image_u32(&w.cfi, 0);
			image_u64(&w.cfi, 0x1000 + 0x100 * (uint64_t)i);
			image_u64(&w.cfi, 0x20);
			image_bytes(&w.cfi, programs[i], sizeof(programs[i]));
			image_close_entry(&w.cfi, start);
		}
	}
	world_ready(&w, section);
	fill_ordinary(&w);
	for (int round = 0; round < 2; round++) {
		count = walk(&w);
		CHECK(count == 4 && w.end == UNWIND_COMPLETE, "%s: %zu frames, end %d", section, count, w.end);
		check_frame(&w, 0, 0x1008, 0);
		check_frame(&w, 1, 0x1110, 1);
		check_frame(&w, 2, 0x1210, 1);
		check_frame(&w, 3, 0x1308, 1);
	}
	CHECK(unwind_counters(w.space)->cache_hits == 4 && unwind_counters(w.space)->cache_misses == 4,
		"the second walk comes from the cache");
	CHECK(w.memory.reads == 6, "one read a frame, none for the outermost: %zu", w.memory.reads);
	world_end(&w);
}

/* A call that never returns is its function's last instruction: the return address belongs to the next function. */
static void test_return_address_behind_end(void)
{
	struct world w;

	world_begin(&w);
	add_functions(&w);
	world_ready(&w, ".eh_frame");
	fill_ordinary(&w);
	w.memory.words[0] = BASE + 0x1120; /* 0x1100's end */
	CHECK(walk(&w) == 4, "end %d", w.end);
	check_frame(&w, 1, 0x1120, 1);
	world_end(&w);
}

static void test_registers_restored(void)
{
	struct world w;

	world_begin(&w);
	/* The caller's CFA hangs on r12, which the leaf saved far down, beyond what one read gets. */
	image_fde(&w.cfi, w.cie, 0x1000, 0x10, PROGRAM(0x0e, 0x90, 0x02, 0x8c, 30));
	image_fde(&w.cfi, w.cie, 0x1100, 0x20, PROGRAM(0x0c, 12, 8));
	image_fde(&w.cfi, w.cie, 0x1300, 0x10, PROGRAM(0x07, 16));
	world_ready(&w, ".eh_frame");
	w.regs.pc = BASE + 0x1008;
	w.memory.words[34 - 30] = STACK + 8 * 50; /* CFA = rsp + 272 = &words[34] */
	w.memory.words[33] = BASE + 0x1110;
	w.memory.words[50] = BASE + 0x1308;
	CHECK(walk(&w) == 3 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	check_frame(&w, 2, 0x1308, 1);
	world_end(&w);
}

/* The procedure linkage table's expression: CFA = rsp + 8 + ((rip & 15) >= 11) * 8. */
static void test_plt(void)
{
	struct world w;

	world_begin(&w);
	image_fde(&w.cfi, w.cie, 0x1000, 0x40, PROGRAM(0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22));
	image_fde(&w.cfi, w.cie, 0x1300, 0x10, PROGRAM(0x07, 16));
	world_ready(&w, ".eh_frame");
	w.memory.words[0] = BASE + 0x1304;
	w.memory.words[1] = BASE + 0x1308;
	w.regs.pc = BASE + 0x1010;
	CHECK(walk(&w) == 2 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	check_frame(&w, 1, 0x1304, 1);
	w.regs.pc = BASE + 0x101b;
	CHECK(walk(&w) == 2 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	check_frame(&w, 1, 0x1308, 1);
	CHECK(unwind_counters(w.space)->full_rows == 2, "%lu", (unsigned long)unwind_counters(w.space)->full_rows);
	world_end(&w);
}

/* A signal frame on an alternate stack above or below: the interrupted pc is looked up as it is, the stack may fall once. */
static void test_signal(int below)
{
	struct world w;
	size_t cie, stack = below ? 20 : 300;

	world_begin(&w);
	image_fde(&w.cfi, w.cie, 0x1100, 0x10, PROGRAM(0)); /* the handler */
	image_fde(&w.cfi, w.cie, 0x1200, 0x10, PROGRAM(0)); /* the interrupted function, at its first byte */
	image_fde(&w.cfi, w.cie, 0x1300, 0x10, PROGRAM(0x07, 16));
	cie = image_cie(&w.cfi, 1);
	/* CFA = [rsp + 8], rsp = CFA, return address at [rsp + 16]; begins one byte before, as __restore_rt's does. */
	image_fde(&w.cfi, cie, 0x13ff, 0x11, PROGRAM(0x0f, 3, 0x77, 8, 0x06, 0x16, 7, 3, 0x77, 8, 0x06, 0x10, 16, 2, 0x77, 16));
	world_ready(&w, ".eh_frame");
	w.regs.pc = BASE + 0x1104;
	w.regs.reg[RSP] = STACK + 8 * 100;
	w.memory.words[100] = BASE + 0x1400;
	w.memory.words[101] = 0;
	w.memory.words[102] = STACK + 8 * stack;
	w.memory.words[103] = BASE + 0x1200;
	w.memory.words[stack] = BASE + 0x1308;
	CHECK(walk(&w) == 4 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	check_frame(&w, 1, 0x1400, 2);
	check_frame(&w, 2, 0x1200, 0);
	check_frame(&w, 3, 0x1308, 1);
	/* Interrupted in the trampoline's own caller again and again: the second fall ends it. */
	w.memory.words[stack] = BASE + 0x1400;
	w.memory.words[stack + 2] = STACK + 8 * (stack - 10);
	w.memory.words[stack + 3] = BASE + 0x1200;
	w.memory.words[stack - 10] = BASE + 0x1308;
	walk(&w);
	CHECK(w.end == (below ? UNWIND_NO_CFI : UNWIND_COMPLETE), "end %d", w.end);
	world_end(&w);
}

/* rt_sigreturn's trampoline without CFI (musl, Go) is known by its code. */
static void test_sigreturn_by_code(void)
{
	static const uint8_t code[9] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
	struct world w;

	world_begin(&w);
	image_fde(&w.cfi, w.cie, 0x1100, 0x10, PROGRAM(0));
	image_fde(&w.cfi, w.cie, 0x1200, 0x10, PROGRAM(0x0c, 14, 8)); /* CFA hangs on r14: restored from the context */
	image_fde(&w.cfi, w.cie, 0x1300, 0x10, PROGRAM(0x07, 16));
	world_ready(&w, ".eh_frame");
	w.memory.code_base = BASE + 0x1400;
	memcpy(w.memory.code, code, sizeof(code));
	w.regs.pc = BASE + 0x1104;
	w.memory.words[0] = BASE + 0x1400;
	w.memory.words[1 + 5 + 6] = STACK + 8 * 40;  /* r14 */
	w.memory.words[1 + 5 + 15] = STACK + 8 * 40; /* rsp */
	w.memory.words[1 + 5 + 16] = BASE + 0x1200;  /* rip */
	w.memory.words[40] = BASE + 0x1308;
	CHECK(walk(&w) == 4 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	check_frame(&w, 1, 0x1400, 2);
	check_frame(&w, 2, 0x1200, 0);
	/* A stop in the call itself: the pc lies behind it. */
	w.regs.pc = BASE + 0x1409;
	w.regs.reg[RSP] = STACK + 8;
	CHECK(walk(&w) == 3 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	check_frame(&w, 0, 0x1409, 2);
	world_end(&w);
}

static void test_frame_pointers(void)
{
	struct world w;
	uint64_t *s = w.memory.words;

	world_begin(&w);
	add_functions(&w);
	world_ready(&w, ".eh_frame");
	w.regs.pc = BASE + 0x2000; /* no CFI */
	w.regs.reg[RBP] = STACK + 8 * 4;
	s[4] = STACK + 8 * 8;
	s[5] = BASE + 0x2100;
	s[8] = 0;
	s[9] = BASE + 0x1308;
	CHECK(walk(&w) == 3 && w.end == UNWIND_GUESS, "end %d", w.end);
	check_frame(&w, 1, 0x2100, 1 | 4);
	check_frame(&w, 2, 0x1308, 1 | 4);
	/* The outermost frame by its zero frame pointer. */
	s[9] = BASE + 0x2200;
	CHECK(walk(&w) == 3 && w.end == UNWIND_GUESS, "end %d", w.end);
	/* A cycle. */
	s[8] = STACK + 8 * 4;
	CHECK(walk(&w) == 3 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	/* A return address outside all code. */
	s[5] = 0x1234;
	CHECK(walk(&w) == 1 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	/* No frame pointer at all: a pointer to elsewhere, an odd one, none. */
	w.regs.reg[RBP] = 0x5000;
	CHECK(walk(&w) == 1 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	w.regs.reg[RBP] = STACK + 33;
	CHECK(walk(&w) == 1 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	w.regs.reg[RBP] = 0;
	CHECK(walk(&w) == 1 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	world_end(&w);
}

/* An assembly leaf without CFI and frame: its caller is known by the call before the return address. */
static void test_leaf(void)
{
	struct world w;
	int32_t distance = 0x2000 - 0x1310;

	world_begin(&w);
	image_fde(&w.cfi, w.cie, 0x1300, 0x20, PROGRAM(0x07, 16));
	world_ready(&w, ".eh_frame");
	w.regs.pc = BASE + 0x2030;
	w.memory.code_base = BASE + 0x130b;
	w.memory.code[0] = 0xe8;
	memcpy(w.memory.code + 1, &distance, sizeof(distance));
	w.memory.words[0] = BASE + 0x1310;
	CHECK(walk(&w) == 2 && w.end == UNWIND_GUESS, "end %d", w.end);
	check_frame(&w, 1, 0x1310, 1 | 4);
	w.memory.code[0] = 0xe9;
	CHECK(walk(&w) == 1 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	world_end(&w);
}

static void test_ends(void)
{
	struct world w;

	world_begin(&w);
	add_functions(&w);
	/* CFA = rsp: never rises. */
	image_fde(&w.cfi, w.cie, 0x1400, 0x10, PROGRAM(0x0e, 0));
	world_ready(&w, ".eh_frame");
	/* Unreadable. */
	w.regs.pc = BASE + 0x1008;
	w.regs.reg[RSP] = STACK - 0x1000;
	CHECK(walk(&w) == 1 && w.end == UNWIND_UNREADABLE, "end %d", w.end);
	/* Endless recursion. */
	w.regs.reg[RSP] = STACK;
	for (size_t i = 0; i < 512; i++)
		w.memory.words[i] = BASE + 0x1008;
	CHECK(walk(&w) == UNWIND_MAX_FRAMES && w.end == UNWIND_LIMIT, "end %d", w.end);
	CHECK(unwind_walk(w.space, &w.regs, fake_read, &w.memory, w.frames, 3, &w.end) == 3 && w.end == UNWIND_LIMIT, "end %d",
		w.end);
	/* Lying CFI. */
	w.regs.pc = BASE + 0x1404;
	w.regs.reg[RSP] = STACK + 8 * 10;
	w.memory.words[9] = BASE + 0x1404;
	CHECK(walk(&w) == 2 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	/* A return address of 0 ends it, one outside all mappings is shown and ends it. */
	w.regs.pc = BASE + 0x1008;
	w.regs.reg[RSP] = STACK;
	w.memory.words[0] = 0;
	CHECK(walk(&w) == 1 && w.end == UNWIND_COMPLETE, "end %d", w.end);
	w.memory.words[0] = 0x4141;
	CHECK(walk(&w) == 2 && w.end == UNWIND_NO_CFI, "end %d", w.end);
	CHECK(w.frames[1].module == UINT32_MAX && w.frames[1].flags == (1 | 8) && w.frames[1].vaddr == 0x4141, "no module");
	CHECK(unwind_counters(w.space)->ends[UNWIND_NO_CFI] == 2 && unwind_counters(w.space)->ends[UNWIND_LIMIT] == 2, "counted");
	world_end(&w);
}

int main(void)
{
	test_ordinary(".eh_frame");
	test_ordinary(".debug_frame");
	test_return_address_behind_end();
	test_registers_restored();
	test_plt();
	test_signal(0);
	test_signal(1);
	test_sigreturn_by_code();
	test_frame_pointers();
	test_leaf();
	test_ends();
	return check_result();
}
