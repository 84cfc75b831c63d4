/* See program.h. */
#include "program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

/* What a shell looks through when there is no PATH. */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

static int check(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	return access(path, X_OK) == 0 ? 0 : errno;
}

static int complain(const char *path, int error)
{
	char sentence[4608];
	int status = program_explain(path, error, sentence, sizeof(sentence));

	fprintf(stderr, "syscope: %s\n", sentence);
	return status;
}

/* The first of PATH's directories that holds an executable file of that name; else the first reason why not. */
static int search(const char *name, char *path, size_t size)
{
	const char *list = getenv("PATH");
	int problem = ENOENT;
	char first_problem[4096] = "";

	for (const char *at = list ? list : DEFAULT_PATH; at; at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL) {
		int length = (int)strcspn(at, ":");
		int error;

		if ((size_t)snprintf(path, size, "%.*s%s%s", length, at, length > 0 ? "/" : "./", name) >= size)
			continue;
		error = check(path);
		if (error == 0)
			return 0;
		if (error == EACCES && problem == ENOENT && access(path, F_OK) == 0) {
			problem = error;
			snprintf(first_problem, sizeof(first_problem), "%s", path);
		}
	}
	return complain(problem == ENOENT ? name : first_problem, problem);
}

int program_find(const char *name, char *path, size_t size)
{
	int error;

	if (!strchr(name, '/'))
		return search(name, path, size);
	if ((size_t)snprintf(path, size, "%s", name) >= size)
		return complain(name, ENAMETOOLONG);
	error = check(path);
	return error == 0 ? 0 : complain(path, error);
}

/* The beginning of the file; its length, 0: empty or unreadable. */
static size_t read_head(const char *path, unsigned char *head, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got = 0;

	if (fd >= 0) {
		got = read(fd, head, size - 1);
		close(fd);
	}
	head[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

static void explain_format(const char *path, char *sentence, size_t size)
{
	unsigned char head[256];
	size_t length = read_head(path, head, sizeof(head));
	Elf64_Half machine;

	if (length == 0) {
		snprintf(sentence, size, "%s is empty, so there is nothing to run.", path);
	} else if (length > EI_DATA + 20 && memcmp(head, ELFMAG, SELFMAG) == 0) {
		memcpy(&machine, head + offsetof(Elf64_Ehdr, e_machine), sizeof(machine));
		if (machine == EM_X86_64 && head[EI_CLASS] == ELFCLASS64) {
			snprintf(sentence, size, "%s is damaged: it is not a whole program; build or copy it again.", path);
			return;
		}
		snprintf(sentence, size, "%s is a program for another kind of processor (ELF machine %u): build it for this one.",
			path, machine);
	} else {
		snprintf(sentence, size,
			"%s is neither a program for this machine nor a script with a #! line: run it as INTERPRETER %s.", path,
			path);
	}
}

static void explain_missing(const char *path, char *sentence, size_t size)
{
	unsigned char head[256];
	size_t length = read_head(path, head, sizeof(head));

	if (length > 2 && memcmp(head, "#!", 2) == 0) {
		char *interpreter = (char *)head + 2 + strspn((char *)head + 2, " \t");

		interpreter[strcspn(interpreter, " \t\n")] = '\0';
		snprintf(sentence, size,
			"%s needs the interpreter %s, which is not there: install it, or correct the script's first line.", path,
			interpreter);
	} else {
		snprintf(sentence, size, "%s needs a program interpreter (dynamic loader) that is not there.", path);
	}
}

int program_explain(const char *path, int error, char *sentence, size_t size)
{
	if (error == ENOENT && access(path, F_OK) != 0) {
		snprintf(sentence, size, "%s: there is no such program; check the name, or give its path.", path);
		return EXIT_NOT_FOUND;
	}
	switch (error) {
	case ENOENT: explain_missing(path, sentence, size); break;
	case ENOEXEC: explain_format(path, sentence, size); break;
	case EISDIR: snprintf(sentence, size, "%s is a directory, not a program.", path); break;
	case EACCES: snprintf(sentence, size, "%s may not be executed: set its execute permission (chmod +x).", path); break;
	default: snprintf(sentence, size, "%s can't be run: %s.", path, strerror(error)); break;
	}
	return EXIT_NOT_EXECUTABLE;
}
