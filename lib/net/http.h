/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP by libcurl: several transfers at once over TCP or a unix socket. Each has a deadline and a
 * limit for its answer, so no peer can hang a boot or fill the memory.
 *
 * One struct fl_http holds the connections (a curl multi handle). The caller starts, runs and ends
 * a transfer. While it waits for one, all others go on, so a probe also sees that the container
 * ends. The proxy variables of the environment, redirects and signals are not used.
 */
#ifndef FL_HTTP_H
#define FL_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/wait.h"

struct fl_http;     /* opaque: connections and transfers under way */
struct fl_transfer; /* opaque: one request and its answer */

/* Why a transfer got no answer. */
enum fl_http_failure {
	FL_HTTP_OK = 0,   /* there is an answer, whatever its status */
	FL_HTTP_RESOLVE,  /* the host name has no address */
	FL_HTTP_CONNECT,  /* refused, no route, no such socket */
	FL_HTTP_TIMEOUT,  /* the deadline passed */
	FL_HTTP_CLOSED,   /* connected, then closed or reset without an answer */
	FL_HTTP_PROTOCOL, /* the peer sent something that is no answer in this version of HTTP */
	FL_HTTP_TLS,      /* certificate or handshake */
	FL_HTTP_OTHER,
};

struct fl_response {
	enum fl_http_failure failure;
	bool unresolved;       /* timed out while the host name was looked up */
	int errnum;            /* errno of a failed connect, 0 if unknown */
	long status;           /* HTTP status, 0 if none */
	struct fl_buf body;    /* at most request.limit bytes; body.truncated if there was more */
	struct fl_buf headers; /* raw header and trailer lines, each ended by a line feed */
	char reason[256];      /* libcurl's text for a failure */
};

/* Receives bytes of the body as they come. Returns false to end the transfer, without an error. */
typedef bool fl_http_body(void *data, const char *bytes, size_t length);

struct fl_request {
	const char *method;         /* "GET", "PUT", "POST", "DELETE" */
	const char *url;            /* http:// or https://; for a unix socket the host is a dummy */
	const char *unix_socket;    /* path, or NULL for TCP */
	const char *const *headers; /* "Name: value" strings, NULL at the end; may be NULL */
	const char *body;           /* bytes to send; NULL for none, with a length of 0 */
	size_t body_length;
	bool http2;   /* HTTP/2 without TLS and without upgrade (prior knowledge, RFC 9113 3.3) */
	size_t limit; /* bytes of the answer's body that are kept; 0 means 64 KiB */
	fl_http_body *on_body; /* gets the body of a status 200, which is then not kept; or NULL */
	void *on_body_data;
	fl_time deadline;   /* when the transfer fails; FL_NEVER for none */
	int64_t connect_ms; /* most milliseconds for connecting, 0 for libcurl's 300 s */
};

/* Sets libcurl up, or ends the process. The caller frees the result with fl_http_free(). */
struct fl_http *fl_http_new(void) FL_MUST_CHECK;

/* Ends and frees all transfers and closes all connections. NULL is fine. */
void fl_http_free(struct fl_http *http);

/*
 * Starts REQUEST. Its strings may go afterwards; on_body_data must live as long as the transfer,
 * which the caller ends with fl_http_end(). Never NULL: if the request cannot be made, the transfer
 * fails when it is run.
 */
struct fl_transfer *fl_http_start(struct fl_http *http, const struct fl_request *request)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Runs all transfers until ONE (may be NULL) or any other is complete, or until UNTIL has passed
 * (0: without waiting). Returns whether ONE is complete.
 */
bool fl_http_run(struct fl_http *http, struct fl_transfer *one, fl_time until) FL_NONNULL(1);

/* Runs all transfers until ONE is complete: answered, failed or past its deadline. */
void fl_http_finish(struct fl_http *http, struct fl_transfer *one) FL_NONNULL(1, 2);

/* Whether the transfer is complete: answered or failed. */
bool fl_http_done(const struct fl_transfer *transfer) FL_NONNULL(1);

/* The answer, borrowed until fl_http_end(). It is whole only after fl_http_done() is true. */
const struct fl_response *fl_http_response(const struct fl_transfer *transfer) FL_NONNULL(1);

/*
 * The value of header or trailer NAME (any case), the last one of several, trimmed; a fresh string
 * that the caller frees, or NULL.
 */
char *fl_http_header(const struct fl_response *response, const char *name)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Fills ERR with "WHAT: reason" from a RESPONSE that failed: 75 for a time-out, else 69. */
int fl_http_error(const struct fl_response *response, const char *what, struct fl_error *err)
	FL_NONNULL(1, 2, 3);

/* Ends and frees a transfer. One that is under way loses its connection. NULL is fine. */
void fl_http_end(struct fl_transfer *transfer);

/* Starts REQUEST and runs it to its end. The caller ends the result. */
struct fl_transfer *fl_http_perform(struct fl_http *http, const struct fl_request *request)
	FL_MUST_CHECK FL_NONNULL(1, 2);

static inline void fl_cleanup_http(struct fl_http **slot)
{
	fl_http_free(*slot);
}

static inline void fl_cleanup_transfer(struct fl_transfer **slot)
{
	fl_http_end(*slot);
}

#define fl_auto_http     __attribute__((cleanup(fl_cleanup_http)))
#define fl_auto_transfer __attribute__((cleanup(fl_cleanup_transfer)))

#endif
