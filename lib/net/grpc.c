/* SPDX-License-Identifier: Apache-2.0 */
#include "net/grpc.h"

#include "base/mem.h"
#include "base/number.h"

static const char *const status_names[] = {
	"OK",
	"CANCELLED",
	"UNKNOWN",
	"INVALID_ARGUMENT",
	"DEADLINE_EXCEEDED",
	"NOT_FOUND",
	"ALREADY_EXISTS",
	"PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED",
	"FAILED_PRECONDITION",
	"ABORTED",
	"OUT_OF_RANGE",
	"UNIMPLEMENTED",
	"INTERNAL",
	"UNAVAILABLE",
	"DATA_LOSS",
	"UNAUTHENTICATED",
};

#define STATUS_UNKNOWN 2

const char *fl_grpc_status_name(int status)
{
	if (status < 0 || (size_t)status >= FL_ARRAY_SIZE(status_names))
		status = STATUS_UNKNOWN;
	return status_names[status];
}

struct fl_transfer *fl_grpc_start(struct fl_http *http, const struct fl_grpc_call *call)
{
	/* A server may refuse a call without te, which shows that no proxy removes trailers. */
	static const char *const headers[] = { "content-type: application/grpc", "te: trailers",
					       NULL };
	static const char empty_message[5] = { 0, 0, 0, 0, 0 };
	fl_auto_free char *address = fl_address_text(call->address);
	fl_auto_free char *url = fl_xasprintf("http://%s%s", address, call->path);
	struct fl_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = call->message ? empty_message : NULL,
		.body_length = call->message ? sizeof(empty_message) : 0,
		.http2 = true,
		.deadline = call->deadline,
		.connect_ms = call->connect_ms,
	};

	return fl_http_start(http, &request);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * Decodes in place. A '%' without two hexadecimal digits stays, as the specification asks; so does
 * %00, which would hide the rest of the text.
 */
static void percent_decode(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		int high = *text == '%' ? hex(text[1]) : -1;
		int low = high >= 0 ? hex(text[2]) : -1;

		if (low >= 0 && high + low > 0) {
			*out++ = (char)(high * 16 + low);
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

int fl_grpc_result(const struct fl_response *response, const char *what, int *status,
		   char **message, struct fl_error *err)
{
	fl_auto_free char *code = fl_http_header(response, "grpc-status");
	char *text;
	int64_t number;

	/* With a status the answer is complete, even if the server then reset the stream. */
	if (response->failure != FL_HTTP_OK &&
	    (response->failure != FL_HTTP_CLOSED || code == NULL))
		return fl_http_error(response, what, err);
	if (code == NULL)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "%s: answers HTTP status %ld without a gRPC status, so it is "
				    "no gRPC server",
				    what, response->status);
	if (!fl_number(code, 0, INT32_MAX, &number))
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				    "%s: its gRPC status is no number: '%.20s'", what, code);
	text = fl_http_header(response, "grpc-message");
	if (text == NULL)
		text = fl_xstrdup("");
	percent_decode(text);
	*status = (int)number;
	*message = text;
	return 0;
}
