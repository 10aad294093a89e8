/* SPDX-License-Identifier: Apache-2.0 */
/* One request to OneGate that is made again until it is answered for good or time is up. */
#ifndef FL_EXCHANGE_H
#define FL_EXCHANGE_H

#include "net/http.h"

struct fl_onegate;

struct fl_exchange {
	const struct fl_onegate *onegate; /* URL, identity and patience; with a token */
	struct fl_http *http;
	const char *method;        /* one that does no harm when it is repeated: GET, PUT */
	const char *type;          /* Content-Type of the body, NULL without one */
	const struct fl_buf *body; /* NULL for none */
};

/*
 * Makes the request; no connection, a time-out, 5xx and 429 are tried again with growing pauses
 * until DEADLINE is near. Returns the transfer with its answer of a 2xx status, which the caller
 * ends, or NULL: 69 with the likely cause, or 75 where the last try timed out.
 */
struct fl_transfer *fl_exchange_run(const struct fl_exchange *exchange, fl_time deadline,
				    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
