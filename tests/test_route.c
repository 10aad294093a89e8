/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's routing says; tests/cli/fl-onegate-publish.t has links of its own for more. */
#include "route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_addresses(void **state)
{
	char source[INET6_ADDRSTRLEN] = "";

	(void)state;
	assert_true(fl_route_source("127.0.0.1", AF_INET, FL_NEVER, source));
	assert_string_equal(source, "127.0.0.1");
	/* The other family's address is no name that is asked for. */
	assert_false(fl_route_source("127.0.0.1", AF_INET6, FL_NEVER, source));
	assert_false(fl_route_source("::1", AF_INET, FL_NEVER, source));
}

/* Whatever this machine has, the answer is consistent. */
static void test_default(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(families); i++) {
		struct fl_route route = { .link = "x", .source = "" };

		if (fl_route_default(families[i], &route))
			assert_int_not_equal(if_nametoindex(route.link), 0);
		else
			assert_string_equal(route.link, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_default),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
