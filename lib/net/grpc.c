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

/*
 * Takes the answer's body, which nobody reads. It must be read to its end: the status comes behind
 * it, and ListRuns of Flower 1.29 to 1.36 answers with all runs (trap 32).
 */
static bool discard(void *data, const char *bytes, size_t length)
{
	(void)data, (void)bytes, (void)length;
	return true;
}

/* A message's frame: not compressed, then its length, the highest byte first. */
static void add_message(struct fl_buf *body, const char *message, size_t length)
{
	fl_buf_putc(body, '\0');
	for (int shift = 24; shift >= 0; shift -= 8)
		fl_buf_putc(body, (char)(length >> shift & 0xff));
	fl_buf_add(body, message, length);
}

struct fl_transfer *fl_grpc_start(struct fl_http *http, const struct fl_grpc_call *call)
{
	/* A server may refuse a call without te, which shows that no proxy removes trailers. */
	static const char *const headers[] = { "content-type: application/grpc", "te: trailers",
					       NULL };
	fl_auto_free char *address = fl_address_text(call->address);
	fl_auto_free char *url = fl_xasprintf("http://%s%s", address, call->path);
	fl_auto_buf struct fl_buf body = FL_BUF_INIT;
	struct fl_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.http2 = true,
		.on_body = discard,
		.deadline = call->deadline,
		.connect_ms = call->connect_ms,
	};

	if (call->message != NULL) {
		add_message(&body, call->message, call->length);
		request.body = body.data;
		request.body_length = body.length;
	}
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
