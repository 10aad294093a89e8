/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2 without TLS; HTTP/1.1 is in test_http.c, a whole gRPC call in test_grpc.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "net/transfer.h"
#include "server.h"

#define END_STREAM  1
#define END_HEADERS 4

static void frame(struct fl_buf *out, int type, int flags, int stream, const void *bytes,
		  size_t length)
{
	const unsigned char header[9] = {
		0, 0, (unsigned char)length, (unsigned char)type, (unsigned char)flags, 0,
		0, 0, (unsigned char)stream
	};

	fl_buf_add(out, header, sizeof(header));
	fl_buf_add(out, bytes, length);
}

/* A header field, literal and without indexing (RFC 7541, 6.2.2). */
static void field(struct fl_buf *block, const char *name, const char *value)
{
	fl_buf_putc(block, '\0');
	fl_buf_putc(block, (char)strlen(name));
	fl_buf_puts(block, name);
	fl_buf_putc(block, (char)strlen(value));
	fl_buf_puts(block, value);
}

static void settings(struct fl_buf *out)
{
	frame(out, 4, 0, 0, "", 0);
}

static void headers(struct fl_buf *out)
{
	fl_auto_buf struct fl_buf block = FL_BUF_INIT;

	fl_buf_putc(&block, '\x88'); /* :status: 200 (RFC 7541, appendix A) */
	field(&block, "content-type", "application/grpc");
	frame(out, 1, END_HEADERS, 1, block.data, block.length);
}

static void trailers(struct fl_buf *out, const char *status, const char *message)
{
	fl_auto_buf struct fl_buf block = FL_BUF_INIT;

	field(&block, "grpc-status", status);
	field(&block, "grpc-message", message);
	frame(out, 1, END_HEADERS | END_STREAM, 1, block.data, block.length);
}

/* Calls a server that does ACT and writes ANSWER; the caller ends the result. */
static struct fl_transfer *call(struct fl_http *http, struct server *server, enum server_act act,
				const struct fl_buf *answer)
{
	static struct server_rule rules[2];
	static const char *const lines[] = { "te: trailers", "content-type: application/grpc",
					     NULL };
	struct fl_request request = {
		.method = "POST", .headers = lines, .http2 = true, .deadline = soon()
	};
	fl_auto_free char *url = NULL;

	rules[0] = (struct server_rule){
		.to = "PRI * HTTP/2.0", .act = act, .body = answer->data, .length = answer->length
	};
	*server = server_start(rules, false);
	url = fl_xasprintf("http://127.0.0.1:%d/grpc.health.v1.Health/Check", server->port);
	request.url = url;
	return fl_http_perform(http, &request);
}

/* Trap 1: if nothing listens in the container, docker-proxy accepts and then closes or resets. */
static void trap_1_accepted_and_dropped_is_closed(void **state)
{
	static const enum server_act acts[] = { SERVER_HANG_UP, SERVER_RAW, SERVER_RESET };
	struct fl_buf nothing = FL_BUF_INIT;

	(void)state;
	for (int i = 0; i < 30; i++) {
		fl_auto_http struct fl_http *http = fl_http_new();
		fl_auto_transfer struct fl_transfer *transfer = NULL;
		struct server server;

		transfer = call(http, &server, acts[i % 3], &nothing);
		assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_CLOSED);
		assert_int_equal(fl_http_response(transfer)->status, 0);
		server_stop(&server);
	}
}

static void answer_that_breaks_off_is_no_answer(void **state)
{
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_transfer struct fl_transfer *early = NULL, *late = NULL, *reset = NULL;
	fl_auto_buf struct fl_buf answer = FL_BUF_INIT;
	struct server server;

	(void)state;
	settings(&answer);
	early = call(http, &server, SERVER_RAW, &answer);
	assert_int_equal(fl_http_response(early)->failure, FL_HTTP_CLOSED);
	server_stop(&server);

	headers(&answer);
	late = call(http, &server, SERVER_RAW, &answer);
	assert_int_equal(fl_http_response(late)->failure, FL_HTTP_CLOSED);
	server_stop(&server);

	frame(&answer, 3, 0, 1, "\0\0\0\2", 4); /* RST_STREAM, INTERNAL_ERROR */
	reset = call(http, &server, SERVER_STALL, &answer);
	/* The failure depends on libcurl's version: 7.88 drops the headers as well. */
	assert_int_not_equal(fl_http_response(reset)->failure, FL_HTTP_OK);
	server_stop(&server);
}

static void mute_server_is_left_at_the_deadline(void **state)
{
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	fl_auto_buf struct fl_buf answer = FL_BUF_INIT;
	fl_auto_free char *url = NULL;
	struct server_rule rules[2] = { { .to = "", .act = SERVER_STALL } };
	struct server server;
	struct fl_request request = { .method = "POST", .http2 = true, .deadline = soon() };

	(void)state;
	settings(&answer);
	rules[0].body = answer.data;
	rules[0].length = answer.length;
	server = server_start(rules, false);
	url = fl_xasprintf("http://127.0.0.1:%d/", server.port);
	request.url = url;
	transfer = fl_http_start(http, &request);
	while (!fl_http_done(transfer) && server_count(&server, "[end in HEADERS]") == 0)
		fl_http_run(http, transfer, fl_now() + FL_MS);
	transfer->deadline = fl_now() + 20 * FL_MS;
	fl_http_finish(http, transfer);
	assert_int_equal(fl_http_response(transfer)->failure, FL_HTTP_TIMEOUT);
	assert_true(server_heard(&server, "[closed]"));
	server_stop(&server);
}

static void each_call_has_its_own_connection(void **state)
{
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_transfer struct fl_transfer *first = NULL, *second = NULL;
	fl_auto_buf struct fl_buf answer = FL_BUF_INIT;
	struct server server;
	struct fl_request request = { .method = "POST", .http2 = true, .deadline = soon() };
	fl_auto_free char *url = NULL;

	(void)state;
	settings(&answer);
	headers(&answer);
	trailers(&answer, "12", "");
	first = call(http, &server, SERVER_STALL, &answer);
	assert_non_null(first);
	url = fl_xasprintf("http://127.0.0.1:%d/again", server.port);
	request.url = url;
	second = fl_http_perform(http, &request);
	assert_int_equal(fl_http_response(second)->failure, FL_HTTP_OK);
	assert_int_equal(server_count(&server, "[open]"), 2);
	server_stop(&server);
}

static void codes_without_an_answer_have_their_meaning(void **state)
{
	static const struct {
		CURLcode code;
		enum fl_http_failure failure;
	} table[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, FL_HTTP_RESOLVE },
		{ CURLE_COULDNT_CONNECT, FL_HTTP_CONNECT },
		{ CURLE_OPERATION_TIMEDOUT, FL_HTTP_TIMEOUT },
		{ CURLE_WEIRD_SERVER_REPLY, FL_HTTP_PROTOCOL },
		{ CURLE_PEER_FAILED_VERIFICATION, FL_HTTP_TLS },
		{ CURLE_SSL_CONNECT_ERROR, FL_HTTP_TLS },
		{ CURLE_URL_MALFORMAT, FL_HTTP_OTHER },
		{ CURLE_WRITE_ERROR, FL_HTTP_OTHER },
		{ CURLE_RECV_ERROR, FL_HTTP_CLOSED },
		{ CURLE_OK, FL_HTTP_CLOSED }, /* the headers are not complete */
	};
	const struct fl_request request = { .method = "GET", .url = "http://127.0.0.1/" };
	struct fl_transfer *transfer = fl_transfer_new(&request);

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(table); i++)
		assert_int_equal(fl_transfer_meaning(transfer, table[i].code), table[i].failure);
	fl_transfer_finish(transfer, FL_HTTP_TLS, "why");
	assert_string_equal(transfer->response.reason, "why");
	assert_true(fl_http_done(transfer));
	transfer->resolving = true;
	fl_transfer_finish(transfer, FL_HTTP_TLS, "why");
	assert_false(transfer->response.unresolved);
	fl_transfer_finish(transfer, FL_HTTP_TIMEOUT, "why");
	assert_true(transfer->response.unresolved);
	fl_transfer_free(transfer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_1_accepted_and_dropped_is_closed),
		cmocka_unit_test(answer_that_breaks_off_is_no_answer),
		cmocka_unit_test(mute_server_is_left_at_the_deadline),
		cmocka_unit_test(each_call_has_its_own_connection),
		cmocka_unit_test(codes_without_an_answer_have_their_meaning),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
