/* SPDX-License-Identifier: Apache-2.0 */
#include "tcp.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "mem.h"

/* A look-up that outlives its deadline goes on in a thread of glibc's: not for the stack. */
struct lookup {
	struct addrinfo hints;
	char host[FL_HOST_SIZE];
	char port[8];
	struct gaicb request;
};

/* Resolves a name by getaddrinfo_a(3), as getaddrinfo(3) knows no deadline. 0 or an EAI_ code. */
static int resolve_name(const struct fl_address *address, const char *port, fl_time deadline,
			struct addrinfo **result)
{
	struct lookup *lookup = fl_xcalloc(1, sizeof(*lookup));
	struct gaicb *list[1] = { &lookup->request };
	const struct gaicb *waited[1] = { &lookup->request };
	int status;

	lookup->hints.ai_socktype = SOCK_STREAM;
	snprintf(lookup->host, sizeof(lookup->host), "%s", address->host);
	snprintf(lookup->port, sizeof(lookup->port), "%s", port);
	lookup->request = (struct gaicb){ .ar_name = lookup->host,
					  .ar_service = lookup->port,
					  .ar_request = &lookup->hints };
	status = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	while (status == 0 && (status = gai_error(&lookup->request)) == EAI_INPROGRESS) {
		int64_t left = deadline - fl_now();
		struct timespec pause = { .tv_sec = left / FL_SEC, .tv_nsec = left % FL_SEC };

		if (left <= 0) {
			if (gai_cancel(&lookup->request) == EAI_CANCELED)
				free(lookup);
			return EAI_AGAIN;
		}
		gai_suspend(waited, 1, &pause);
		status = 0;
	}
	*result = status == 0 ? lookup->request.ar_result : NULL;
	free(lookup);
	return status;
}

static int resolve(const struct fl_address *address, fl_time deadline, struct addrinfo **result)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	char port[8];

	snprintf(port, sizeof(port), "%u", (unsigned)address->port);
	if (fl_address_is_ip(address))
		return getaddrinfo(address->host, port, &hints, result);
	return resolve_name(address, port, deadline, result);
}

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
	struct addrinfo *list = NULL;
	int status = resolve(address, deadline, &list);
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
