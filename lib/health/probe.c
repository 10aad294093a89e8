/* SPDX-License-Identifier: Apache-2.0 */
#include "health/probe.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/grpc.h"
#include "net/lookup.h"

#define PAUSE (20 * FL_MS) /* between two tries */

/* 0, or the errno of the failed connect; ETIMEDOUT if DEADLINE has passed. */
static int try_connect(const struct addrinfo *info, fl_time deadline)
{
	fl_auto_close int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, 0);
	int left = fl_remaining_ms(deadline);
	/* SO_SNDTIMEO also limits a connect (socket(7)); 0 would mean no limit. */
	struct timeval limit = { .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000L };

	if (left == 0)
		return ETIMEDOUT;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0)
		return errno;
	if (connect(fd, info->ai_addr, info->ai_addrlen) == 0)
		return 0;
	/* The peer accepted and then reset; a connect that it refuses gives ECONNREFUSED. */
	if (errno == ECONNRESET)
		return 0;
	return errno == EINPROGRESS ? ETIMEDOUT : errno;
}

static int probe_tcp(const struct fl_address *address, fl_time deadline, struct fl_error *err)
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

static int probe_grpc(struct fl_http *http, const struct fl_address *address, fl_time deadline,
		      struct fl_error *err)
{
	struct fl_grpc_call call = { .address = address,
				     .path = FL_GRPC_CHECK,
				     .deadline = deadline };
	fl_auto_transfer struct fl_transfer *transfer = fl_grpc_start(http, &call);
	fl_auto_free char *where = fl_address_text(address);
	fl_auto_free char *message = NULL;
	int status;

	fl_http_finish(http, transfer);
	if (fl_grpc_result(fl_http_response(transfer), where, &status, &message, err) != 0)
		return -1;
	fl_log(FL_DEBUG, "%s answers with gRPC status %d (%s): %s", where, status,
	       fl_grpc_status_name(status), message);
	return 0;
}

int fl_probe(enum fl_probe kind, const struct fl_address *address, bool repeat, int64_t try,
	     fl_time deadline, struct fl_error *err)
{
	/* A plain connect does without libcurl, whose start takes longer than the connect. */
	fl_auto_http struct fl_http *http = kind == FL_PROBE_TCP ? NULL : fl_http_new();
	struct fl_error reason = FL_ERROR_INIT; /* of the last try that was not cut short */
	char took[FL_DURATION_SIZE];
	fl_time start = fl_now();

	for (;;) {
		fl_time until = fl_earlier(deadline, fl_now() + try);

		if ((kind == FL_PROBE_TCP ? probe_tcp(address, until, err)
					  : probe_grpc(http, address, until, err)) == 0) {
			fl_log(FL_DEBUG, "port %u answers after %s", (unsigned)address->port,
			       fl_duration(took, fl_now() - start));
			return 0;
		}
		if (until < deadline || err->code != FL_EXIT_TIMEOUT)
			reason = *err;
		if (!repeat || fl_now() >= deadline)
			break;
		fl_pause(PAUSE, deadline);
	}
	if (reason.code != FL_EXIT_OK)
		*err = reason;
	return -1;
}
