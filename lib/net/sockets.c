/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sockets.h"

#include <fcntl.h>
#include <linux/tcp.h> /* its struct tcp_info is whole, that of <netinet/tcp.h> is not */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int fl_sockets_open(struct fl_sockets *sockets, int family, int type, int protocol)
{
	/*
	 * Before 8.x libcurl does not set close-on-exec itself; and it does not look whether its
	 * own fcntl(2) made the socket non-blocking; a read would then pass every deadline.
	 */
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd >= 0 && sockets != NULL && sockets->count < FL_ARRAY_SIZE(sockets->fd)) {
		int twin = fcntl(fd, F_DUPFD_CLOEXEC, 3);

		if (twin >= 0)
			sockets->fd[sockets->count++] = twin;
	}
	return fd;
}

bool fl_sockets_heard(const struct fl_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct tcp_info info = { .tcpi_bytes_received = 0 };
		socklen_t length = sizeof(info);

		/*
		 * A final FIN counts as one byte (net/ipv4/tcp_input.c); the shortest frame of
		 * HTTP/2 has nine.
		 */
		if (getsockopt(sockets->fd[i], IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
		    info.tcpi_bytes_received > 1)
			return true;
	}
	return false;
}

void fl_sockets_forget(struct fl_sockets *sockets)
{
	while (sockets->count > 0)
		close(sockets->fd[--sockets->count]);
}
