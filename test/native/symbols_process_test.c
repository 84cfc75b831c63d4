/*
 * The symbol executable as its askers see it: the protocol, batches written before anything is read, files that are none,
 * build-ids, separate debug files, split units, stripped programs.
 *   symbols_process_test FOLDER    with the programs that symbols.cmake makes
 */
#include <elf.h>
#include <fcntl.h>
#include <libelf.h>
#include <gelf.h>
#include <elfutils/libdwelf.h>
#include <sys/stat.h>

#include "symbols_client.h"
#include "unwind_check.h"

#define ROOM (64 << 20)

static const char *folder;
static char *buffer;

/* Asks one line and waits for its answer, with the input left open. */
static const char *ask(const struct client *client, const char *request)
{
	buffer[0] = '\0';
	if (!client_write(client, request, strlen(request)) || client_read(client, buffer, ROOM, "\n\n") < 0)
		CHECK(false, "no answer to %s", request);
	return buffer;
}

static void expect(const char *answer, const char *part)
{
	CHECK(strstr(answer, part), "no %s in %s", part, answer);
}

static void path_of(char path[4096], const char *name)
{
	snprintf(path, 4096, "%s/symbols_target_%s", folder, name);
}

/* The value and size of a symbol of a program's .symtab. */
static unsigned long symbol_of(const char *name, const char *wanted, unsigned long *size)
{
	char path[4096];
	unsigned long value = 0;
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	Elf *elf;
	int fd;

	path_of(path, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	while ((section = elf_nextscn(elf, section)) != NULL && gelf_getshdr(section, &header)) {
		if (header.sh_type != SHT_SYMTAB)
			continue;
		for (int i = 0; (size_t)i < header.sh_size / header.sh_entsize; i++) {
			GElf_Sym symbol;

			if (!gelf_getsym(elf_getdata(section, NULL), i, &symbol) ||
				strcmp(elf_strptr(elf, header.sh_link, symbol.st_name), wanted) != 0)
				continue;
			value = symbol.st_value;
			*size = symbol.st_size;
		}
	}
	elf_end(elf);
	close(fd);
	CHECK(value != 0, "%s has no %s", path, wanted);
	return value;
}

static void build_id_of(const char *name, char out[128])
{
	char path[4096];
	const void *bits;
	ssize_t length;
	Elf *elf;
	int fd;

	path_of(path, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	length = dwelf_elf_gnu_build_id(elf, &bits);
	CHECK(length == 20, "build-id of %zd bytes", length);
	for (ssize_t i = 0; i < length; i++)
		snprintf(out + 2 * i, 3, "%02X", ((const unsigned char *)bits)[i]);
	elf_end(elf);
	close(fd);
}

static void test_answers(const struct client *client)
{
	unsigned long size, fill = symbol_of("O2", "fill", &size);
	char request[8192];

	snprintf(request, sizeof(request), "%s/symbols_target_O2\t\t%lx,%lX\n", folder, fill, fill);
	expect(ask(client, request), "\"frames\":[{\"inlined\":false,\"function\":\"fill\",\"file\":\"");
	expect(buffer, "symbols_target_main.c\",\"line\":");
	snprintf(request, sizeof(request), "{\"address\":\"%lx\"", fill);
	expect(buffer, request);
	CHECK(!strstr(buffer, "problem"), "%s", buffer);
	/* An address outside all code, one that is no number, one too long. */
	snprintf(request, sizeof(request), "%s/symbols_target_O2\t\t10,xyz,,12345678901234567\n", folder);
	expect(ask(client, request),
		"{\"address\":\"10\",\"frames\":[],\"problem\":\"no-debug-info\"}\n"
		"{\"error\":\"an address is no hexadecimal number\"}\n{\"error\":\"an address is no hexadecimal number\"}\n"
		"{\"error\":\"an address is no hexadecimal number\"}\n\n");
}

static void test_malformed(const struct client *client)
{
	static const char *const requests[] = { "\n", "x\n", "x\ty\n", "x\t\t1\t2\n", "x\tzz\t1\n", "\\x\t\t1\n", "x\\\t\t1\n" };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		CHECK(strcmp(ask(client, requests[i]),
			      "{\"error\":\"a request is PATH, BUILD_ID and ADDRESSES with tabs between\"}\n\n") == 0,
			"%zu: %s", i, buffer);
}

static void test_no_files(const struct client *client)
{
	static const char *const paths[] = { "/nowhere", "/", "/dev/zero", "/dev/tty", "fifo", "text", "/proc/self/mem", "" };
	char request[8192];
	FILE *file = fopen("text", "we");

	CHECK(file && fputs("\177ELF and no more", file) >= 0, "text");
	fclose(file);
	unlink("fifo");
	CHECK(mkfifo("fifo", 0600) == 0, "fifo");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(request, sizeof(request), "%s\t\t1234\n", paths[i]);
		CHECK(strcmp(ask(client, request), "{\"address\":\"1234\",\"frames\":[],\"problem\":\"no-module\"}\n\n") == 0,
			"%s: %s", paths[i], buffer);
	}
}

/* A path with everything that is escaped in it. */
static void test_escapes(const struct client *client)
{
	unsigned long size, fill = symbol_of("O2", "fill", &size);
	char path[4096], request[8192];

	path_of(path, "O2");
	unlink("a\tb\nc\\d");
	CHECK(symlink(path, "a\tb\nc\\d") == 0, "symlink");
	snprintf(request, sizeof(request), "a\\tb\\nc\\\\d\t\t%lx\n", fill);
	expect(ask(client, request), "\"function\":\"fill\"");
}

static void test_build_id(const struct client *client)
{
	unsigned long size, fill = symbol_of("O2", "fill", &size);
	char id[128], request[8192];

	build_id_of("O2", id);
	snprintf(request, sizeof(request), "%s/symbols_target_O2\t%s\t%lx\n", folder, id, fill);
	expect(ask(client, request), "\"function\":\"fill\"");
	id[3] = id[3] == '0' ? '1' : '0';
	snprintf(request, sizeof(request), "%s/symbols_target_O2\t%s\t%lx\n", folder, id, fill);
	expect(ask(client, request), "\"frames\":[],\"problem\":\"module-changed\"}");
}

static void copy_file(const char *name, const char *to)
{
	char path[4096];
	size_t n;
	FILE *in, *out;

	path_of(path, name);
	in = fopen(path, "re");
	out = fopen("new", "we");
	while ((n = fread(buffer, 1, ROOM, in)) > 0)
		CHECK(fwrite(buffer, 1, n, out) == n, "write");
	fclose(in);
	fclose(out);
	CHECK(rename("new", to) == 0, "rename");
}

/* The program was compiled again while its old file is open here. */
static void test_replaced(const struct client *client)
{
	unsigned long size, before = symbol_of("O2", "fill", &size), after = symbol_of("static", "fill", &size);
	char request[8192];

	copy_file("O2", "program");
	snprintf(request, sizeof(request), "program\t\t%lx\n", before);
	expect(ask(client, request), "\"function\":\"fill\"");
	copy_file("static", "program");
	expect(ask(client, request), "no-debug-info");
	snprintf(request, sizeof(request), "program\t\t%lx\n", after);
	expect(ask(client, request), "\"function\":\"fill\"");
}

/* Only a symbol table: its names up to their sizes. Only .dynsym: exported names. */
static void test_stripped(const struct client *client)
{
	unsigned long size, fill = symbol_of("O2", "fill", &size), total, length;
	char request[8192];

	snprintf(request, sizeof(request), "%s/symbols_target_nodebug\t\t%lx,%lx,%lx\n", folder, fill, fill + size - 1,
		fill + size);
	ask(client, request);
	snprintf(request, sizeof(request),
		"{\"address\":\"%lx\",\"frames\":[{\"inlined\":false,\"function\":\"fill\"}],\"problem\":\"no-debug-info\"}\n",
		fill);
	expect(buffer, request);
	snprintf(request, sizeof(request), "{\"address\":\"%lx\",\"frames\":[{\"inlined\":false,\"function\":\"fill\"}],",
		fill + size - 1);
	expect(buffer, request);
	snprintf(request, sizeof(request), "{\"address\":\"%lx\",\"frames\":[{\"inlined\":false,\"function\":\"fill\"}],",
		fill + size);
	CHECK(!strstr(buffer, request), "a name behind its function's end: %s", buffer);
	total = symbol_of("exported", "total", &length);
	fill = symbol_of("exported", "fill", &size);
	snprintf(request, sizeof(request), "%s/symbols_target_exported_stripped\t\t%lx,%lx\n", folder, total, fill);
	expect(ask(client, request), "\"function\":\"total\"}],\"problem\":\"no-debug-info\"");
	CHECK(!strstr(buffer, "fill"), "%s", buffer);
	snprintf(request, sizeof(request), "{\"address\":\"%lx\",\"frames\":[],\"problem\":\"no-debug-info\"}\n\n", fill);
	expect(buffer, request);
}

/* Separate debug files, by link beside the program, by build-id, and one that belongs to another program. */
static void test_debug_files(const struct client *client)
{
	unsigned long size, fill = symbol_of("O2", "fill", &size);
	char request[8192], id[128], path[4096];

	snprintf(request, sizeof(request), "%s/symbols_target_linked\t\t%lx\n", folder, fill);
	expect(ask(client, request), "\"function\":\"fill\",\"file\":\"");
	build_id_of("O2", id);
	for (char *c = id; *c; c++)
		*c = (char)(*c >= 'A' ? *c + 'a' - 'A' : *c);
	mkdir("debug/.build-id", 0700);
	snprintf(path, sizeof(path), "debug/.build-id/%.2s", id);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "debug/.build-id/%.2s/%s.debug", id, id + 2);
	/* Another program's: not used. */
	copy_file("static", path);
	snprintf(request, sizeof(request), "%s/symbols_target_stripped\t\t%lx\n", folder, fill);
	expect(ask(client, request), "no-debug-info");
	copy_file("O2", path);
	copy_file("stripped", "again");
	snprintf(request, sizeof(request), "again\t\t%lx\n", fill);
	expect(ask(client, request), "\"function\":\"fill\",\"file\":\"");
}

/* Split units lie in files that the program names; one that is a pipe must not be waited for. */
static void test_split(const struct client *client)
{
	unsigned long size, fill = symbol_of("split", "fill", &size), total = symbol_of("split_fifo", "total", &size);
	char request[8192];

	snprintf(request, sizeof(request), "%s/symbols_target_split\t\t%lx\n", folder, fill);
	expect(ask(client, request), "\"function\":\"fill\",\"file\":\"");
	expect(buffer, "symbols_target_main.c\",\"line\":");
	snprintf(request, sizeof(request), "%s/symbols_target_split_fifo\t\t%lx\n", folder, total);
	expect(ask(client, request), "\"function\":\"total\"");
}

static void test_vdso(const struct client *client)
{
	expect(ask(client, "[vdso]\t\t1\n"), "\"frames\":[],\"problem\":\"no-debug-info\"");
}

/* C++: namespaces, members, a function in an unnamed namespace, templates. */
static void test_cxx(const struct client *client)
{
	static const char *const symbols[][2] = {
		{ "_ZN4shop4Till4ringEiPKc", "shop::Till::ring(int, char const*)" },
		{ "_ZN4shop12_GLOBAL__N_16hiddenERNS_4TillEi", "shop::(anonymous namespace)::hidden(shop::Till&, int)" },
		{ "_ZN4shop7CounterIlE3addEl", "shop::Counter<long>::add(long)" },
	};
	char request[8192], path[4096];
	struct stat st;

	path_of(path, "cxx4");
	if (stat(path, &st) != 0)
		return;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		unsigned long size, address = symbol_of("cxx4", symbols[i][0], &size);

		snprintf(request, sizeof(request), "%s\t\t%lx\n", path, address);
		snprintf(path, sizeof(path), "\"function\":\"%s\",\"file\":\"", symbols[i][1]);
		expect(ask(client, request), path);
		path_of(path, "cxx4");
	}
}

/* count requests of one address, or one request of count addresses, all written before the first answer is read. */
static void test_batch(size_t count, bool one_line)
{
	unsigned long size, fill = symbol_of("O2", "fill", &size);
	char *requests = malloc(count * 600 + 4096), *at = requests;
	struct client client = { 0 };
	size_t answers = 0;
	ssize_t length;
	int status;

	if (one_line)
		at += sprintf(at, "%s/symbols_target_O2\t\t", folder);
	for (size_t i = 0; i < count; i++) {
		if (one_line)
			at += sprintf(at, "%s%lx", i ? "," : "", fill + i % size);
		else
			at += sprintf(at, "%.400s/symbols_target_O2\t\t%lx\n", folder, fill + i % size);
	}
	if (one_line)
		*at++ = '\n';
	CHECK(client_start(&client, NULL), "start");
	CHECK(client_write(&client, requests, (size_t)(at - requests)), "the requests were not taken");
	close(client.to);
	client.to = open("/dev/null", O_WRONLY | O_CLOEXEC);
	length = client_read(&client, buffer, ROOM, NULL);
	CHECK(length > 0, "no answers");
	for (char *rest = buffer, *line; length > 0 && (line = strsep(&rest, "\n")) != NULL;) {
		char start[64];

		if (line[0] == '\0')
			continue;
		sprintf(start, "{\"address\":\"%lx\",", fill + answers % size);
		if (strncmp(line, start, strlen(start)) == 0 && strstr(line, "\"fill\",\"file\""))
			answers++;
	}
	CHECK(answers == count, "%zu answers of %zu", answers, count);
	status = client_end(&client);
	CHECK(status == 0, "status %#x", (unsigned int)status);
	free(requests);
}

/* An asker that goes away ends it, quietly. */
static void test_gone(void)
{
	struct client client = { 0 };
	int status;

	CHECK(client_start(&client, NULL), "start");
	close(client.from);
	client_write(&client, "/\t\t1\n", 5);
	client.from = open("/dev/null", O_RDONLY | O_CLOEXEC);
	status = client_end(&client);
	CHECK(status == 0, "status %#x", (unsigned int)status);
}

int main(int argc, char **argv)
{
	struct client client = { 0 };
	int status;

	if (argc != 2)
		return 2;
	folder = argv[1];
	buffer = malloc(ROOM);
	elf_version(EV_CURRENT);
	CHECK(system("rm -rf debug && mkdir debug") == 0, "a fresh folder");
	CHECK(client_start(&client, "/nowhere:debug"), "start");
	test_answers(&client);
	test_malformed(&client);
	test_no_files(&client);
	test_escapes(&client);
	test_build_id(&client);
	test_replaced(&client);
	test_stripped(&client);
	test_debug_files(&client);
	test_split(&client);
	test_vdso(&client);
	test_cxx(&client);
	status = client_end(&client);
	CHECK(status == 0, "status %#x", (unsigned int)status);
	test_batch(500, true);
	test_batch(5000, true);
	test_batch(30000, false);
	test_batch(50000, true);
	test_gone();
	free(buffer);
	return check_result();
}
