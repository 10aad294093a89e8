/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends one request to OneGate, again and again until it succeeds, fails for good, or time is up.
 * OneGate may be down or overloaded when many VMs boot at once.
 */
#ifndef FL_EXCHANGE_H
#define FL_EXCHANGE_H

#include "net/http.h"

struct fl_onegate;

struct fl_exchange {
	const struct fl_onegate *onegate; /* must have a token */
	struct fl_http *http;
	const char *method;        /* GET or PUT, which may safely be repeated */
	const char *type;          /* Content-Type of the body, NULL without one */
	const struct fl_buf *body; /* NULL for none */
};

/*
 * Sends the request. If there is no connection, a time-out, a 5xx or 429, it tries again with
 * growing pauses, until DEADLINE is near or onegate->again, asked after each pause, says no.
 * Returns the transfer with a 2xx answer, which the caller ends, or NULL: 69 with the likely cause,
 * or 75 if the last try timed out.
 */
struct fl_transfer *fl_exchange_run(const struct fl_exchange *exchange, fl_time deadline,
				    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
