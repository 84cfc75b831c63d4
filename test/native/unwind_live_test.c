/*
 * Stacks of real programs against elfutils' unwinder (libdwfl), at a stop and then after every single step for a while, so
 * that prologues, epilogues, the PLT, the dynamic loader's resolver and signal frames are all passed through.
 *   unwind_live_test TARGET WHAT [--steps N] [--depth N] [--guess]
 */
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema.h"
#include "unwind.h"
#include "unwind_check.h"

#define MAX_MODULES  64
#define MAX_REPORTED 10

struct options {
	const char *target, *what, *depth;
	unsigned long steps;
	bool guess; /* the target has no CFI: elfutils guesses in ways of its own, so only the number of frames is checked */
};

struct target {
	pid_t pid;
	struct unwind_space *space;
	struct unwind_module *modules[MAX_MODULES];
	uint32_t count, loader;
	Dwfl *dwfl;
	unsigned long whole, partial; /* comparisons of complete walks, and of others */
};

struct stack {
	uint64_t pc[UNWIND_MAX_FRAMES];
	bool exact[UNWIND_MAX_FRAMES];
	size_t count;
};

static void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

/* Starts the target and lets it run to its own SIGSTOP. */
static pid_t launch(const struct options *options)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl(options->target, options->target, options->what, options->depth, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		die("exec");
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL);
	for (int signo = 0;; signo = WSTOPSIG(status)) {
		ptrace(PTRACE_CONT, pid, 0, signo);
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			die("the target ended");
		if (WSTOPSIG(status) == SIGSTOP)
			return pid;
	}
}

static int read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	pid_t pid = *(pid_t *)context;
	struct iovec local = { .iov_base = buffer, .iov_len = length };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = length };
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	return n == (ssize_t)length ? 0 : -EFAULT;
}

static struct unwind_module *vdso_module(pid_t pid, uint64_t start, uint64_t end)
{
	static char image[65536];
	struct unwind_module *module = NULL;
	size_t size = end - start < sizeof(image) ? end - start : sizeof(image);
	int rc = read_memory(&pid, start, image, size);

	if (rc == 0)
		rc = unwind_module_from_memory(image, size, &module);
	CHECK(rc == 0, "vdso: %d", rc);
	return module;
}

/* The virtual address of a file offset, by the file's program headers. */
static uint64_t offset_to_vaddr(int fd, uint64_t offset)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		die("header");
	for (int i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &segment, sizeof(segment), (off_t)(header.e_phoff + (size_t)i * sizeof(segment))) !=
			sizeof(segment))
			die("segment");
		if (segment.p_type == PT_LOAD && segment.p_flags & PF_X && offset >= (segment.p_offset & ~UINT64_C(4095)) &&
			offset < segment.p_offset + segment.p_filesz)
			return segment.p_vaddr - segment.p_offset + offset;
	}
	return offset;
}

static void add_mapping(struct target *t, const char *line)
{
	uint64_t start, end, offset, vaddr;
	char perms[8], path[512] = "";
	int fd;

	if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %511[^\n]", &start, &end, perms, &offset, path) < 4 || perms[2] != 'x')
		return;
	if (t->count == MAX_MODULES || strcmp(path, "[vsyscall]") == 0)
		return;
	vaddr = start;
	if (strcmp(path, "[vdso]") == 0) {
		vaddr = 0;
		t->modules[t->count] = vdso_module(t->pid, start, end);
	} else if (path[0] == '/') {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die(path);
		vaddr = offset_to_vaddr(fd, offset);
		CHECK(unwind_module_from_fd(fd, &t->modules[t->count]) == 0, "%s", path);
		close(fd);
		if (strstr(path, "/ld-linux"))
			t->loader = t->count;
	}
	CHECK(unwind_space_map(t->space, start, end, vaddr, t->count, t->modules[t->count]) == 0, "map");
	t->count++;
}

static void read_mappings(struct target *t)
{
	char path[64], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", t->pid);
	file = fopen(path, "re");
	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file))
		add_mapping(t, line);
	fclose(file);
}

static void open_oracle(struct target *t)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
	};

	t->dwfl = dwfl_begin(&callbacks);
	if (!t->dwfl || dwfl_linux_proc_report(t->dwfl, t->pid) != 0 || dwfl_report_end(t->dwfl, NULL, NULL) != 0 ||
		dwfl_linux_proc_attach(t->dwfl, t->pid, true) != 0)
		die("dwfl");
}

static int on_oracle_frame(Dwfl_Frame *frame, void *context)
{
	struct stack *stack = context;
	bool activation;
	Dwarf_Addr pc;

	if (stack->count == UNWIND_MAX_FRAMES || !dwfl_frame_pc(frame, &pc, &activation))
		return DWARF_CB_ABORT;
	stack->pc[stack->count] = pc;
	stack->exact[stack->count++] = activation;
	return DWARF_CB_OK;
}

static void oracle_walk(const struct target *t, struct stack *stack)
{
	stack->count = 0;
	dwfl_getthread_frames(t->dwfl, t->pid, on_oracle_frame, stack);
}

static enum unwind_end our_walk(struct target *t, struct unwind_frame *frames, size_t *count)
{
	struct user_regs_struct r;
	struct unwind_regs regs;
	enum unwind_end end;

	if (ptrace(PTRACE_GETREGS, t->pid, 0, &r) != 0)
		die("registers");
	regs = (struct unwind_regs){
		.reg = { r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14,
			r.r15 },
		.pc = r.rip,
	};
	*count = unwind_walk(t->space, &regs, read_memory, &t->pid, frames, UNWIND_MAX_FRAMES, &end);
	return end;
}

static void print_stacks(const struct unwind_frame *frames, size_t count, const struct stack *oracle)
{
	for (size_t i = 0; i < count || i < oracle->count; i++)
		printf("  %2zu ours %#14lx module %d flags %u, elfutils %#14lx\n", i, i < count ? (unsigned long)frames[i].pc : 0,
			i < count ? (int)frames[i].module : -1, i < count ? frames[i].flags : 0,
			i < oracle->count ? (unsigned long)oracle->pc[i] : 0);
}

/* libdwfl calls a trampoline's pc a return address; here it is flagged as a signal frame instead, and the kind is not compared. */
static bool same_frame(const struct unwind_frame *frame, uint64_t pc, bool exact)
{
	return frame->pc == pc && (frame->flags == FRAME_FLAG_SIGNAL || (frame->flags == 0) == exact);
}

/*
 * elfutils' frames must be ours. It may give up before we do only in the loader's resolver, whose CFA hangs on rbx, and
 * where a frame has no CFI.
 */
static void compare(struct target *t, unsigned long step)
{
	struct unwind_frame frames[UNWIND_MAX_FRAMES];
	struct stack oracle;
	size_t count;
	enum unwind_end end = our_walk(t, frames, &count);
	bool same;

	oracle_walk(t, &oracle);
	same = oracle.count > 0 && oracle.count <= count;
	for (size_t i = 0; same && i < oracle.count; i++)
		same = same_frame(&frames[i], oracle.pc[i], oracle.exact[i]);
	if (same && oracle.count == count && end == (count == UNWIND_MAX_FRAMES ? UNWIND_LIMIT : UNWIND_COMPLETE)) {
		t->whole++;
		return;
	}
	same = same && (end == UNWIND_NO_CFI || end == UNWIND_GUESS || frames[oracle.count - 1].module == t->loader);
	CHECK(same, "step %lu: %zu frames, elfutils %zu; end %d", step, count, oracle.count, end);
	if (!same)
		print_stacks(frames, count, &oracle);
	t->partial++;
}

/* Without CFI: at least as many frames as calls, flagged as guesses, up to libc's. */
static void check_guesses(struct target *t, unsigned long depth)
{
	struct unwind_frame frames[UNWIND_MAX_FRAMES];
	size_t count, guesses = 0;
	enum unwind_end end = our_walk(t, frames, &count);

	for (size_t i = 0; i < count; i++)
		guesses += (frames[i].flags & FRAME_FLAG_GUESS) != 0;
	CHECK(guesses >= depth + 1, "%zu guesses for %lu calls", guesses, depth);
	CHECK(end == UNWIND_GUESS, "end %d", end);
}

static bool single_step(pid_t pid, int *signo)
{
	int status;

	if (ptrace(PTRACE_SINGLESTEP, pid, 0, *signo) != 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	*signo = WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
	return true;
}

static void run(const struct options *options)
{
	struct target t = { .pid = launch(options), .loader = MAX_MODULES };
	int signo = 0;

	CHECK(unwind_space_new(&t.space) == 0, "new");
	read_mappings(&t);
	if (options->guess) {
		check_guesses(&t, strtoul(options->depth, NULL, 10));
	} else {
		open_oracle(&t);
		compare(&t, 0);
		for (unsigned long i = 1; i <= options->steps && check_failures < MAX_REPORTED && single_step(t.pid, &signo); i++)
			compare(&t, i);
		CHECK(t.whole > 0 && t.whole >= t.partial / 8, "only partly comparable: %lu of %lu", t.partial,
			t.whole + t.partial);
		dwfl_end(t.dwfl);
	}
	kill(t.pid, SIGKILL);
	waitpid(t.pid, NULL, 0);
	unwind_space_free(t.space);
	for (uint32_t i = 0; i < t.count; i++)
		unwind_module_free(t.modules[i]);
}

int main(int argc, char **argv)
{
	struct options options = { .depth = "5", .steps = 0 };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--guess") == 0)
			options.guess = true;
		else if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc)
			options.steps = strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--depth") == 0 && i + 1 < argc)
			options.depth = argv[++i];
		else if (!options.target)
			options.target = argv[i];
		else
			options.what = argv[i];
	}
	if (!options.what) {
		printf("usage: %s TARGET WHAT [--steps N] [--depth N] [--guess]\n", argv[0]);
		return 2;
	}
	run(&options);
	return check_result();
}
