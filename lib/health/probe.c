/* SPDX-License-Identifier: Apache-2.0 */
#include "health/probe.h"

#include "base/log.h"
#include "net/grpc.h"
#include "net/tcp.h"

#define PAUSE (20 * FL_MS) /* between two tries */

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
	/* Starting libcurl costs more than a whole connect. */
	fl_auto_http struct fl_http *http = kind == FL_PROBE_TCP ? NULL : fl_http_new();
	struct fl_error reason = FL_ERROR_INIT; /* the last one that is not the deadline itself */

	for (;;) {
		fl_time until = fl_earlier(deadline, fl_now() + try);

		if ((kind == FL_PROBE_TCP ? fl_tcp_probe(address, until, err)
					  : probe_grpc(http, address, until, err)) == 0)
			return 0;
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
