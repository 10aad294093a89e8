/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One unary gRPC call over HTTP/2 without TLS.
 *
 * Source of the format: gRPC over HTTP2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md): a POST with
 * content-type application/grpc and te: trailers; a message is a flag byte and four bytes of length
 * before the message itself, so the empty one is five zero bytes; grpc-status and the
 * percent-encoded grpc-message stand in the trailers or, without an answer ("Trailers-Only"), in
 * the headers.
 *
 * A call to a method that the server may not know is made without a message: the server answers
 * such a call before the body has come and resets the stream, and libcurl then loses one answer in
 * three (error 92, measured with curl 7.88.1 and nghttp2 1.52; trap 22). Without a body none is.
 */
#ifndef FL_GRPC_H
#define FL_GRPC_H

#include "base/address.h"
#include "net/http.h"

#define FL_GRPC_OK            0
#define FL_GRPC_UNIMPLEMENTED 12

/* Any method will do for asking whether a server answers; this one is the standard's. */
#define FL_GRPC_CHECK "/grpc.health.v1.Health/Check"

struct fl_grpc_call {
	const struct fl_address *address;
	const char *path; /* "/package.Service/Method" */
	bool message;     /* send the empty message; false: no message at all */
	fl_time deadline;
	int64_t connect_ms; /* most milliseconds for connecting, 0 for no limit of its own */
};

/* Starts CALL; the caller runs and ends the transfer (http.h). */
struct fl_transfer *fl_grpc_start(struct fl_http *http, const struct fl_grpc_call *call)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Reads an answer, which its status completes even if the stream is then reset: 0, *STATUS (0 to 16
 * by the specification) and *MESSAGE, the decoded grpc-message or "", which the caller frees; or -1
 * if it is no gRPC answer, with 75 for a time-out and 69 for everything else. WHAT stands in front
 * of the error's text.
 */
int fl_grpc_result(const struct fl_response *response, const char *what, int *status,
		   char **message, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

/* The name of a status as the specification has it: "UNIMPLEMENTED"; "UNKNOWN" for any other. */
const char *fl_grpc_status_name(int status);

#endif
