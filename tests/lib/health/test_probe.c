/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "health/probe.h"
#include "server.h"

/* SETTINGS, then HEADERS with ":status: 200" and "grpc-status: 12" (see test_grpc.c). */
#define STATUS_12                                                      \
	"\0\0\0\4\0\0\0\0\0\0\0\x11\1\5\0\0\0\1\x88\0\xbgrpc-status\2" \
	"12"

#define TRY (5 * FL_SEC)

static struct fl_address at(const struct server *server)
{
	return (struct fl_address){ .host = "127.0.0.1", .port = (uint16_t)server->port };
}

/* Trap 1: what accepts and resets is there for a connect and not for a call. */
static void trap_1_the_two_probes_differ(void **state)
{
	static const struct server_rule rules[] = { { .to = "", .act = SERVER_RESET },
						    { .to = NULL } };
	struct server server = server_start(rules, false);
	struct fl_address address = at(&server);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_probe(FL_PROBE_TCP, &address, false, TRY, FL_NEVER, &err), 0);
	assert_int_equal(fl_probe(FL_PROBE_GRPC, &address, false, TRY, FL_NEVER, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	server_stop(&server);
}

static void it_is_repeated_until_an_answer_comes(void **state)
{
	static const struct server_rule rules[] = { { .to = "", .act = SERVER_RESET, .times = 3 },
						    { .to = "",
						      .act = SERVER_STALL,
						      .body = STATUS_12,
						      .length = sizeof(STATUS_12) - 1 },
						    { .to = NULL } };
	struct server server = server_start(rules, false);
	struct fl_address address = at(&server);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_probe(FL_PROBE_GRPC, &address, true, TRY, fl_deadline(20), &err), 0);
	assert_int_equal(server_count(&server, "PRI * HTTP/2.0"), 4);
	server_stop(&server);
}

static void a_silent_server_ends_with_the_time(void **state)
{
	static const struct server_rule rules[] = { { .to = "", .act = SERVER_STALL },
						    { .to = NULL } };
	struct server server = server_start(rules, false);
	struct fl_address address = at(&server);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_probe(FL_PROBE_GRPC, &address, false, 50 * FL_MS, FL_NEVER, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_int_equal(fl_probe(FL_PROBE_GRPC, &address, true, TRY, fl_now() + 50 * FL_MS, &err),
			 -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	server_stop(&server);
}

/* The try that the deadline cuts short knows no better than "no answer in time". */
static void the_reason_outlives_the_deadline(void **state)
{
	static const struct server_rule rules[] = { { .to = "", .act = SERVER_RESET, .times = 1 },
						    { .to = "", .act = SERVER_STALL },
						    { .to = NULL } };
	struct server server = server_start(rules, false);
	struct fl_address address = at(&server);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_probe(FL_PROBE_GRPC, &address, true, TRY, fl_now() + 300 * FL_MS, &err),
			 -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_non_null(strstr(err.message, "closed without an answer"));
	server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_1_the_two_probes_differ),
		cmocka_unit_test(it_is_repeated_until_an_answer_comes),
		cmocka_unit_test(a_silent_server_ends_with_the_time),
		cmocka_unit_test(the_reason_outlives_the_deadline),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
