/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_lookup */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "health/probe.h"
#include "net/lookup.h"
#include "server.h"

int __real_fl_lookup(const struct fl_lookup *lookup, fl_time deadline, struct addrinfo **found);
int __wrap_fl_lookup(const struct fl_lookup *lookup, fl_time deadline, struct addrinfo **found);

/* SETTINGS, then HEADERS with ":status: 200" and "grpc-status: 12" (see test_grpc.c). */
#define STATUS_12                                                      \
	"\0\0\0\4\0\0\0\0\0\0\0\x11\1\5\0\0\0\1\x88\0\xbgrpc-status\2" \
	"12"

#define TRY (5 * FL_SEC)

static struct fl_address at(const struct server *server)
{
	return (struct fl_address){ .host = "127.0.0.1", .port = (uint16_t)server->port };
}

/* Trap 1: if a server accepts and resets, a connect succeeds and a call fails. */
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

static int probe_tcp(const char *host, uint16_t port, int64_t limit, struct fl_error *err)
{
	struct fl_address address = { .port = port };

	snprintf(address.host, sizeof(address.host), "%s", host);
	return fl_probe(FL_PROBE_TCP, &address, false, limit, FL_NEVER, err);
}

/* two.example has two addresses: the server listens on the second one, or on the first. */
static bool second_one;

int __wrap_fl_lookup(const struct fl_lookup *lookup, fl_time deadline, struct addrinfo **found)
{
	struct fl_lookup other = *lookup;
	int status;

	if (strcmp(lookup->host, "two.example") != 0)
		return __real_fl_lookup(lookup, deadline, found);
	other.host = second_one ? "127.0.0.2" : "127.0.0.1";
	status = __real_fl_lookup(&other, deadline, found);
	other.host = second_one ? "127.0.0.1" : "127.0.0.2";
	return status != 0 ? status : __real_fl_lookup(&other, deadline, &(*found)->ai_next);
}

static void a_closed_port_is_refused(void **state)
{
	static const struct server_rule rules[] = { { .to = "", .act = SERVER_HANG_UP },
						    { .to = NULL } };
	struct server server = server_start(rules, false);
	uint16_t port = (uint16_t)server.port;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(probe_tcp("two.example", port, TRY, &err), 0);
	second_one = true;
	assert_int_equal(probe_tcp("two.example", port, TRY, &err), 0);
	server_stop(&server);
	assert_int_equal(probe_tcp("127.0.0.1", port, TRY, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(err.errnum, ECONNREFUSED);
	assert_non_null(strstr(err.message, "127.0.0.1:"));
}

static void a_name_without_an_address_is_named(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(probe_tcp("no-such-host.invalid", 9, TRY, &err), -1);
	assert_non_null(strstr(err.message, "no-such-host.invalid:9"));
}

/* A listener whose queue is full does not answer a connect. */
static void a_connect_ends_with_the_time(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct fl_error err = FL_ERROR_INIT;
	int fillers[8];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&in, size), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	for (size_t i = 0; i < FL_ARRAY_SIZE(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&in, size);
	}
	assert_int_equal(probe_tcp("127.0.0.1", ntohs(in.sin_port), 50 * FL_MS, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	for (size_t i = 0; i < FL_ARRAY_SIZE(fillers); i++)
		close(fillers[i]);
	close(fd);
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

/* The try that the deadline cuts short can only say "no answer in time". */
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
		cmocka_unit_test(a_closed_port_is_refused),
		cmocka_unit_test(a_name_without_an_address_is_named),
		cmocka_unit_test(a_connect_ends_with_the_time),
		cmocka_unit_test(it_is_repeated_until_an_answer_comes),
		cmocka_unit_test(a_silent_server_ends_with_the_time),
		cmocka_unit_test(the_reason_outlives_the_deadline),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
