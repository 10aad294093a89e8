/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request as libcurl's easy handle, and what its callbacks collect. It keeps libcurl's options
 * out of http.c, which runs the handles. Only http.c uses it; everybody else includes http.h.
 */
#ifndef FL_TRANSFER_H
#define FL_TRANSFER_H

#include <curl/curl.h>

#include "net/http.h"

struct fl_transfer {
	struct fl_http *http; /* http.c uses this and the next two */
	struct fl_transfer *next;
	struct fl_transfer *previous;
	CURL *easy;
	struct curl_slist *headers;
	struct fl_response response;
	fl_http_body *on_body;
	void *on_body_data;
	fl_time deadline;
	size_t header_bytes; /* of all header and trailer lines */
	bool resolving;      /* the host's address is not known yet */
	bool headed;         /* all header lines have come */
	bool late;           /* bytes came after the deadline */
	bool stopped;        /* on_body ended it, or the answer is longer than its limit */
	bool done;
	char reason[CURL_ERROR_SIZE];
};

/* Makes the handle for REQUEST. The caller frees it. */
struct fl_transfer *fl_transfer_new(const struct fl_request *request) FL_MUST_CHECK FL_NONNULL(1);

/*
 * What libcurl's CODE at the end of TRANSFER means. Over HTTP/2 libcurl has the same codes for a
 * peer that speaks another protocol and for one that closes the connection (7.88: 52 and 55), so
 * both are FL_HTTP_CLOSED.
 */
enum fl_http_failure fl_transfer_meaning(const struct fl_transfer *transfer, CURLcode code)
	FL_NONNULL(1);

/* Fills the response. REASON is its text for a failure if libcurl gave none. */
void fl_transfer_finish(struct fl_transfer *transfer, enum fl_http_failure failure,
			const char *reason) FL_NONNULL(1, 3);

/* Frees TRANSFER. Its handle must not be in a multi handle any more. */
void fl_transfer_free(struct fl_transfer *transfer) FL_NONNULL(1);

#endif
