/* What is recorded: sets of calls, paths and processes, the options that name them, and the filter program, run over all numbers. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tracer/filter_program.h"
#include "tracer/nearest.h"
#include "tracer/options.h"
#include "tracer/selection.h"
#include "tracer/shape.h"
#include "tracer_check.h"

static const struct syscall_row *row(unsigned nr)
{
	return syscall_row_of(AUDIT_ARCH_X86_64, nr);
}

static void check_nearest(void)
{
	struct nearest nearest;

	CHECK(nearest_distance("openat", "openat") == 0 && nearest_distance("opneat", "openat") == 1);
	CHECK(nearest_distance("kitten", "sitting") == 3 && nearest_distance("", "abc") == 3);
	CHECK(nearest_distance("OPEN", "open") == 0);
	nearest_begin(&nearest, "wirte");
	nearest_offer(&nearest, "read");
	nearest_offer(&nearest, "write");
	nearest_offer(&nearest, NULL);
	CHECK(nearest.best && strcmp(nearest.best, "write") == 0);
	nearest_begin(&nearest, "zzz");
	nearest_offer(&nearest, "read");
	CHECK(!nearest.best);
}

/* Whether a list chooses read, openat, socket, getpid and an unknown number, as five digits. */
static void check_list(const char *list, const char *wanted)
{
	static const unsigned numbers[] = { SYS_read, SYS_openat, SYS_socket, SYS_getpid };
	char found[6] = "", sentence[512];
	struct call_set set;

	if (call_set_parse(&set, list, sentence, sizeof(sentence)) != 0) {
		printf("%s: %s\n", list, sentence);
		failures++;
		return;
	}
	for (size_t i = 0; i < 4; i++)
		found[i] = call_set_has(&set, row(numbers[i])) ? '1' : '0';
	found[4] = call_set_has(&set, NULL) ? '1' : '0';
	if (strcmp(found, wanted) != 0) {
		printf("%s: %s instead of %s\n", list, found, wanted);
		failures++;
	}
	CHECK(call_set_narrows(&set) == (strchr(wanted, '0') != NULL));
	call_set_free(&set);
}

static void check_lists(void)
{
	check_list("all", "11111");
	check_list("none", "00000");
	check_list("read", "10000");
	check_list("desc", "11000");
	check_list("%file,%network", "01100");
	check_list("file,!openat", "00000");
	check_list("!file", "10111");
	check_list("!read,openat", "00111");
	check_list("!read,!openat", "00111");
	check_list("/^(read|getpid)$/", "10010");
	check_list("/get", "00010");
	check_list("!/./", "00001");
	check_list("/^re{1,1}ad$/,socket", "10100");
	check_list("all,!network", "11011");
	check_list("none,read", "10000");
}

/* stat is a call, %stat the set; of other tables there are names too. */
static void check_names(void)
{
	char sentence[512];
	struct call_set set;

	CHECK(call_set_parse(&set, "stat", sentence, sizeof(sentence)) == 0);
	CHECK(call_set_has(&set, row(SYS_stat)) && !call_set_has(&set, row(SYS_fstat)));
	call_set_free(&set);
	CHECK(call_set_parse(&set, "%%stat", sentence, sizeof(sentence)) == 0);
	CHECK(call_set_has(&set, row(SYS_stat)) && call_set_has(&set, row(SYS_fstat)) && !call_set_has(&set, row(SYS_read)));
	call_set_free(&set);
	CHECK(call_set_parse(&set, "_llseek", sentence, sizeof(sentence)) == 0);
	CHECK(call_set_has(&set, syscall_row_of(AUDIT_ARCH_I386, 140)) && !call_set_has(&set, row(SYS_lseek)));
	call_set_free(&set);
}

static void check_refused(const char *list, const char *part)
{
	char sentence[512] = "";
	struct call_set set;

	CHECK(call_set_parse(&set, list, sentence, sizeof(sentence)) == -1);
	if (!strstr(sentence, part)) {
		printf("%s: %s\n", list, sentence);
		failures++;
	}
}

/* A filter as the kernel runs it (Documentation/networking/filter.rst), for the instructions that are used. */
static uint32_t run_filter(const struct sock_filter *program, size_t length, const struct seccomp_data *data)
{
	uint32_t accumulator = 0;

	for (size_t at = 0; at < length; at++) {
		const struct sock_filter *one = &program[at];

		switch (one->code) {
		case BPF_LD | BPF_W | BPF_ABS: memcpy(&accumulator, (const char *)data + one->k, sizeof(accumulator)); break;
		case BPF_JMP | BPF_JA: at += one->k; break;
		case BPF_JMP | BPF_JEQ | BPF_K: at += accumulator == one->k ? one->jt : one->jf; break;
		case BPF_JMP | BPF_JGE | BPF_K: at += accumulator >= one->k ? one->jt : one->jf; break;
		case BPF_JMP | BPF_JSET | BPF_K: at += accumulator & one->k ? one->jt : one->jf; break;
		case BPF_RET | BPF_K: return one->k;
		default: return 0;
		}
	}
	return 0;
}

static struct sock_filter program[BPF_MAXINSNS];

static bool stops(size_t length, uint32_t arch, uint32_t nr, const uint64_t args[6])
{
	struct seccomp_data data = { .nr = (int)nr, .arch = arch };
	uint32_t verdict;

	memcpy(data.args, args, sizeof(data.args));
	verdict = run_filter(program, length, &data);
	CHECK(verdict == SECCOMP_RET_ALLOW || (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE);
	return verdict != SECCOMP_RET_ALLOW;
}

/* Over every number and some arguments, the filter stops what the tracer wants to see, and nothing else. */
static void check_program(const char *list, bool mappings)
{
	static const uint64_t arguments[][6] = { { 0 }, { 3, F_DUPFD_CLOEXEC }, { 3, F_SETFD, 1 }, { 3, F_GETFL },
		{ PR_SET_SECCOMP }, { PR_SET_NAME }, { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE },
		{ 0, 4096, PROT_READ, MAP_SHARED }, { 0, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED },
		{ 0, 4096, PROT_READ, MAP_PRIVATE }, { ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull }, { 0, F_SETFD | 1ull << 32 } };
	char sentence[512];
	struct call_set set;
	size_t length;

	CHECK(call_set_parse(&set, list, sentence, sizeof(sentence)) == 0);
	length = filter_program(&set, mappings, program);
	CHECK(length > 0 && length < BPF_MAXINSNS);
	for (uint32_t nr = 0; nr < SYSCALLS_X86_64_COUNT + 600; nr++) {
		for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
			bool wanted = call_set_has(&set, row(nr)) || shape_holds(shape_of(row(nr), mappings), arguments[i]);

			if (stops(length, AUDIT_ARCH_X86_64, nr, arguments[i]) == wanted)
				continue;
			printf("%s: number %u with arguments %zu %s\n", list, nr, i, wanted ? "passes" : "stops");
			failures++;
		}
	}
	CHECK(stops(length, AUDIT_ARCH_I386, 4, arguments[0]) && stops(length, AUDIT_ARCH_X86_64, 0x40000001, arguments[0]));
	CHECK(stops(length, AUDIT_ARCH_X86_64, UINT32_MAX, arguments[0]));
	call_set_free(&set);
}

static void check_programs(void)
{
	static const char *const lists[] = { "all", "none", "write", "file", "!file", "desc,memory", "/^[a-m]/", "/[aeiou]$/",
		"!/./" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		check_program(lists[i], true);
		check_program(lists[i], false);
	}
}

/* What must stop whatever is chosen, and what must not. */
static void check_shapes(void)
{
	static const uint64_t plain[6] = { 0, 4096, PROT_READ, MAP_PRIVATE }, code[6] = { 0, 4096, PROT_EXEC, MAP_PRIVATE };
	static const unsigned always[] = { SYS_openat, SYS_close, SYS_dup2, SYS_clone, SYS_execve, SYS_socket, SYS_recvmsg,
		SYS_chdir, SYS_seccomp, SYS_munmap, SYS_io_uring_enter };
	static const unsigned never[] = { SYS_read, SYS_write, SYS_futex, SYS_getpid, SYS_newfstatat, SYS_brk, SYS_fcntl,
		SYS_prctl };

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		CHECK(shape_holds(shape_of(row(always[i]), true), plain));
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		CHECK(!shape_holds(shape_of(row(never[i]), true), plain));
	CHECK(!shape_holds(shape_of(row(SYS_mmap), true), plain) && shape_holds(shape_of(row(SYS_mmap), true), code));
	CHECK(!shape_holds(shape_of(row(SYS_munmap), false), plain) && !shape_holds(shape_of(row(SYS_mmap), false), code));
	CHECK(!shape_holds(shape_of(NULL, true), plain));
}

static void check_path(const char *list, const char *path, bool wanted)
{
	char sentence[128];
	struct path_set set;

	CHECK(path_set_parse(&set, list, "/work/here", sentence, sizeof(sentence)) == 0);
	if (path_set_has(&set, path) != wanted) {
		printf("--paths %s %s %s\n", list, wanted ? "misses" : "takes", path);
		failures++;
	}
	path_set_free(&set);
}

static void check_paths(void)
{
	char out[32], sentence[128];
	struct path_set set;

	check_path("/etc", "/etc", true);
	check_path("/etc", "/etc/passwd", true);
	check_path("/etc", "/etcetera", false);
	check_path("/etc/", "/etc/passwd", true);
	check_path("/", "/anything", true);
	check_path("data", "/work/here/data/x", true);
	check_path("../there", "/work/there", true);
	check_path("*.log", "/var/log/x.log", true);
	check_path("*.log", "x.log", true);
	check_path("*.log", "/var/x.log/y", false);
	check_path("/var/*.log", "/var/a/b.log", true);
	check_path("/var/*.log", "/tmp/b.log", false);
	check_path("/a,/b", "/b/c", true);
	check_path("/a\\,b", "/a,b", true);
	check_path("/a\\,b", "/a", false);
	check_path("/x[12]", "/x2", true);
	CHECK(path_set_parse(&set, "/a,,/b", "/", sentence, sizeof(sentence)) == -1);
	CHECK(path_join("/a/b", "../c/./d//e", out, sizeof(out)) && strcmp(out, "/a/c/d/e") == 0);
	CHECK(path_join("/a", "../../..", out, sizeof(out)) && strcmp(out, "/") == 0);
	CHECK(path_join("/a", "/b", out, sizeof(out)) && strcmp(out, "/b") == 0);
	CHECK(!path_join("/a", "0123456789012345678901234567890", out, sizeof(out)));
}

static bool process_fits(const char *a, const char *b, const struct process_facts *facts)
{
	struct process_set set = { 0 };
	char sentence[256];
	bool fits;

	CHECK(process_set_add(&set, a, sentence, sizeof(sentence)) == 0);
	CHECK(!b || process_set_add(&set, b, sentence, sizeof(sentence)) == 0);
	fits = process_set_has(&set, facts);
	process_set_free(&set);
	return fits;
}

static void check_processes(void)
{
	static const struct process_facts facts = { .pid = 40, .ppid = 7, .name = "a-process-with-", .parent = "bash" };
	struct process_set set = { 0 };
	char sentence[256];

	CHECK(process_set_has(&set, &facts));
	CHECK(process_fits("pid=40", NULL, &facts) && !process_fits("pid=41", NULL, &facts) &&
		!process_fits("pid!=40", NULL, &facts));
	CHECK(process_fits("name=a-process-with-a-long-name", NULL, &facts) &&
		process_fits("name=a-process-with-", NULL, &facts));
	CHECK(!process_fits("name=a-process", NULL, &facts) && process_fits("name!=a-process", NULL, &facts));
	CHECK(process_fits("parent=bash,ppid=7", NULL, &facts) && !process_fits("parent=bash,ppid=8", NULL, &facts));
	CHECK(process_fits("pid=1", "pid=40", &facts) && process_fits("pid=40", "pid=1", &facts) &&
		!process_fits("pid=1", "pid=2", &facts));
	CHECK(process_set_add(&set, "nmae=x", sentence, sizeof(sentence)) == -1 && strstr(sentence, "did you mean \"name\"?"));
	CHECK(process_set_add(&set, "name", sentence, sizeof(sentence)) == -1);
	CHECK(process_set_add(&set, "name=", sentence, sizeof(sentence)) == -1);
	CHECK(process_set_add(&set, "pid=-1", sentence, sizeof(sentence)) == -1);
	CHECK(process_set_add(&set, "", sentence, sizeof(sentence)) == -1);
	process_set_free(&set);
}

static void check_selection(void)
{
	struct selection selection = { 0 };
	char sentence[512];

	CHECK(!selection_narrows(&selection) && selection_has_class(&selection, FD_CLASS_PIPE));
	CHECK(selection_add(&selection, SELECT_CALLS, "all", sentence, sizeof(sentence)) == 0 && !selection_narrows(&selection));
	CHECK(selection_add(&selection, SELECT_CALLS, "!network", sentence, sizeof(sentence)) == 0 &&
		selection_narrows(&selection));
	CHECK(strcmp(selection.texts[SELECT_CALLS], "all,!network") == 0);
	CHECK(!call_set_has(&selection.calls, row(SYS_socket)) && call_set_has(&selection.calls, row(SYS_read)));
	CHECK(selection_add(&selection, SELECT_CLASSES, "pipe", sentence, sizeof(sentence)) == 0);
	CHECK(selection_add(&selection, SELECT_CLASSES, "file", sentence, sizeof(sentence)) == 0);
	CHECK(selection_has_class(&selection, FD_CLASS_PIPE) && selection_has_class(&selection, FD_CLASS_FILE) &&
		!selection_has_class(&selection, FD_CLASS_NONE) && selection_looks_at_targets(&selection));
	selection_free(&selection);
	CHECK(selection_add(&selection, SELECT_CLASSES, "!pipe", sentence, sizeof(sentence)) == 0);
	CHECK(!selection_has_class(&selection, FD_CLASS_PIPE) && selection_has_class(&selection, FD_CLASS_NONE));
	CHECK(selection_add(&selection, SELECT_CLASSES, "netwrk", sentence, sizeof(sentence)) == -1 &&
		strstr(sentence, "did you mean \"network\"?"));
	selection_free(&selection);
	CHECK(selection_part_named("calls") == SELECT_CALLS && selection_part_named("cals") == SELECT_PARTS);
}

static void check_payloads(void)
{
	uint32_t bytes = 7;

	CHECK(options_payload("none", &bytes) == 0 && bytes == 0);
	CHECK(options_payload("4096", &bytes) == 0 && bytes == 4096);
	CHECK(options_payload("all", &bytes) == 0 && bytes == 16u << 20);
	CHECK(options_payload("99999999999", &bytes) == 0 && bytes == 16u << 20);
	CHECK(options_payload("some", &bytes) == -EINVAL && options_payload("-1", &bytes) == -EINVAL);
}

int main(void)
{
	check_nearest();
	check_lists();
	check_names();
	check_refused("opneat", "did you mean \"openat\"?");
	check_refused("%fiel", "did you mean \"%file\"?");
	check_refused("read,,write", "a name is missing");
	check_refused("", "a name is missing");
	check_refused("/a(/", "is no regular expression");
	check_refused("xxxxxxxxxxxxxx", "sets are file");
	check_programs();
	check_shapes();
	check_paths();
	check_processes();
	check_selection();
	check_payloads();
	return failures;
}
