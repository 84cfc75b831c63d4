/*
 * Every address of a program's line tables, looked up here and by addr2line (binutils' or LLVM's, whose output is the same):
 * function, file, line and inlined calls must be the same.
 *   symbols_lines_test FILE ORACLE [--no-names]
 * --no-names leaves the functions out: in C++ addr2line names inlined calls by the symbol that they lie in.
 */
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols.h"
#include "unwind_check.h"

#define MAX_TEXT     65536
#define MAX_REPORTED 10

/* Frames as lines "function\nfile:line\n", with the file's last part only: the tools write directories differently. */
struct text {
	char data[MAX_TEXT];
	size_t length;
};

static bool with_names = true;

static void append(struct text *text, const char *function, const char *file, unsigned int line)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	int n = snprintf(text->data + text->length, MAX_TEXT - text->length, "%s\n%s:%u\n",
		!with_names ? ""
		: function  ? function
			    : "??",
		slash  ? slash + 1
		: file ? file
		       : "??",
		line);

	if (n > 0 && text->length + (size_t)n < MAX_TEXT)
		text->length += (size_t)n;
}

static void on_answer(void *context, const struct symbols_answer *answer)
{
	struct text *text = context;

	for (size_t i = 0; i < answer->count; i++) {
		append(text, answer->frames[i].function, answer->frames[i].file, answer->frames[i].line);
		CHECK(answer->frames[i].inlined == (i + 1 < answer->count), "frame %zu of %zu", i, answer->count);
	}
}

/* The addresses at which lines begin, and where the next is farther the byte after: one a line. Returns their number. */
static size_t list_addresses(const char *path, FILE *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Dwarf *dwarf = dwarf_begin(fd, DWARF_C_READ);
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	size_t listed = 0;

	while (dwarf && dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0) {
		Dwarf_Lines *lines;
		size_t count;

		if (dwarf_getsrclines(&die, &lines, &count) != 0)
			continue;
		for (size_t i = 0; i < count; i++) {
			Dwarf_Addr address, next;
			bool ends = true;

			dwarf_lineendsequence(dwarf_onesrcline(lines, i), &ends);
			if (ends || dwarf_lineaddr(dwarf_onesrcline(lines, i), &address) != 0)
				continue;
			fprintf(out, "%lx\n", (unsigned long)address);
			listed++;
			if (i + 1 == count || dwarf_lineaddr(dwarf_onesrcline(lines, i + 1), &next) != 0 || next <= address + 1)
				continue;
			fprintf(out, "%lx\n", (unsigned long)address + 1);
			listed++;
		}
	}
	dwarf_end(dwarf);
	close(fd);
	return listed;
}

/* addr2line's frames of the next address: pairs of lines up to the next line that begins with 0x. */
static void read_oracle(FILE *in, struct text *text)
{
	char function[4096], place[4096];
	int c;

	if (!fgets(function, sizeof(function), in) || strncmp(function, "0x", 2) != 0) {
		CHECK(false, "addr2line: no address but %s", function);
		return;
	}
	while ((c = fgetc(in)) != EOF) {
		char *colon;

		ungetc(c, in);
		/* A function's name never begins with a digit. */
		if (c == '0' || !fgets(function, sizeof(function), in) || !fgets(place, sizeof(place), in))
			return;
		function[strcspn(function, "\n")] = '\0';
		place[strcspn(place, " \n")] = '\0';
		colon = strrchr(place, ':');
		if (colon)
			*colon++ = '\0';
		append(text, function, place, colon ? (unsigned int)strtoul(colon, NULL, 10) : 0);
	}
}

static void compare(struct symbols *symbols, const char *path, FILE *addresses, FILE *oracle, size_t count)
{
	static struct text ours, theirs;
	char line[64];
	size_t inlined = 0;

	while (fgets(line, sizeof(line), addresses) && check_failures < MAX_REPORTED) {
		ours.length = theirs.length = 0;
		ours.data[0] = theirs.data[0] = '\0';
		CHECK(symbols_lookup(symbols, path, "", strtoull(line, NULL, 16), on_answer, &ours) == 0, "lookup");
		read_oracle(oracle, &theirs);
		/* Padding between functions: addr2line may still name a function there, with no line. */
		if (ours.length == 0 && strstr(theirs.data, ":0\n"))
			continue;
		CHECK(strcmp(ours.data, theirs.data) == 0, "%s at %s%s--- but addr2line:\n%s", path, line, ours.data,
			theirs.data);
		inlined += strchr(ours.data, '\n') && strchr(strchr(ours.data, '\n') + 1, '\n')[1] != '\0';
	}
	CHECK(count > 50 && inlined > count / 20, "%zu addresses, %zu of them in inlined calls", count, inlined);
}

int main(int argc, char **argv)
{
	struct symbols *symbols;
	FILE *addresses = fopen("addresses", "w+e"), *oracle;
	char command[4096];
	size_t count;

	if (argc < 3 || !addresses || symbols_new(NULL, &symbols) != 0)
		return 2;
	with_names = argc < 4;
	count = list_addresses(argv[1], addresses);
	rewind(addresses);
	snprintf(command, sizeof(command), "'%s' -a -f -i -C -e '%s' < addresses", argv[2], argv[1]);
	oracle = popen(command, "re");
	CHECK(oracle, "addr2line");
	compare(symbols, argv[1], addresses, oracle, count);
	pclose(oracle);
	fclose(addresses);
	symbols_free(symbols);
	return check_result();
}
