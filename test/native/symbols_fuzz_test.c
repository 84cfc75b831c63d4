/*
 * Programs changed at random (seeded) in their headers, debug sections and symbol tables: the executable must answer or die,
 * but never hang. libdw is not ours, and its faults are why it runs in a process of its own; how often it died is printed.
 *   symbols_fuzz_test PROGRAM
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include "symbols_client.h"
#include "unwind_check.h"

#define ROUNDS    60
#define ADDRESSES 200

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static char *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	if (fd < 0 || fstat(fd, &st) != 0)
		exit(2);
	data = malloc((size_t)st.st_size);
	if (read(fd, data, (size_t)st.st_size) != st.st_size)
		exit(2);
	close(fd);
	*size = (size_t)st.st_size;
	return data;
}

static void write_file(const char *path, const char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size, "write");
	close(fd);
}

/* A section of debug information or symbols, or the file's headers. */
static void pick_range(const char *data, size_t size, uint64_t *seed, size_t *from, size_t *to)
{
	Elf64_Ehdr header;
	Elf64_Shdr section;

	memcpy(&header, data, sizeof(header));
	*from = 0;
	*to = sizeof(header);
	if (next_random(seed) % 16 == 0)
		return;
	memcpy(&section, data + header.e_shoff + (1 + next_random(seed) % (header.e_shnum - 1U)) * sizeof(section),
		sizeof(section));
	if (next_random(seed) % 16 == 0) {
		*from = header.e_shoff;
		*to = size;
	} else if (section.sh_type != SHT_NOBITS && section.sh_size > 0 && section.sh_addr == 0) {
		*from = section.sh_offset;
		*to = section.sh_offset + section.sh_size;
	}
}

static void mutate(char *data, size_t size, uint64_t *seed)
{
	size_t changes = 1 + next_random(seed) % 12, from, to;

	pick_range(data, size, seed, &from, &to);
	for (size_t i = 0; i < changes; i++) {
		uint64_t value = next_random(seed);

		data[from + next_random(seed) % (to - from)] = value & 1 ? (char)(value >> 8) : value & 2 ? (char)0xff : 0;
	}
}

static int try_file(const char *path, uint64_t round, char *buffer, size_t room)
{
	char request[ADDRESSES * 16], *at = request;
	struct client client = { 0 };
	ssize_t length;
	int status;

	at += sprintf(at, "%s\t\t", path);
	for (int i = 0; i < ADDRESSES; i++)
		at += sprintf(at, "%s%x", i ? "," : "", 0x1000 + i * 7);
	*at++ = '\n';
	CHECK(client_start(&client, "/nowhere"), "start");
	client_write(&client, request, (size_t)(at - request));
	close(client.to);
	client.to = open("/dev/null", O_WRONLY | O_CLOEXEC);
	length = client_read(&client, buffer, room, NULL);
	CHECK(length >= 0, "round %lu hangs", (unsigned long)round);
	if (length < 0)
		kill(client.pid, SIGKILL);
	status = client_end(&client);
	if (status == 0)
		CHECK(length > 2 && strcmp(buffer + length - 3, "}\n\n") == 0, "round %lu: %s", (unsigned long)round, buffer);
	return status;
}

int main(int argc, char **argv)
{
	size_t size, room = 16 << 20;
	char *original, *data, *buffer = malloc(room);
	int died = 0;

	if (argc != 2)
		return 2;
	original = read_file(argv[1], &size);
	data = malloc(size);
	for (uint64_t round = 1; round <= ROUNDS && check_failures < 5; round++) {
		uint64_t seed = round * UINT64_C(0x9e3779b97f4a7c15);

		memcpy(data, original, size);
		mutate(data, size, &seed);
		/* Every tenth is cut off somewhere. */
		write_file("mutated", data, round % 10 == 0 ? (size_t)(next_random(&seed) % size) : size);
		died += try_file("mutated", round, buffer, room) != 0;
	}
	/* It does die of some files, but not of most, as it would if it were not there at all. */
	CHECK(died < ROUNDS / 4, "%d", died);
	printf("died in %d of %d rounds\n", died, ROUNDS);
	free(original);
	free(data);
	free(buffer);
	return check_result();
}
