/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "net/grpc.h"
#include "server.h"

/*
 * What gRPC servers send (RFC 9113, RFC 7541): SETTINGS, then HEADERS of stream 1. Header fields
 * are literals without indexing; 0x88 is ":status: 200" of the static table.
 */
#define SETTINGS "\0\0\0\4\0\0\0\0\0"
#define STATUS_12                                    \
	"\0\0\x31\1\5\0\0\0\1\x88\0\xbgrpc-status\2" \
	"12\0\xcgrpc-message\x11Method not found!"
/* HEADERS without END_STREAM, DATA with the empty message, then the trailers. */
#define STATUS_0                                                                                  \
	"\0\0\1\1\4\0\0\0\1\x88\0\0\5\0\0\0\0\0\1\0\0\0\0\0\0\0\xf\1\5\0\0\0\1\0\xbgrpc-status\1" \
	"0"

#define TRAILERS_0 24 /* bytes of its trailers' frame */

/* STATUS_12 without END_STREAM, then RST_STREAM with INTERNAL_ERROR. */
#define STATUS_12_RESET                              \
	"\0\0\x31\1\4\0\0\0\1\x88\0\xbgrpc-status\2" \
	"12\0\xcgrpc-message\x11Method not found!"   \
	"\0\0\4\3\0\0\0\0\1\0\0\0\2"

#define BODY(text) .body = (text), .length = sizeof(text) - 1

/* MESSAGE is a string or NULL. */
static int call(const struct server_rule *rules, const char *message, char **text,
		struct fl_error *err, struct server *server)
{
	fl_auto_http struct fl_http *http = fl_http_new();
	fl_auto_transfer struct fl_transfer *transfer = NULL;
	struct fl_address address = { .host = "127.0.0.1" };
	struct fl_grpc_call call = { .address = &address,
				     .path = "/a.B/C",
				     .message = message,
				     .length = message != NULL ? strlen(message) : 0,
				     .deadline = soon() };
	int status = -1;

	*server = server_start(rules, false);
	address.port = (uint16_t)server->port;
	transfer = fl_grpc_start(http, &call);
	while (!fl_http_run(http, transfer, FL_NEVER))
		;
	if (fl_grpc_result(fl_http_response(transfer), "here", &status, text, err) != 0)
		return -1;
	return status;
}

/* Trap 22: libcurl loses one answer in three to a call of an unknown method that has a body. */
static void trap_22_a_call_without_a_message_has_no_body(void **state)
{
	static const struct server_rule rules[] = {
		{ .to = "PRI", .act = SERVER_STALL, BODY(SETTINGS STATUS_12) }, { .to = NULL }
	};
	fl_auto_free char *text = NULL;
	struct fl_error err = FL_ERROR_INIT;
	struct server server;

	(void)state;
	assert_int_equal(call(rules, NULL, &text, &err, &server), FL_GRPC_UNIMPLEMENTED);
	assert_string_equal(text, "Method not found!");
	assert_true(server_heard(&server, "[end in HEADERS]"));
	assert_int_equal(server_count(&server, "[end in DATA"), 0);
	server_stop(&server);
}

/* The status is in the trailers here. */
static void a_message_is_sent_in_a_frame(void **state)
{
	static const struct server_rule rules[] = {
		{ .to = "PRI", .act = SERVER_STALL, BODY(SETTINGS STATUS_0) }, { .to = NULL }
	};
	static const struct {
		const char *message, *end;
		const char frame[8];
		size_t length;
	} cases[] = { { "", "[end in DATA of 5 bytes]", { 0, 0, 0, 0, 0 }, 5 },
		      { "\x10\1", "[end in DATA of 7 bytes]", { 0, 0, 0, 0, 2, 16, 1 }, 7 } };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_free char *text = NULL;
		struct fl_error err = FL_ERROR_INIT;
		struct server server;

		assert_int_equal(call(rules, cases[i].message, &text, &err, &server), FL_GRPC_OK);
		assert_string_equal(text, "");
		assert_true(server_heard(&server, cases[i].end));
		assert_non_null(memmem(server.shared->journal, server.shared->length,
				       cases[i].frame, cases[i].length));
		server_stop(&server);
	}
}

/* Trap 32: ListRuns of Flower 1.29 to 1.36 answers with all runs, and the status comes last. */
static void trap_32_an_answer_of_any_size_is_read_to_its_trailers(void **state)
{
	static const char data[9] = { 0, 0x40, 0, 0, 0, 0, 0, 0, 1 }, block[16384];
	struct server_rule rules[] = { { .to = "PRI", .act = SERVER_STALL }, { .to = NULL } };
	fl_auto_buf struct fl_buf answer = FL_BUF_INIT;
	fl_auto_free char *text = NULL;
	struct fl_error err = FL_ERROR_INIT;
	struct server server;

	(void)state;
	fl_buf_add(&answer, SETTINGS STATUS_0, sizeof(SETTINGS STATUS_0) - 1 - TRAILERS_0);
	for (int i = 0; i < 640; i++) {
		fl_buf_add(&answer, data, sizeof(data));
		fl_buf_add(&answer, block, sizeof(block));
	}
	fl_buf_add(&answer, &STATUS_0[sizeof(STATUS_0) - 1 - TRAILERS_0], TRAILERS_0);
	rules[0].body = answer.data;
	rules[0].length = answer.length;
	assert_int_equal(call(rules, "", &text, &err, &server), FL_GRPC_OK);
	server_stop(&server);
}

/* Trap 1: docker-proxy does this while nothing listens in the container. */
static void trap_1_an_open_port_is_no_answer(void **state)
{
	static const struct server_rule reset[] = { { .to = "PRI", .act = SERVER_RESET },
						    { .to = NULL } };
	static const struct server_rule http[] = {
		{ .to = "PRI", .act = SERVER_RAW, BODY("HTTP/1.1 400 Bad Request\r\n\r\n") },
		{ .to = NULL }
	};
	static const struct server_rule *const both[] = { reset, http };
	fl_auto_free char *text = NULL;
	struct server server;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(both); i++) {
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(call(both[i], NULL, &text, &err, &server), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_memory_equal(err.message, "here: ", 6);
		server_stop(&server);
	}
}

static void a_status_is_an_answer_even_if_the_stream_is_reset(void **state)
{
	static const struct server_rule rules[] = {
		{ .to = "PRI", .act = SERVER_DRIP, BODY(SETTINGS STATUS_12_RESET) }, { .to = NULL }
	};
	fl_auto_free char *text = NULL;
	struct fl_error err = FL_ERROR_INIT;
	struct server server;

	(void)state;
	assert_int_equal(call(rules, NULL, &text, &err, &server), FL_GRPC_UNIMPLEMENTED);
	assert_string_equal(text, "Method not found!");
	server_stop(&server);
}

static int result_of(enum fl_http_failure failure, const char *headers, int *status, char **text,
		     struct fl_error *err)
{
	struct fl_response response = { .failure = failure, .status = 200 };
	int done;

	fl_buf_puts(&response.headers, headers);
	done = fl_grpc_result(&response, "here", status, text, err);
	fl_buf_free(&response.headers);
	return done;
}

static int result(const char *headers, int *status, char **text, struct fl_error *err)
{
	return result_of(FL_HTTP_OK, headers, status, text, err);
}

static void a_status_does_not_hide_another_failure(void **state)
{
	static const enum fl_http_failure failures[] = { FL_HTTP_TIMEOUT, FL_HTTP_PROTOCOL,
							 FL_HTTP_OTHER };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(failures); i++) {
		fl_auto_free char *text = NULL;
		struct fl_error err = FL_ERROR_INIT;
		int status;

		assert_int_equal(result_of(failures[i], "HTTP/2 200\ngrpc-status: 0\n", &status,
					   &text, &err),
				 -1);
	}
}

static void messages_are_decoded(void **state)
{
	static const char *const messages[][2] = {
		{ "plain", "plain" },
		{ "100%25 %C3%bc", "100% \xc3\xbc" },
		{ "%4", "%4" },
		{ "%", "%" },
		{ "%zz%2", "%zz%2" },
		{ "a%00b", "a%00b" },
		{ "%90%Af%Fa%01", "\x90\xaf\xfa\1" },
		{ "%0/%0:%0@%0G%0`%0g", "%0/%0:%0@%0G%0`%0g" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(messages); i++) {
		fl_auto_free char *headers = fl_xasprintf("HTTP/2 200\ngrpc-status: 2\n"
							  "grpc-message: %s\n",
							  messages[i][0]);
		fl_auto_free char *text = NULL;
		struct fl_error err = FL_ERROR_INIT;
		int status;

		assert_int_equal(result(headers, &status, &text, &err), 0);
		assert_int_equal(status, 2);
		assert_string_equal(text, messages[i][1]);
	}
}

static void other_answers_are_no_grpc(void **state)
{
	static const char *const headers[] = { "HTTP/2 200\n", "HTTP/2 200\ngrpc-status: x\n",
					       "HTTP/2 200\ngrpc-status: -1\n",
					       "HTTP/2 200\ngrpc-status:\n" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(headers); i++) {
		fl_auto_free char *text = NULL;
		struct fl_error err = FL_ERROR_INIT;
		int status;

		assert_int_equal(result(headers[i], &status, &text, &err), -1);
		assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
		assert_int_equal(err.errnum, 0);
		assert_null(text);
	}
}

static void statuses_have_names(void **state)
{
	(void)state;
	assert_string_equal(fl_grpc_status_name(FL_GRPC_OK), "OK");
	assert_string_equal(fl_grpc_status_name(FL_GRPC_UNIMPLEMENTED), "UNIMPLEMENTED");
	assert_string_equal(fl_grpc_status_name(16), "UNAUTHENTICATED");
	assert_string_equal(fl_grpc_status_name(17), "UNKNOWN");
	assert_string_equal(fl_grpc_status_name(-1), "UNKNOWN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_22_a_call_without_a_message_has_no_body),
		cmocka_unit_test(a_message_is_sent_in_a_frame),
		cmocka_unit_test(trap_32_an_answer_of_any_size_is_read_to_its_trailers),
		cmocka_unit_test(trap_1_an_open_port_is_no_answer),
		cmocka_unit_test(a_status_is_an_answer_even_if_the_stream_is_reset),
		cmocka_unit_test(a_status_does_not_hide_another_failure),
		cmocka_unit_test(messages_are_decoded),
		cmocka_unit_test(other_answers_are_no_grpc),
		cmocka_unit_test(statuses_have_names),
	};

	return cmocka_run_group_tests_name("grpc", tests, NULL, NULL);
}
