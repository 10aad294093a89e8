/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: what a server says, to libcurl and to gRPC. The first byte chooses the request,
 * the second the size of the pieces, or a peer that stalls or is not there. The rest are the bytes
 * of the connection as they are. For the last two requests it is header lines, an empty line,
 * trailer lines, an empty line and a body: they are put into frames of HTTP/2, and what is read is
 * the status and the message in the lines.
 */
/* wrap: socket curl_multi_poll clock_gettime poll */
#include "net/grpc.h"
#include "peer.h"

enum request { GET, PUT, POST, SOCKET, PROBE, CALL, PROBE_FRAMES, CALL_FRAMES, REQUEST_COUNT };

#define LIMIT 512 /* bytes of an answer that are kept */

/* The answer is whole, or there are words for what became of it. */
static void is_sound(const struct fl_response *response)
{
	struct fl_error err = FL_ERROR_INIT;

	FUZZ_HOLDS(strstr(fl_buf_text(&response->headers), "\n\n") == NULL);
	if (response->failure == FL_HTTP_OK) {
		/* libcurl takes "HTTP/201 .1" for a status of 0, which nobody asks for. */
		FUZZ_HOLDS(response->status >= 0 && response->status <= 999);
		FUZZ_HOLDS(response->headers.length > 0);
		return;
	}
	FUZZ_HOLDS((response->failure == FL_HTTP_CONNECT) == (peer.end == PEER_REFUSES));
	fl_http_error(response, "what", &err);
	peer_refused(&err);
}

static void ask(enum request kind)
{
	static const char *const methods[] = { "GET", "PUT", "POST", "POST" };
	static const char *const headers[] = { "X-Name: value", NULL };
	fl_auto_http struct fl_http *http = peer_http();
	const struct fl_request request = { .method = methods[kind],
					    .url = "http://127.0.0.1/",
					    .unix_socket = kind == SOCKET ? "/socket" : NULL,
					    .headers = headers,
					    .body = kind == PUT ? "NAME=value\n" : NULL,
					    .body_length = kind == PUT ? 11 : 0,
					    .limit = LIMIT,
					    .deadline = fl_deadline(9) };
	fl_auto_transfer struct fl_transfer *transfer = fl_http_perform(http, &request);
	const struct fl_response *response = fl_http_response(transfer);

	is_sound(response);
	FUZZ_HOLDS(response->body.length <= LIMIT);
}

/* What the peer said last as NAME, in lines; NULL if it did not. */
static char *said(const char *lines, const char *name)
{
	const struct fl_response response = { .headers = { .data = (char *)(uintptr_t)lines,
							   .length = strlen(lines) } };

	return fl_http_header(&response, name);
}

/* LINES are what came in frames, NULL for bytes of any kind. */
static void call(bool message, const char *lines)
{
	fl_auto_http struct fl_http *http = peer_http();
	struct fl_address address;
	const struct fl_grpc_call request = { .address = &address,
					      .path = FL_GRPC_CHECK,
					      .message = message ? "" : NULL,
					      .deadline = fl_deadline(9) };
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	fl_auto_free char *text = NULL;
	struct fl_error err = FL_ERROR_INIT;
	int status = -1;

	FUZZ_HOLDS(fl_address_parse("127.0.0.1:9092", &address));
	transfer = fl_grpc_start(http, &request);
	fl_http_finish(http, transfer);
	is_sound(fl_http_response(transfer));
	if (fl_grpc_result(fl_http_response(transfer), "what", &status, &text, &err) != 0) {
		peer_refused(&err);
		return;
	}
	FUZZ_HOLDS(status >= 0 && text != NULL && fl_grpc_status_name(status) != NULL);
	/* A status in the headers counts also if the trailers are then refused. */
	if (lines != NULL && fl_http_response(transfer)->failure == FL_HTTP_OK) {
		fl_auto_free char *code = said(lines, "grpc-status");
		fl_auto_free char *coded = said(lines, "grpc-message");

		FUZZ_HOLDS(code != NULL && strtol(code, NULL, 10) == status);
		FUZZ_HOLDS(coded == NULL ? text[0] == '\0' : strlen(text) <= strlen(coded));
		FUZZ_HOLDS(coded == NULL || strchr(coded, '%') != NULL || strcmp(text, coded) == 0);
	}
}

/* A frame (RFC 9113, 4.1) of stream 1, or of the connection for a TYPE that is not of a stream. */
static void put_frame(struct fl_buf *out, int type, int flags, const struct fl_buf *content)
{
	const unsigned char header[] = { 0,
					 (unsigned char)(content->length >> 8),
					 (unsigned char)content->length,
					 (unsigned char)type,
					 (unsigned char)flags,
					 0,
					 0,
					 0,
					 type <= 1 };

	fl_buf_add(out, header, sizeof(header));
	fl_buf_add(out, fl_buf_text(content), content->length);
}

/* A line "name: value" as a literal without an index (RFC 7541, 6.2.2), each below 127 bytes. */
static void put_field(struct fl_buf *block, const char *name, size_t length, const char *value)
{
	fl_buf_putc(block, '\0');
	fl_buf_putc(block, (char)length);
	fl_buf_add(block, name, length);
	fl_buf_putc(block, (char)strlen(value));
	fl_buf_puts(block, value);
}

/* Lines up to an empty one, as a block of fields that is added to BLOCK, and as they are. */
static void take_fields(struct fuzz_input *in, struct fl_buf *block, struct fl_buf *lines)
{
	for (;;) {
		fl_auto_free char *line = fuzz_line(in);
		const char *colon = strchr(line, ':');

		if (line[0] == '\0')
			return;
		if (colon == NULL || strlen(line) > 126)
			continue;
		put_field(block, line, (size_t)(colon - line),
			  colon + 1 + strspn(colon + 1, " \t"));
		fl_buf_printf(lines, "%s\n", line);
	}
}

static void say_in_frames(struct fuzz_input *in, struct fl_buf *lines)
{
	fl_auto_buf struct fl_buf out = FL_BUF_INIT, none = FL_BUF_INIT, body = FL_BUF_INIT;
	fl_auto_buf struct fl_buf headers = FL_BUF_INIT, trailers = FL_BUF_INIT;

	put_field(&headers, ":status", 7, "200");
	take_fields(in, &headers, lines);
	take_fields(in, &trailers, lines);
	fl_buf_add(&body, in->data, in->size < 0xffff ? in->size : 0xffff);
	put_frame(&out, 4, 0, &none); /* SETTINGS, and that of the client's */
	put_frame(&out, 4, 1, &none);
	put_frame(&out, 1, trailers.length + body.length == 0 ? 5 : 4, &headers);
	/* More than is kept of other answers: the trailers behind it must be read (trap 32). */
	for (size_t sent = 0; body.length > 256 && sent <= 65536; sent += body.length)
		put_frame(&out, 0, 0, &body);
	if (body.length > 0)
		put_frame(&out, 0, trailers.length == 0, &body);
	if (trailers.length > 0)
		put_frame(&out, 1, 5, &trailers);
	peer_says(fl_buf_text(&out), out.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	enum request kind = (enum request)fuzz_choice(&in, REQUEST_COUNT);
	size_t piece = fuzz_choice(&in, 256);
	fl_auto_buf struct fl_buf lines = FL_BUF_INIT;

	if (kind >= PROBE_FRAMES)
		say_in_frames(&in, &lines);
	else
		peer_says((const char *)in.data, in.size);
	peer.piece = piece;
	peer.end = piece < 254 ? PEER_CLOSES : piece == 254 ? PEER_STALLS : PEER_REFUSES;
	if (kind < PROBE)
		ask(kind);
	else
		call(kind == CALL || kind == CALL_FRAMES,
		     kind >= PROBE_FRAMES ? fl_buf_text(&lines) : NULL);
	return 0;
}
