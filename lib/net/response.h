/* SPDX-License-Identifier: Apache-2.0 */
/* What came of an HTTP request: an answer, or why there is none. */
#ifndef FL_RESPONSE_H
#define FL_RESPONSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Why a transfer that got no answer failed. */
enum fl_http_failure {
	FL_HTTP_OK = 0,   /* there is an answer, whatever its status */
	FL_HTTP_RESOLVE,  /* the host name has no address */
	FL_HTTP_CONNECT,  /* refused, no route, no such socket */
	FL_HTTP_TIMEOUT,  /* the deadline passed */
	FL_HTTP_CLOSED,   /* connected, then closed or reset without an answer */
	FL_HTTP_PROTOCOL, /* something was said, but no answer in the version asked for */
	FL_HTTP_TLS,      /* certificate or handshake */
	FL_HTTP_OTHER,
};

struct fl_response {
	enum fl_http_failure failure;
	bool unresolved;       /* timed out while the host name was looked up */
	int errnum;            /* errno of a failed connect, 0 if unknown */
	long status;           /* HTTP status, 0 if none */
	struct fl_buf body;    /* at most limit bytes; body.truncated if there was more */
	struct fl_buf headers; /* raw header and trailer lines, each ended by a line feed */
	char reason[256];      /* libcurl's words for a failure */
};

/*
 * The value of header or trailer NAME (any case), the last one of several, trimmed; a fresh string
 * that the caller frees, or NULL.
 */
char *fl_http_header(const struct fl_response *response, const char *name)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Fills ERR from a response without an answer: "what: reason", code 75 for a time-out, else 69. */
int fl_http_error(const struct fl_response *response, const char *what, struct fl_error *err)
	FL_NONNULL(1, 2, 3);

#endif
