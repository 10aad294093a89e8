/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolved.h"

static void an_empty_context_works(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_free char *image = NULL;

	(void)state;
	resolve_with(&settings, "", &findings);
	assert_int_equal(findings.errors, 0);
	assert_string_equal(fl_settings_get(&settings, FL_PARAM_STRATEGY), "FedAvg");
	assert_int_equal(fl_settings_integer(&settings, FL_PARAM_NUM_ROUNDS), 3);
	assert_int_equal(fl_settings_address(&settings, FL_PARAM_FLEET_API_ADDRESS).port, 9092);
	assert_true(fl_settings_subprocess(&settings));
	assert_string_equal(fl_settings_database(&settings), "state.db");
	image = fl_settings_image(&settings);
	assert_string_equal(image, "flwr/superlink:1.25.0");
	/* The only finding warns that the default opens the Control API to everybody. */
	assert_int_equal(findings.count, 1);
	assert_true(found(&findings, FL_WARNING, "127.0.0.1:9093 is recommended"));
}

static void every_bad_value_is_reported(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	resolve_with(&settings,
		     "export FL_NUM_ROUNDS=\"zero\"\nexport FL_STRATEGY=\"Best\"\n"
		     "export ONEAPP_FL_DATABASE=\"/tmp/x\"\nexport FL_TLS_ENABLED=\"yes\"\n",
		     &findings);
	assert_int_equal(findings.errors, 4);
	assert_true(found(&findings, FL_ERR, "FL_NUM_ROUNDS: 'zero'"));
	assert_true(found(&findings, FL_ERR, "FL_STRATEGY: 'Best'"));
	assert_true(found(&findings, FL_ERR, "ONEAPP_FL_DATABASE: '/tmp/x'"));
	assert_true(found(&findings, FL_ERR, "FL_TLS_ENABLED: 'yes' asks for TLS"));
}

static void without_a_file_the_context_is_used(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT, none = FL_SETTINGS_INIT;
	fl_auto_context struct fl_context *good = NULL, *bad = NULL;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_paths_init(&paths, "/nonexistent", NULL);
	assert_int_equal(fl_context_parse("test", "FL_NUM_ROUNDS=8\n", 16, &good, &err), 0);
	assert_int_equal(fl_resolve_load(&settings, &paths, good, &err), 0);
	assert_string_equal(fl_settings_get(&settings, FL_PARAM_NUM_ROUNDS), "8");
	assert_int_equal(fl_resolve_load(&none, &paths, NULL, &err), 0);
	assert_string_equal(fl_settings_get(&none, FL_PARAM_NUM_ROUNDS), "3");
	assert_int_equal(fl_context_parse("test", "FL_NUM_ROUNDS=0\n", 16, &bad, &err), 0);
	assert_int_equal(fl_resolve_load(&none, &paths, bad, &err), -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_context_works),
		cmocka_unit_test(every_bad_value_is_reported),
		cmocka_unit_test(without_a_file_the_context_is_used),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
