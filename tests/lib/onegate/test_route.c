/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: socket */
/* What the kernel's routing says; tests/cli/fl-onegate-publish.t has links of its own for more. */
#include "onegate/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);

static bool no_sockets;

int __wrap_socket(int domain, int type, int protocol)
{
	errno = EMFILE;
	return no_sockets ? -1 : __real_socket(domain, type, protocol);
}

static void test_addresses(void **state)
{
	char source[INET6_ADDRSTRLEN] = "";
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_route_source("127.0.0.1", AF_INET, FL_NEVER, source, &err), 0);
	assert_string_equal(source, "127.0.0.1");
	/* The other family's address is no name that is asked for. */
	assert_int_equal(fl_route_source("127.0.0.1", AF_INET6, FL_NEVER, source, &err), 0);
	assert_string_equal(source, "");
	assert_int_equal(fl_route_source("::1", AF_INET, FL_NEVER, source, &err), 0);
	assert_string_equal(source, "");
}

/* Whatever this machine has, the answer is consistent. */
static void test_default(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(families); i++) {
		struct fl_route route = { .link = "x", .source = "" };
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_route_default(families[i], &route, &err), 0);
		if (route.link[0] != '\0')
			assert_int_not_equal(if_nametoindex(route.link), 0);
	}
}

/* Another rule would name another address than the one that SuperNodes reach. */
static void test_not_asked(void **state)
{
	char source[INET6_ADDRSTRLEN] = "";
	struct fl_error err = FL_ERROR_INIT;
	struct fl_route route;

	(void)state;
	no_sockets = true;
	assert_int_equal(fl_route_source("127.0.0.1", AF_INET, FL_NEVER, source, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "127.0.0.1"));
	assert_int_equal(fl_route_default(AF_INET, &route, &err), -1);
	assert_int_equal(err.errnum, EMFILE);
	no_sockets = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_not_asked),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
