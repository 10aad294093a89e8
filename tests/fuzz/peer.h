/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of HTTP, for targets that read answers: it gives every request the same one. The
 * target that includes this wraps
 *   fl_http_start fl_http_perform fl_http_run fl_http_finish fl_http_done fl_http_response
 *   fl_http_end
 */
#ifndef FL_FUZZ_PEER_H
#define FL_FUZZ_PEER_H

#include "docker/engine.h"
#include "fuzz.h"
#include "net/http.h"

/* The one transfer there is at a time. */
static struct {
	/* What it answers. */
	enum fl_http_failure failure;
	long status;
	const char *headers; /* lines, or NULL */
	const char *body;
	size_t length;
	size_t piece; /* most bytes that come at once */
	/* How far the transfer is. */
	struct fl_response response;
	fl_http_body *on_body;
	void *on_body_data;
	size_t given;
	bool done;
} peer;

/* An Engine behind it, whose version was negotiated, or 0. Nobody looks into http. */
#define PEER_DOCKER(version)                                                               \
	{                                                                                  \
		.http = (struct fl_http *)&peer, .socket = socket_path, .minor = (version) \
	}

static char socket_path[] __attribute__((unused)) = "/engine";

struct fl_transfer *__wrap_fl_http_start(struct fl_http *http, const struct fl_request *request);
struct fl_transfer *__wrap_fl_http_start(struct fl_http *http, const struct fl_request *request)
{
	(void)http;
	for (const char *c = request->url; *c != '\0'; c++)
		FUZZ_HOLDS(*c > ' ' && *c <= '~');
	fl_buf_free(&peer.response.body);
	fl_buf_free(&peer.response.headers);
	peer.response = (struct fl_response){ .failure = peer.failure,
					      .status = peer.failure == FL_HTTP_OK ? peer.status
										   : 0 };
	peer.response.body.limit = request->limit != 0 ? request->limit : 64 * FL_KIB;
	fl_buf_puts(&peer.response.headers, peer.headers != NULL ? peer.headers : "");
	peer.on_body = request->on_body;
	peer.on_body_data = request->on_body_data;
	peer.given = 0;
	peer.done = peer.failure != FL_HTTP_OK;
	return (struct fl_transfer *)&peer;
}

/* The next piece, in an allocation of its exact size. */
bool __wrap_fl_http_run(struct fl_http *http, const struct fl_transfer *transfer, fl_time until);
bool __wrap_fl_http_run(struct fl_http *http, const struct fl_transfer *transfer, fl_time until)
{
	size_t left = peer.length - peer.given;
	size_t piece = left < peer.piece || peer.piece == 0 ? left : peer.piece;
	fl_auto_free char *bytes = NULL;

	(void)http, (void)transfer, (void)until;
	if (peer.done)
		return true;
	if (piece > 0) {
		bytes = fl_xrealloc(NULL, piece);
		memcpy(bytes, peer.body + peer.given, piece);
		peer.given += piece;
		if (peer.on_body == NULL)
			fl_buf_add(&peer.response.body, bytes, piece);
		else if (!peer.on_body(peer.on_body_data, bytes, piece))
			peer.done = true;
	}
	peer.done = peer.done || peer.given == peer.length;
	return peer.done;
}

void __wrap_fl_http_finish(struct fl_http *http, struct fl_transfer *one);
void __wrap_fl_http_finish(struct fl_http *http, struct fl_transfer *one)
{
	while (!__wrap_fl_http_run(http, one, FL_NEVER))
		;
}

struct fl_transfer *__wrap_fl_http_perform(struct fl_http *http, const struct fl_request *request);
struct fl_transfer *__wrap_fl_http_perform(struct fl_http *http, const struct fl_request *request)
{
	struct fl_transfer *one = __wrap_fl_http_start(http, request);

	__wrap_fl_http_finish(http, one);
	return one;
}

bool __wrap_fl_http_done(const struct fl_transfer *transfer);
bool __wrap_fl_http_done(const struct fl_transfer *transfer)
{
	(void)transfer;
	return peer.done;
}

const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer);
const struct fl_response *__wrap_fl_http_response(const struct fl_transfer *transfer)
{
	(void)transfer;
	return &peer.response;
}

void __wrap_fl_http_end(struct fl_transfer *transfer);
/* cppcheck-suppress constParameter; it stands for a function that frees it */
void __wrap_fl_http_end(struct fl_transfer *transfer)
{
	if (transfer == NULL)
		return;
	fl_buf_free(&peer.response.body);
	fl_buf_free(&peer.response.headers);
}

#endif
