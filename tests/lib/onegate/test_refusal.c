/* SPDX-License-Identifier: Apache-2.0 */
/* The causes named for what OneGate answers. */
#include "onegate/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_causes(void **state)
{
	static const struct {
		long status;
		const char *answer, *part;
	} cases[] = {
		{ 307, "", "redirects are not followed" },
		{ 400, "", "not the URL of a OneGate" },
		{ 401, "Not authorized", "TOKEN=YES is missing from the VM template's CONTEXT" },
		{ 403, "Attribute (SERVICE_ID) cannot be modified", "restricted_attrs" },
		{ 403, "Host not permitted", "by its IP address only" },
		{ 404, "", "the VM is gone" },
		{ 405, "", "does not know the method" },
		{ 501, "", "does not know the method" },
		{ 407, "", "a proxy answers" },
		{ 413, "", "publish less" },
		{ 418, "", "onegate.log" },
		{ 429, "", "too many requests" },
		{ 500, "", "onegate.log and oned.log" },
		{ 503, "", "down or starting" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++)
		assert_non_null(
			strstr(fl_refusal_cause(cases[i].status, cases[i].answer), cases[i].part));
}

static void test_advice(void **state)
{
	(void)state;
	assert_non_null(strstr(fl_refusal_advice(FL_HTTP_RESOLVE), "DNS"));
	assert_non_null(strstr(fl_refusal_advice(FL_HTTP_CONNECT), "route"));
	assert_non_null(strstr(fl_refusal_advice(FL_HTTP_TIMEOUT), "firewall"));
	assert_non_null(strstr(fl_refusal_advice(FL_HTTP_TLS), "clock"));
	assert_non_null(strstr(fl_refusal_advice(FL_HTTP_PROTOCOL), "not the URL of a OneGate"));
	assert_non_null(strstr(fl_refusal_advice(FL_HTTP_CLOSED), "OneGate runs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_causes),
					    cmocka_unit_test(test_advice) };

	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
