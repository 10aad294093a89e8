/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP by libcurl: several transfers at once over TCP or a unix socket, each with a deadline and a
 * bounded answer.
 *
 * One struct fl_http holds the connections (a curl multi handle). A transfer is started, run and
 * ended; while one is waited for, all others go on, so the end of the container is heard of during
 * a probe. No proxy of the environment is used, redirects are not followed, signals are not used.
 */
#ifndef FL_HTTP_H
#define FL_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/wait.h"

struct fl_http;     /* opaque: connections and transfers under way */
struct fl_transfer; /* opaque: one request and its answer */

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

/* Receives bytes of the body as they come. Returns false to end the transfer (not an error). */
typedef bool fl_http_body(void *data, const char *bytes, size_t length);

struct fl_request {
	const char *method;         /* "GET", "PUT", "POST", "DELETE" */
	const char *url;            /* http:// or https://; for a unix socket the host is a dummy */
	const char *unix_socket;    /* path, or NULL for TCP */
	const char *const *headers; /* "Name: value" strings, NULL at the end; may be NULL */
	const char *body;           /* bytes to send, NULL for none: its length is 0 then */
	size_t body_length;
	bool http2;   /* HTTP/2 without TLS and without upgrade (prior knowledge, RFC 9113 3.3) */
	size_t limit; /* bytes of the answer's body that are kept; 0 means 64 KiB */
	fl_http_body *on_body; /* gets the body of a status 200, which is then not kept; or NULL */
	void *on_body_data;
	fl_time deadline;   /* moment at which it fails; FL_NEVER for none */
	int64_t connect_ms; /* most milliseconds for connecting, 0 for no limit of its own */
};

/* Makes the shared state, or ends the process. The caller frees it with fl_http_free(). */
struct fl_http *fl_http_new(void) FL_MUST_CHECK;

/* Ends every transfer (none may be used any more) and closes every connection. NULL is fine. */
void fl_http_free(struct fl_http *http);

/*
 * Starts REQUEST (its strings are copied or used before return; on_body_data must live on). The
 * caller ends it with fl_http_end(). Never NULL: a request that cannot be made fails when run.
 */
struct fl_transfer *fl_http_start(struct fl_http *http, const struct fl_request *request)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Moves all transfers until ONE or any other becomes complete (NULL: none is waited for), or UNTIL
 * has passed (0: what can be done without waiting). Returns true if ONE is complete.
 */
bool fl_http_run(struct fl_http *http, struct fl_transfer *one, fl_time until) FL_NONNULL(1);

/* Moves all transfers until ONE is complete, which its deadline sees to. */
void fl_http_finish(struct fl_http *http, struct fl_transfer *one) FL_NONNULL(1, 2);

/* Whether the transfer is complete (answered or failed). */
bool fl_http_done(const struct fl_transfer *transfer) FL_NONNULL(1);

/* The answer, borrowed until fl_http_end(); complete only once fl_http_done(). */
const struct fl_response *fl_http_response(const struct fl_transfer *transfer) FL_NONNULL(1);

/*
 * The value of header or trailer NAME (any case), the last one of several, trimmed; a fresh string
 * that the caller frees, or NULL.
 */
char *fl_http_header(const struct fl_response *response, const char *name)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Fills ERR from a response without an answer: "what: reason", code 75 for a time-out, else 69. */
int fl_http_error(const struct fl_response *response, const char *what, struct fl_error *err)
	FL_NONNULL(1, 2, 3);

/* Ends and frees a transfer, also one under way, whose connection is then closed. NULL is fine. */
void fl_http_end(struct fl_transfer *transfer);

/* Start and run to the end, for a single request. The caller ends the result. */
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
