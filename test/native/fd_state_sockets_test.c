/* Sockets: their names as they come to be known, both ends knowing each other, and descriptors received over them. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "fd_state_world.h"

static struct fake_world world;
static uint32_t files;

static void begin(void)
{
	world_begin(&world);
	files = world_found(&world, 10, 0);
}

static uint64_t at(int fd)
{
	return fd_state_lookup(world.state, files, 10, 0, fd);
}

static uint64_t peer_of(uint64_t description)
{
	uint64_t peer = world.descriptions[description].peer;

	for (int i = 0; i < world.rename_count; i++) {
		if (world.renames[i].description == description)
			peer = world.renames[i].peer;
	}
	return peer;
}

static void proc_socket(int fd, int inode)
{
	char name[32];

	snprintf(name, sizeof(name), "socket:[%d]", inode);
	world_fd(&world, 10, fd, inode, S_IFSOCK | 0777, name);
}

static struct fd_call new_socket(int fd, int inode, int family, int type, int protocol)
{
	struct fd_call call;

	call = world_enter(&world, files, 10, SYS_socket, ARGS((uint64_t)family, (uint64_t)type, (uint64_t)protocol), NULL);
	proc_socket(fd, inode);
	world_exit(&world, &call, fd);
	return call;
}

static void names_before_any_address(void)
{
	struct fd_call call;

	begin();
	call = world_enter(&world, files, 10, SYS_socket, ARGS(AF_INET, SOCK_STREAM), NULL);
	CHECK(call.cls == FD_CLASS_NETWORK && call.fd == -1);
	call = new_socket(3, 31, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(call.fd == 3 && call.cls == FD_CLASS_NETWORK && strcmp(world_name(&world, at(3)), "tcp") == 0);
	CHECK(world_row(&world, 0)->flags == FD_FLAG_CLOEXEC);
	new_socket(4, 32, AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CHECK(strcmp(world_name(&world, at(4)), "udp") == 0 && world_row(&world, 0)->flags == 0);
	new_socket(5, 33, AF_UNIX, SOCK_STREAM, 0);
	CHECK(strcmp(world_name(&world, at(5)), "unix:[33]") == 0 && world_class(&world, at(5)) == FD_CLASS_LOCAL_SOCKET);
	new_socket(6, 34, AF_NETLINK, SOCK_RAW, 0);
	CHECK(strcmp(world_name(&world, at(6)), "netlink:[34]") == 0 && world_class(&world, at(6)) == FD_CLASS_LOCAL_SOCKET);
	new_socket(7, 35, AF_INET, SOCK_RAW, 1);
	CHECK(strcmp(world_name(&world, at(7)), "raw") == 0 && world_class(&world, at(7)) == FD_CLASS_NETWORK);
	call = world_call(&world, files, 10, SYS_socket, ARGS(AF_UNIX, SOCK_STREAM), -EMFILE);
	CHECK(call.fd == -1 && call.cls == FD_CLASS_LOCAL_SOCKET);
	world_end(&world);
}

static void socketpair_knows_both_ends(void)
{
	struct fd_call call;
	int pair[2] = { 3, 4 };

	begin();
	world_memory(&world, 0x5000, pair, sizeof(pair));
	proc_socket(3, 31);
	proc_socket(4, 32);
	call = world_call(&world, files, 10, SYS_socketpair, ARGS(AF_UNIX, SOCK_STREAM, 0, 0x5000), 0);
	CHECK(call.fd == 3 && call.cls == FD_CLASS_LOCAL_SOCKET && call.description == at(3));
	CHECK(strcmp(world_name(&world, at(3)), "unix:[31]") == 0 && strcmp(world_name(&world, at(4)), "unix:[32]") == 0);
	CHECK(at(3) != at(4) && peer_of(at(3)) == at(4) && peer_of(at(4)) == at(3));
	world_end(&world);
}

static void listen_connect_accept(void)
{
	struct fd_call call;

	begin();
	new_socket(3, 31, AF_INET, SOCK_STREAM, 0);
	world_socket(&world, 31, FD_CLASS_NETWORK, "tcp 127.0.0.1:80", 0);
	call = world_call(&world, files, 10, SYS_bind, ARGS(3, 0x5000, 16), 0);
	CHECK(call.cls == FD_CLASS_NETWORK && strcmp(world_name(&world, at(3)), "tcp 127.0.0.1:80") == 0);
	CHECK(world.rename_count == 1 && world.renames[0].description == at(3));
	new_socket(4, 32, AF_INET, SOCK_STREAM, 0);
	world_socket(&world, 32, FD_CLASS_NETWORK, "tcp 127.0.0.1:5000 -> 127.0.0.1:80", 0);
	world_call(&world, files, 10, SYS_connect, ARGS(4, 0x5000, 16), 0);
	CHECK(strcmp(world_name(&world, at(4)), "tcp 127.0.0.1:5000 -> 127.0.0.1:80") == 0 && peer_of(at(4)) == 0);
	world_socket(&world, 33, FD_CLASS_NETWORK, "tcp 127.0.0.1:80 -> 127.0.0.1:5000", 0);
	proc_socket(5, 33);
	call = world_call(&world, files, 10, SYS_accept4, ARGS(3, 0, 0, SOCK_CLOEXEC), 5);
	CHECK(call.fd == 3 && call.description == at(3)); /* the call is the listener's */
	CHECK(strcmp(world_name(&world, at(5)), "tcp 127.0.0.1:80 -> 127.0.0.1:5000") == 0);
	CHECK(world_row(&world, 0)->fd == 5 && world_row(&world, 0)->flags == FD_FLAG_CLOEXEC);
	CHECK(peer_of(at(5)) == at(4) && peer_of(at(4)) == at(5));
	world_end(&world);
}

/* The accept's exit may be seen before the connect's; unix sockets know their peers by inode. */
static void accept_before_connect(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/x" };

	begin();
	new_socket(3, 31, AF_UNIX, SOCK_STREAM, 0);
	new_socket(4, 32, AF_UNIX, SOCK_STREAM, 0);
	proc_socket(5, 33);
	world_socket(&world, 33, FD_CLASS_LOCAL_SOCKET, "/run/x", 32);
	world_call(&world, files, 10, SYS_accept, ARGS(3), 5);
	CHECK(peer_of(at(5)) == at(4) && peer_of(at(4)) == at(5));
	world_socket(&world, 32, FD_CLASS_LOCAL_SOCKET, "unix:[32]", 33);
	world_memory(&world, 0x5000, &un, sizeof(un));
	world_call(&world, files, 10, SYS_connect, ARGS(4, 0x5000, sizeof(un)), 0);
	CHECK(peer_of(at(4)) == at(5) && strcmp(world_name(&world, at(4)), "unix -> /run/x") == 0);
	world_end(&world);
}

static void connect_in_progress_and_refused(void)
{
	begin();
	new_socket(3, 31, AF_INET, SOCK_STREAM, 0);
	world_call(&world, files, 10, SYS_connect, ARGS(3, 0x5000, 16), -ECONNREFUSED);
	CHECK(strcmp(world_name(&world, at(3)), "tcp") == 0 && world.rename_count == 0);
	world_socket(&world, 31, FD_CLASS_NETWORK, "tcp 10.0.0.2:5000 -> 10.0.0.1:80", 0);
	world_call(&world, files, 10, SYS_connect, ARGS(3, 0x5000, 16), -EINPROGRESS);
	CHECK(strcmp(world_name(&world, at(3)), "tcp 10.0.0.2:5000 -> 10.0.0.1:80") == 0);
	world_end(&world);
}

/* Where the kernel can't be asked, the program's own words do. */
static void names_from_arguments(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(0x7f000001) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(443), .sin6_addr = in6addr_loopback };
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/y.sock" };
	struct sockaddr_un abstract = { .sun_family = AF_UNIX, .sun_path = "\0name" };

	begin();
	new_socket(3, 31, AF_INET, SOCK_STREAM, 0);
	world_memory(&world, 0x5000, &in, sizeof(in));
	world_call(&world, files, 10, SYS_connect, ARGS(3, 0x5000, sizeof(in)), 0);
	CHECK(strcmp(world_name(&world, at(3)), "tcp -> 127.0.0.1:80") == 0);
	new_socket(4, 32, AF_INET6, SOCK_DGRAM, 0);
	world_memory(&world, 0x5000, &in6, sizeof(in6));
	world_call(&world, files, 10, SYS_bind, ARGS(4, 0x5000, sizeof(in6)), 0);
	CHECK(strcmp(world_name(&world, at(4)), "udp [::1]:443") == 0);
	new_socket(5, 33, AF_UNIX, SOCK_STREAM, 0);
	world_memory(&world, 0x5000, &un, sizeof(un));
	world_call(&world, files, 10, SYS_connect, ARGS(5, 0x5000, sizeof(un)), 0);
	CHECK(strcmp(world_name(&world, at(5)), "unix -> /run/y.sock") == 0 &&
		world_class(&world, at(5)) == FD_CLASS_LOCAL_SOCKET);
	new_socket(6, 34, AF_UNIX, SOCK_STREAM, 0);
	world_memory(&world, 0x5000, &abstract, sizeof(abstract));
	world_call(&world, files, 10, SYS_bind, ARGS(6, 0x5000, sizeof(sa_family_t) + 5), 0);
	CHECK(strcmp(world_name(&world, at(6)), "unix @name") == 0);
	world_call(&world, files, 10, SYS_bind, ARGS(6, 0x5000, 1), 0); /* lengths that make no sense change nothing */
	world_call(&world, files, 10, SYS_bind, ARGS(6, 0x5000, UINT64_MAX), 0);
	world_call(&world, files, 10, SYS_bind, ARGS(6, 0x5000, sizeof(sa_family_t)), 0);
	CHECK(strcmp(world_name(&world, at(6)), "unix @name") == 0);
	world_end(&world);
}

/* Somebody's file name must not make a socket's peer of it. */
static void a_path_with_an_arrow(void)
{
	begin();
	new_socket(3, 31, AF_UNIX, SOCK_STREAM, 0);
	new_socket(4, 32, AF_UNIX, SOCK_STREAM, 0);
	world_socket(&world, 31, FD_CLASS_LOCAL_SOCKET, "tcp a -> b", 0);
	world_socket(&world, 32, FD_CLASS_LOCAL_SOCKET, "tcp b -> a", 0);
	world_call(&world, files, 10, SYS_bind, ARGS(3, 0x5000, 16), 0);
	world_call(&world, files, 10, SYS_bind, ARGS(4, 0x5000, 16), 0);
	CHECK(peer_of(at(3)) == 0 && peer_of(at(4)) == 0);
	world_end(&world);
}

#define CONTROL_AT   64
#define CONTROL_MOST 256

/* Lays a msghdr at 0x5000 and control data at 0x5040, whose length the header says. */
static void lay_message(const void *control, size_t length, size_t said)
{
	unsigned char memory[CONTROL_AT + CONTROL_MOST] = { 0 };
	struct msghdr header = { .msg_control = (void *)(0x5000 + CONTROL_AT),
		.msg_controllen = said }; /* NOLINT: the tracee's address */

	memcpy(memory, &header, sizeof(header));
	memcpy(memory + CONTROL_AT, control, length);
	world_memory(&world, 0x5000, memory, sizeof(memory));
}

static size_t put_rights(unsigned char *at_byte, size_t claimed, int a, int b)
{
	int fds[2] = { a, b };
	struct cmsghdr header = { .cmsg_len = claimed, .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };

	memcpy(at_byte, &header, sizeof(header));
	memcpy(at_byte + CMSG_LEN(0), fds, sizeof(fds));
	return CMSG_SPACE(sizeof(fds));
}

static void received_descriptors(void)
{
	unsigned char control[CONTROL_MOST] = { 0 };
	struct cmsghdr other = { .cmsg_len = CMSG_LEN(12), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_CREDENTIALS };
	size_t length = CMSG_SPACE(12);

	begin();
	new_socket(3, 31, AF_UNIX, SOCK_STREAM, 0);
	memcpy(control, &other, sizeof(other));
	length += put_rights(control + length, CMSG_LEN(8), 7, 8);
	lay_message(control, length, length);
	world_fd(&world, 10, 7, 41, S_IFREG, "/a")->cloexec = true;
	world_fd(&world, 10, 8, 42, S_IFDIR, "/b");
	world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x5000, 0), 5);
	CHECK(world_count(&world, FD_OP_OPEN) == 3);
	CHECK(world_row(&world, 1)->fd == 7 && world_row(&world, 1)->flags == FD_FLAG_CLOEXEC && world_row(&world, 0)->fd == 8);
	CHECK(strcmp(world_name(&world, at(7)), "/a") == 0 && world_class(&world, at(8)) == FD_CLASS_DIRECTORY);
	world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x5000, 0), -EAGAIN);
	CHECK(world_count(&world, FD_OP_OPEN) == 3);
	world_end(&world);
}

static void received_keeps_the_senders_description(void)
{
	unsigned char control[CONTROL_MOST] = { 0 };
	size_t length = put_rights(control, CMSG_LEN(8), 7, 8);
	uint32_t sender;

	begin();
	new_socket(3, 31, AF_UNIX, SOCK_STREAM, 0);
	world_fd(&world, 20, 4, 41, S_IFREG, "/a");
	sender = world_found(&world, 20, 1);
	world_fd(&world, 10, 7, 41, S_IFREG, "/a");
	world_fd(&world, 10, 8, 43, S_IFREG, "/a")->probe.inode = 1041; /* the same file, opened by itself */
	lay_message(control, length, length);
	world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x5000, 0), 1);
	CHECK(at(7) == fd_state_lookup(world.state, sender, 20, 1, 4) && at(7) != 0);
	CHECK(at(8) != at(7) && at(8) != 0);
	world_fd(&world, 10, 9, 41, S_IFREG, "/a");
	world_call(&world, files, 10, SYS_pidfd_getfd, ARGS(5, 4, 0), 9);
	CHECK(at(9) == at(7));
	world_end(&world);
}

/* A fork in between changes nothing, and a number closed unseen is not taken for what it receives. */
static void received_after_a_fork(void)
{
	unsigned char control[CONTROL_MOST] = { 0 };
	size_t length = put_rights(control, CMSG_LEN(8), 7, 8);
	uint64_t old;
	uint32_t sender;

	begin();
	new_socket(3, 31, AF_UNIX, SOCK_STREAM, 0);
	world_fd(&world, 20, 4, 41, S_IFREG, "/a");
	sender = world_found(&world, 20, 1);
	world_fork(&world, sender, 2, false);
	world_fd(&world, 10, 7, 41, S_IFREG, "/a");
	world_fd(&world, 10, 8, 43, S_IFREG, "/b");
	lay_message(control, length, length);
	world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x5000, 0), 1);
	CHECK(at(7) == fd_state_lookup(world.state, sender, 20, 1, 4) && at(7) != 0);
	old = at(8);
	world_fd(&world, 10, 8, 44, S_IFREG, "/b")->probe.inode = 1043;
	world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x5000, 0), 1);
	CHECK(at(8) != old && at(8) != 0);
	world_end(&world);
}

/* Lengths as a hostile program may leave them: nothing is read beyond what there is, and the loop ends. */
static void hostile_control_data(void)
{
	static const size_t claims[] = { 0, 1, sizeof(struct cmsghdr), CMSG_LEN(1), 1000, (size_t)-1, (size_t)-8,
		CMSG_LEN(8) - 1 };
	static const size_t saids[] = { 0, 1, 15, 16, 17, CONTROL_MOST, 100000, (size_t)-1 };
	unsigned char control[CONTROL_MOST] = { 0 };

	begin();
	new_socket(3, 31, AF_UNIX, SOCK_STREAM, 0);
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		for (size_t j = 0; j < sizeof(saids) / sizeof(saids[0]); j++) {
			put_rights(control, claims[i], -1, 0x7fffffff);
			lay_message(control, sizeof(control), saids[j]);
			world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x5000, 0), 1);
		}
	}
	CHECK(world_count(&world, FD_OP_OPEN) == 1);
	world_call(&world, files, 10, SYS_recvmsg, ARGS(3, 0x999000, 0), 1);
	world_call(&world, files, 10, SYS_recvmmsg, ARGS(3, UINT64_MAX - 8, 1 << 30), 1 << 30);
	CHECK(world_count(&world, FD_OP_OPEN) == 1);
	world_end(&world);
}

static void recvmmsg_of_two(void)
{
	unsigned char memory[4 * 64] = { 0 };
	size_t length;

	begin();
	new_socket(3, 31, AF_UNIX, SOCK_DGRAM, 0);
	for (int i = 0; i < 2; i++) {
		struct msghdr header = { .msg_control = (void *)(uintptr_t)(0x5080 + i * 64) }; /* NOLINT: the tracee's address */

		length = put_rights(memory + 128 + i * 64, CMSG_LEN(8), 7 + 2 * i, 8 + 2 * i);
		header.msg_controllen = length;
		memcpy(memory + i * 64, &header, sizeof(header));
	}
	world_memory(&world, 0x5000, memory, sizeof(memory));
	for (int fd = 7; fd <= 10; fd++)
		world_fd(&world, 10, fd, 40 + fd, S_IFREG, "/a");
	world_call(&world, files, 10, SYS_recvmmsg, ARGS(3, 0x5000, 8), 2);
	CHECK(world_count(&world, FD_OP_OPEN) == 5 && at(7) && at(8) && at(9) && at(10));
	world_end(&world);
}

/* Inherited from two processes each: the ends find each other by inode and direction. */
static void pipes_found_in_proc(void)
{
	uint32_t other;
	uint64_t read_end, write_end;

	world_begin(&world);
	world_fd(&world, 10, 5, 49, S_IFIFO, "pipe:[10]")->access = O_WRONLY + 1; /* with 2 below: two ends of one direction */
	world_fd(&world, 10, 0, 50, S_IFIFO, "pipe:[9]")->access = O_RDONLY + 1;
	world_fd(&world, 20, 1, 51, S_IFIFO, "pipe:[9]")->access = O_WRONLY + 1;
	world_fd(&world, 20, 2, 52, S_IFIFO, "pipe:[10]")->access = O_WRONLY + 1;
	files = world_found(&world, 10, 0);
	other = world_found(&world, 20, 1);
	read_end = at(0);
	write_end = fd_state_lookup(world.state, other, 20, 1, 1);
	CHECK(peer_of(read_end) == write_end && peer_of(write_end) == read_end && read_end != write_end);
	CHECK(peer_of(fd_state_lookup(world.state, other, 20, 1, 2)) == 0);
	world_end(&world);
}

int main(void)
{
	names_before_any_address();
	socketpair_knows_both_ends();
	listen_connect_accept();
	accept_before_connect();
	connect_in_progress_and_refused();
	names_from_arguments();
	a_path_with_an_arrow();
	received_descriptors();
	received_keeps_the_senders_description();
	received_after_a_fork();
	hostile_control_data();
	recvmmsg_of_two();
	pipes_found_in_proc();
	return failures != 0;
}
