/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request as libcurl's easy handle, and what its callbacks gather. Only http.c, which drives
 * the handles, uses this; everybody else includes http.h.
 */
#ifndef FL_TRANSFER_H
#define FL_TRANSFER_H

#include <curl/curl.h>

#include "net/http.h"

struct fl_transfer {
	struct fl_http *http; /* these three are http.c's */
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
	bool stopped;        /* by on_body, or because the answer is longer than its limit */
	bool done;
	char reason[CURL_ERROR_SIZE];
};

/* Makes the handle for REQUEST. The caller frees it. */
struct fl_transfer *fl_transfer_new(const struct fl_request *request) FL_MUST_CHECK FL_NONNULL(1);

/*
 * What libcurl's code at the end of TRANSFER means. Over HTTP/2 the codes do not tell a peer that
 * speaks something else from one that hangs up (7.88: 52 and 55 for both): both count as closed.
 */
enum fl_http_failure fl_transfer_meaning(const struct fl_transfer *transfer, CURLcode code)
	FL_NONNULL(1);

/* Fills the response at the end; REASON stands in where libcurl has no words of its own. */
void fl_transfer_finish(struct fl_transfer *transfer, enum fl_http_failure failure,
			const char *reason) FL_NONNULL(1, 3);

/* Frees it with its handle, which must not be in a multi handle any more. */
void fl_transfer_free(struct fl_transfer *transfer) FL_NONNULL(1);

#endif
