/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One unary gRPC call over HTTP/2 without TLS. Only such a call shows that the SuperLink itself
 * answers: Docker's proxy accepts a connection as soon as the container runs (trap 1).
 *
 * Source of the format: gRPC over HTTP2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md): a POST with
 * content-type application/grpc and te: trailers. A message is a flag byte, four bytes of length
 * and the message itself, so the empty one is five zero bytes. grpc-status and the percent-encoded
 * grpc-message are in the trailers or, if there is no message ("Trailers-Only"), in the headers.
 *
 * Send no message to a method that the server may not know: the server answers such a call before
 * the body has come and resets the stream, and libcurl then loses one answer in three (error 92,
 * measured with curl 7.88.1 and nghttp2 1.52; trap 22). Without a body it loses none.
 */
#ifndef FL_GRPC_H
#define FL_GRPC_H

#include "base/address.h"
#include "net/http.h"

#define FL_GRPC_OK            0
#define FL_GRPC_UNIMPLEMENTED 12

/* gRPC's own health check. Any method shows whether a server answers, also one it lacks. */
#define FL_GRPC_CHECK "/grpc.health.v1.Health/Check"

struct fl_grpc_call {
	const struct fl_address *address;
	const char *path;    /* "/package.Service/Method" */
	const char *message; /* LENGTH bytes, which are sent in a frame; NULL to send no message */
	size_t length;
	fl_time deadline;
	int64_t connect_ms; /* most milliseconds for connecting, 0 for no limit of its own */
};

/*
 * Starts CALL; the caller runs and ends the transfer (http.h). The answer's message may be of any
 * size; it is read and thrown away.
 */
struct fl_transfer *fl_grpc_start(struct fl_http *http, const struct fl_grpc_call *call)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Reads an answer. 0, *STATUS (0 to 16 in the specification) and *MESSAGE, the decoded grpc-message
 * or "", which the caller frees; or -1 if there is no gRPC answer: 75 for a time-out, 69 for
 * everything else, with WHAT in front. An answer with a status is complete, even if the server then
 * reset the stream.
 */
int fl_grpc_result(const struct fl_response *response, const char *what, int *status,
		   char **message, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

/* The specification's name of a status, such as "UNIMPLEMENTED"; "UNKNOWN" for any other number. */
const char *fl_grpc_status_name(int status);

#endif
