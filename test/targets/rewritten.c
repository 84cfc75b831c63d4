/*
 * Another thread is busy while paths are opened: rewriting the path in memory (rewrite), or doing what a tracer must not take for
 * that: renaming the files over one another (rename), turning a symbolic link around (link), changing the working directory (chdir).
 * Works in the folder that it is given, in which d1 and d2 each have a file x. Prints for each open which file it got:
 *
 *   opened PHASE FILE        (a or b, by its inode; !: neither)
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "expect.h"

#define OPENS 400

static volatile int phase_over;
static const char *name; /* what is opened */
static ino_t inodes[2];

static void *rewrite(void *last)
{
	volatile char *letter = last;

	while (!phase_over)
		*letter ^= 'a' ^ 'b';
	return NULL;
}

static void *exchange(void *unused)
{
	while (!phase_over) {
		succeed("rename", rename("files/a", "files/c"));
		succeed("rename", rename("files/b", "files/a"));
		succeed("rename", rename("files/c", "files/b"));
	}
	return unused;
}

static void *turn(void *unused)
{
	while (!phase_over) {
		succeed("symlink", symlink("a", "files/new"));
		succeed("rename", rename("files/new", "files/link"));
		succeed("symlink", symlink("b", "files/new"));
		succeed("rename", rename("files/new", "files/link"));
	}
	return unused;
}

static void *move(void *unused)
{
	while (!phase_over) {
		succeed("chdir", chdir("../d2"));
		succeed("chdir", chdir("../d1"));
	}
	return unused;
}

static void phase(const char *word, void *(*other)(void *), void *argument)
{
	pthread_t thread;

	phase_over = 0;
	if (pthread_create(&thread, NULL, other, argument) != 0)
		_exit(97);
	for (int i = 0; i < OPENS; i++) {
		int fd = open(name, O_RDONLY);
		struct stat st;

		if (fd < 0) {
			expect("opened %s !\n", word); /* between two renames */
			continue;
		}
		succeed("fstat", fstat(fd, &st));
		expect("opened %s %c\n", word, st.st_ino == inodes[0] ? 'a' : st.st_ino == inodes[1] ? 'b' : '!');
		close(fd);
	}
	phase_over = 1;
	pthread_join(thread, NULL);
}

static void make(const char *file, ino_t *inode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct stat st;

	succeed(file, fd);
	succeed("fstat", fstat(fd, &st));
	if (inode)
		*inode = st.st_ino;
	close(fd);
}

int main(int argc, char **argv)
{
	char full[4096];

	if (argc != 2 || chdir(argv[1]) != 0 || mkdir("files", 0700) != 0 || mkdir("d1", 0700) != 0 || mkdir("d2", 0700) != 0)
		return 2;
	make("files/a", &inodes[0]);
	make("files/b", &inodes[1]);
	make("d1/x", NULL);
	make("d2/x", NULL);
	usleep(60000); /* what is older than a call by that much has not changed during it */
	snprintf(full, sizeof(full), "%s/files/a", argv[1]);
	name = full;
	phase("rewrite", rewrite, full + strlen(full) - 1);
	full[strlen(full) - 1] = 'a';
	phase("rename", exchange, NULL);
	succeed("symlink", symlink("a", "files/link"));
	strcpy(full + strlen(full) - 1, "link");
	phase("link", turn, NULL);
	succeed("chdir", chdir("d1"));
	name = "x";
	phase("chdir", move, NULL);
	say_expected();
	return 0;
}
