/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/paramcheck.h"

static void every_default_is_valid(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FL_PARAM_COUNT; i++) {
		const struct fl_param *param = fl_param((enum fl_param_id)i);
		struct fl_error err = FL_ERROR_INIT;

		if (param->fallback != NULL &&
		    fl_param_check((enum fl_param_id)i, param->fallback, &err) != 0)
			fail_msg("default of %s: %s", param->name, err.message);
	}
}

static void refusals_say_what_is_wrong(void **state)
{
	static const struct {
		enum fl_param_id id;
		const char *value, *message;
	} cases[] = {
		{ FL_PARAM_FLOWER_VERSION, "1.25.0 ",
		  "FLOWER_VERSION: '1.25.0 ' must be a Docker tag" },
		{ FL_PARAM_FLOWER_VERSION, "1.21.0",
		  "FLOWER_VERSION: '1.21.0' is too old; the oldest version "
		  "that works here is 1.22.0" },
		{ FL_PARAM_FLOWER_IMAGE, "flwr/superlink:1",
		  "FLOWER_IMAGE: 'flwr/superlink:1' must be" },
		{ FL_PARAM_NUM_ROUNDS, "0",
		  "FL_NUM_ROUNDS: '0' must be a whole number from 1 to " },
		{ FL_PARAM_NUM_ROUNDS, "-1", "FL_NUM_ROUNDS: '-1'" },
		{ FL_PARAM_NUM_ROUNDS, "3 ", "FL_NUM_ROUNDS: '3 '" },
		{ FL_PARAM_NUM_ROUNDS, "0x10", "FL_NUM_ROUNDS: '0x10'" },
		{ FL_PARAM_NUM_ROUNDS, "99999999999999999999", "FL_NUM_ROUNDS: '9999" },
		{ FL_PARAM_STRATEGY, "fedavg",
		  "FL_STRATEGY: 'fedavg' must be one of FedAvg, FedProx, FedAdam; "
		  "write it as FedAvg" },
		{ FL_PARAM_FLEET_API_ADDRESS, "example.org:9092",
		  "FL_FLEET_API_ADDRESS: 'example.org:9092'" },
		{ FL_PARAM_DATABASE, "/tmp/x.db",
		  "FL_DATABASE: '/tmp/x.db' must be a file inside the state" },
		{ FL_PARAM_HEALTH_TIMEOUT, "3601",
		  "FL_HEALTH_TIMEOUT: '3601' must be whole seconds" },
		{ FL_PARAM_LOG_LEVEL, "TRACE", "FL_LOG_LEVEL: 'TRACE' must be one of DEBUG, INFO" },
		{ FL_PARAM_ETH0_IP, "::1", "ETH0_IP: '::1' must be an IPv4 address" },
		{ FL_PARAM_NUM_ROUNDS, "1\n2", "FL_NUM_ROUNDS: '1\\n2'" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_param_check(cases[i].id, cases[i].value, &err), -1);
		assert_int_equal(err.code, FL_EXIT_CONFIG);
		if (strstr(err.message, cases[i].message) != err.message)
			fail_msg("'%s' is not the start of '%s'", cases[i].message, err.message);
	}
}

static void a_secret_is_never_shown(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_param_check(FL_PARAM_TOKENTXT, "geheim wort", &err), -1);
	assert_null(strstr(err.message, "geheim"));
	assert_non_null(strstr(err.message, "TOKENTXT"));
}

static void values_of_the_context_are_checked(void **state)
{
	static const char text[] = "export FL_STRATEGY=\"FedProx\"\n"
				   "export ONEAPP_FL_NUM_ROUNDS=\"none\"\n";
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;
	const char *value = "left";

	(void)state;
	assert_int_equal(fl_context_parse("test", text, sizeof(text) - 1, &context, &err), 0);
	assert_int_equal(fl_param_read(FL_PARAM_STRATEGY, context, &value, &err), 0);
	assert_string_equal(value, "FedProx");
	assert_int_equal(fl_param_read(FL_PARAM_ISOLATION, context, &value, &err), 0);
	assert_null(value);
	assert_int_equal(fl_param_read(FL_PARAM_NUM_ROUNDS, context, &value, &err), -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
	assert_non_null(strstr(err.message, "FL_NUM_ROUNDS: 'none'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_is_valid),
		cmocka_unit_test(refusals_say_what_is_wrong),
		cmocka_unit_test(a_secret_is_never_shown),
		cmocka_unit_test(values_of_the_context_are_checked),
	};

	return cmocka_run_group_tests_name("paramcheck", tests, NULL, NULL);
}
