/*
 * Linux AIO by system calls of its own: writes to and reads from the file that it is told, and says of each block that the kernel
 * took "OP fd length offset"; then hands over one good block and one at an unreadable address, of which the kernel takes the first.
 * "none": this kernel has no Linux AIO.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static struct iocb block(int op, int fd, const void *buffer, uint64_t length, int64_t offset)
{
	return (struct iocb){ .aio_lio_opcode = (uint16_t)op,
		.aio_fildes = (uint32_t)fd,
		.aio_buf = (uintptr_t)buffer,
		.aio_nbytes = length,
		.aio_offset = offset };
}

int main(int argc, char **argv)
{
	static char bytes[100];
	struct iovec iovecs[2] = { { bytes, 10 }, { bytes, 20 } };
	struct io_event events[4];
	struct iocb blocks[3];
	struct iocb *pointers[3] = { &blocks[0], &blocks[1], &blocks[2] };
	aio_context_t context = 0;
	int fd;

	if (syscall(SYS_io_setup, 8, &context) != 0) {
		puts("none");
		return 0;
	}
	fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
	blocks[0] = block(IOCB_CMD_PWRITE, fd, bytes, 100, 7);
	blocks[1] = block(IOCB_CMD_PREADV, fd, iovecs, 2, 1);
	if (fd < 0 || syscall(SYS_io_submit, context, 2L, pointers) != 2)
		return 1;
	printf("IOCB_CMD_PWRITE %d 100 7\nIOCB_CMD_PREADV %d 30 1\n", fd, fd);
	if (syscall(SYS_io_getevents, context, 2L, 2L, events, NULL) != 2)
		return 1;
	blocks[0] = block(IOCB_CMD_PREAD, fd, bytes, 60, 0);
	pointers[1] = (struct iocb *)8;
	if (syscall(SYS_io_submit, context, 2L, pointers) != 1)
		return 1;
	printf("IOCB_CMD_PREAD %d 60 0\n", fd);
	if (syscall(SYS_io_submit, context, 1L, (void *)8) != -1)
		return 1;
	return syscall(SYS_io_getevents, context, 1L, 1L, events, NULL) == 1 ? 0 : 1;
}
