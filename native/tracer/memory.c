/* See memory.h. process_vm_readv(2), and words by ptrace(2) where that is refused (not dumpable, a container's seccomp). */
#include "memory.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define PAGE 4096u

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Word by word; returns how much could be read. */
static size_t peek(pid_t tid, uint64_t address, unsigned char *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		uint64_t at = address + done;
		uint64_t aligned = at & ~(uint64_t)7;
		size_t skip = (size_t)(at - aligned);
		size_t part = min_size(8 - skip, length - done);
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)aligned, NULL);
		if (errno != 0)
			break;
		memcpy(buffer + done, (const unsigned char *)&word + skip, part);
		done += part;
	}
	return done;
}

/* One piece by itself; reads up to the first page that is not there. */
static void read_piece(pid_t tid, struct memory_piece *piece)
{
	struct iovec local = { piece->buffer, piece->length };
	struct iovec remote = { (void *)(uintptr_t)piece->address, piece->length };
	ssize_t got = piece->length ? process_vm_readv(tid, &local, 1, &remote, 1, 0) : 0;

	piece->error = 0;
	if (got < 0 && (errno == EPERM || errno == ENOSYS)) {
		piece->got = (uint32_t)peek(tid, piece->address, piece->buffer, piece->length);
		piece->error = piece->got < piece->length ? EFAULT : 0;
		return;
	}
	if (got < 0)
		piece->error = errno;
	else if ((size_t)got < piece->length)
		piece->error = EFAULT;
	piece->got = got > 0 ? (uint32_t)got : 0;
}

void memory_read_pieces(pid_t tid, struct memory_piece *pieces, size_t count)
{
	struct iovec local[MEMORY_MAX_PIECES], remote[MEMORY_MAX_PIECES];
	size_t total = 0;
	ssize_t got;

	for (size_t i = 0; i < count; i++) {
		local[i] = (struct iovec){ pieces[i].buffer, pieces[i].length };
		remote[i] = (struct iovec){ (void *)(uintptr_t)pieces[i].address, pieces[i].length };
		pieces[i].got = pieces[i].length;
		pieces[i].error = 0;
		total += pieces[i].length;
	}
	if (total == 0)
		return;
	got = process_vm_readv(tid, local, count, remote, count, 0);
	if (got >= 0 && (size_t)got == total)
		return;
	for (size_t i = 0; i < count; i++)
		read_piece(tid, &pieces[i]);
}

int memory_read(pid_t tid, uint64_t address, void *buffer, size_t length)
{
	struct memory_piece piece = { .address = address, .buffer = buffer, .length = (uint32_t)length };

	read_piece(tid, &piece);
	return -piece.error;
}

ssize_t memory_read_string(pid_t tid, uint64_t address, char *buffer, size_t size, bool *full)
{
	size_t done = 0;

	*full = false;
	while (done < size - 1) {
		size_t to_page_end = PAGE - (size_t)((address + done) % PAGE);
		struct memory_piece piece = { .address = address + done, .buffer = buffer + done };
		const char *end;

		piece.length = (uint32_t)min_size(min_size(to_page_end, 256), size - 1 - done);
		read_piece(tid, &piece);
		end = memchr(buffer + done, '\0', piece.got);
		if (end) {
			*full = true;
			return end - buffer;
		}
		done += piece.got;
		if (piece.error != 0) {
			buffer[done] = '\0';
			return done > 0 ? (ssize_t)done : -piece.error;
		}
	}
	buffer[done] = '\0';
	return (ssize_t)done;
}

int memory_write_word(pid_t tid, uint64_t address, uint64_t word)
{
	return ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)address, (void *)(uintptr_t)word) == 0 ? 0 : -errno;
}
