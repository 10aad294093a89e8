/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tcp.h"

#include <poll.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/lookup.h"

/* 0, or the errno of the failed connect; ETIMEDOUT for the deadline. */
static int try_connect(const struct addrinfo *info, fl_time deadline)
{
	fl_auto_close int fd = socket(info->ai_family,
				      info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof(error);

	if (fd < 0)
		return errno;
	if (connect(fd, info->ai_addr, info->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	for (;;) {
		int ready = poll(&poller, 1, fl_remaining_ms(deadline));

		if (ready > 0)
			break;
		if (ready == 0 && fl_now() >= deadline)
			return ETIMEDOUT;
		if (ready < 0 && errno != EINTR)
			return errno;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	/* A refused connect gives ECONNREFUSED; this one was reset after it had been accepted. */
	return error == ECONNRESET ? 0 : error;
}

int fl_tcp_probe(const struct fl_address *address, fl_time deadline, struct fl_error *err)
{
	fl_auto_free char *text = fl_address_text(address);
	const struct fl_lookup lookup = { .host = address->host,
					  .port = address->port,
					  .family = AF_UNSPEC,
					  .socktype = SOCK_STREAM };
	struct addrinfo *list;
	int status = fl_lookup(&lookup, deadline, &list);
	int error = 0;

	if (status != 0)
		return fl_error_set(err,
				    fl_now() >= deadline ? FL_EXIT_TIMEOUT : FL_EXIT_UNAVAILABLE, 0,
				    "%s: %s", text, gai_strerror(status));
	for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
		error = try_connect(info, deadline);
		if (error == 0 || fl_now() >= deadline)
			break;
	}
	freeaddrinfo(list);
	if (error == 0)
		return 0;
	return fl_error_set(err, error == ETIMEDOUT ? FL_EXIT_TIMEOUT : FL_EXIT_UNAVAILABLE, error,
			    "%s", text);
}
