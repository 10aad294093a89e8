/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "net/tcp.h"
#include "server.h"

static const struct server_rule hang_up[] = { { .to = "", .act = SERVER_HANG_UP }, { .to = NULL } };

static int probe(const char *text, uint16_t port, struct fl_error *err)
{
	struct fl_address address = { .port = port };

	snprintf(address.host, sizeof(address.host), "%s", text);
	return fl_tcp_probe(&address, fl_deadline(10), err);
}

/* Trap 1: this is all that `nc -z` proves. */
static void trap_1_whoever_accepts_is_enough(void **state)
{
	struct server server = server_start(hang_up, false);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(probe("127.0.0.1", (uint16_t)server.port, &err), 0);
	assert_int_equal(probe("localhost", (uint16_t)server.port, &err), 0);
	server_stop(&server);
}

static void a_closed_port_is_refused(void **state)
{
	struct server server = server_start(hang_up, false);
	uint16_t port = (uint16_t)server.port;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	server_stop(&server);
	assert_int_equal(probe("127.0.0.1", port, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(err.errnum, ECONNREFUSED);
	assert_non_null(strstr(err.message, "127.0.0.1:"));
}

static void a_name_without_an_address_is_named(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(probe("no-such-host.invalid", 9, &err), -1);
	assert_non_null(strstr(err.message, "no-such-host.invalid:9"));
}

/* A listener whose queue is full leaves a connect unanswered. */
static void a_deadline_ends_it(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct fl_address address = { .host = "127.0.0.1" };
	struct fl_error err = FL_ERROR_INIT;
	int fillers[8];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&in, size), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	address.port = ntohs(in.sin_port);
	for (size_t i = 0; i < FL_ARRAY_SIZE(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&in, size);
	}
	assert_int_equal(fl_tcp_probe(&address, fl_now() + 50 * FL_MS, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	for (size_t i = 0; i < FL_ARRAY_SIZE(fillers); i++)
		close(fillers[i]);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_1_whoever_accepts_is_enough),
		cmocka_unit_test(a_closed_port_is_refused),
		cmocka_unit_test(a_name_without_an_address_is_named),
		cmocka_unit_test(a_deadline_ends_it),
	};

	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
