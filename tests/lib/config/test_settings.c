/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/settings.h"
#include "resolved.h"
#include "scratch.h"

/* Reads a superlink.json that holds TEXT. */
static enum fl_settings_state read_back(struct fl_settings *settings, const char *text,
					struct fl_error *err)
{
	fl_auto_free char *path = fl_xasprintf("%s/superlink.json", scratch);

	scratch_write(path, text);
	return fl_settings_read(settings, path, err);
}

static void the_file_keeps_all_settings(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT, again = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *json = NULL, *second = NULL;

	(void)state;
	resolve_with(&settings,
		     "FL_NUM_ROUNDS=7\nONEAPP_FL_STRATEGY=FedProx\nFL_DATABASE='state/a "
		     "\"b\".db'\nTOKENTXT=geheim\n",
		     &findings);
	assert_int_equal(findings.errors, 0);
	json = fl_settings_json(&settings);
	assert_null(strstr(json, "geheim"));
	assert_int_equal(read_back(&again, json, &err), FL_SETTINGS_READ);
	for (size_t i = 0; i < FL_PARAM_CONFIG_COUNT; i++)
		assert_string_equal(again.of[i].value, settings.of[i].value);
	assert_int_equal(again.of[FL_PARAM_STRATEGY].origin, FL_ORIGIN_ONEAPP);
	assert_int_equal(again.of[FL_PARAM_NUM_ROUNDS].origin, FL_ORIGIN_CONTEXT);
	assert_int_equal(again.of[FL_PARAM_ISOLATION].origin, FL_ORIGIN_DEFAULT);
	second = fl_settings_json(&again);
	assert_string_equal(json, second);
}

static void a_damaged_file_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{\"parameters\":1}",
		"{\"parameters\":{\"FL_NUM_ROUNDS\":{\"value\":\"0\"}}}",
		"{\"parameters\":{\"FL_NUM_ROUNDS\":{\"value\":3}}}",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(read_back(&settings, bad[i], &err), FL_SETTINGS_DAMAGED);
		assert_int_equal(err.code, FL_EXIT_CONFIG);
		assert_non_null(strstr(err.message, scratch));
	}
}

static void a_missing_parameter_has_its_default(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(read_back(&settings,
				   "{\"parameters\":{\"FL_NUM_ROUNDS\":{\"value\":\"9\"}}}", &err),
			 FL_SETTINGS_READ);
	assert_int_equal(fl_settings_integer(&settings, FL_PARAM_NUM_ROUNDS), 9);
	assert_string_equal(fl_settings_get(&settings, FL_PARAM_LOG_LEVEL), "INFO");
}

static void a_missing_file_says_what_to_run(void **state)
{
	static const char absent[] = "/nonexistent/superlink.json";
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_settings_read(&settings, absent, &err), FL_SETTINGS_ABSENT);
	assert_null(strstr(err.message, "fl-configure"));
	assert_int_equal(fl_settings_require(&settings, absent, &err), FL_SETTINGS_ABSENT);
	assert_non_null(strstr(err.message, "; fl-configure makes it"));
}

static void values_are_understood(void **state)
{
	static const struct {
		const char *text, *control, *database;
	} cases[] = {
		{ "FL_DATABASE=state/a.db\nFL_CONTROL_API_ADDRESS=localhost:1234\n",
		  "127.0.0.1:1234", "a.db" },
		{ "FL_DATABASE=/app/state/d/a.db\nFL_CONTROL_API_ADDRESS=10.0.0.5:9093\n",
		  "10.0.0.5:9093", "d/a.db" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
		struct fl_address address;
		fl_auto_free char *shown = NULL;

		resolve(&settings, cases[i].text);
		address = fl_settings_address(&settings, FL_PARAM_CONTROL_API_ADDRESS);
		shown = fl_address_text(&address);
		assert_string_equal(shown, cases[i].control);
		assert_string_equal(fl_settings_database(&settings), cases[i].database);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_keeps_all_settings),
		cmocka_unit_test(a_damaged_file_is_refused),
		cmocka_unit_test(a_missing_parameter_has_its_default),
		cmocka_unit_test(a_missing_file_says_what_to_run),
		cmocka_unit_test(values_are_understood),
	};

	return cmocka_run_group_tests_name("settings", tests, scratch_make, scratch_remove);
}
