/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/review.h"
#include "resolved.h"

static size_t errors_in(const char *text)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	resolve_with(&settings, text, &findings);
	return findings.errors;
}

static void ports_must_differ(void **state)
{
	static const struct {
		const char *text;
		size_t errors;
	} cases[] = {
		{ "FL_FLEET_API_ADDRESS=0.0.0.0:9093\n", 1 },
		{ "FL_CONTROL_API_ADDRESS=127.0.0.1:9092\n", 1 },
		{ "FL_FLEET_API_ADDRESS=0.0.0.0:9091\n", 1 },
		{ "FL_CONTROL_API_ADDRESS=0.0.0.0:9091\nFL_FLEET_API_ADDRESS=0.0.0.0:9091\n", 3 },
		{ "FL_FLEET_API_ADDRESS=0.0.0.0:9093\nFL_CONTROL_API_ADDRESS=0.0.0.0:9092\n", 0 },
		/* Only the bad value is an error: the default in its place clashes with nothing. */
		{ "FL_FLEET_API_ADDRESS=x\nFL_CONTROL_API_ADDRESS=127.0.0.1:9092\n", 1 },
		{ "FL_FLEET_API_ADDRESS=127.0.0.1:9093\nFL_CONTROL_API_ADDRESS=x\n", 1 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++)
		assert_int_equal(errors_in(cases[i].text), cases[i].errors);
}

/* From 1.40 on the Control API is open on the Fleet API's address, so its own has no effect. */
static void one_port_for_both_apis_is_a_warning(void **state)
{
	static const char old[] = "FLOWER_VERSION=1.39.0\n", new[] = "FLOWER_VERSION=1.40.0\n";
	static const char new_and_set[] = "FLOWER_VERSION=1.40.0\n"
					  "FL_FLEET_API_ADDRESS=10.0.0.5:9092\n"
					  "FL_CONTROL_API_ADDRESS=127.0.0.1:9093\n";
	static const char shared[] = "FL_FLEET_API_ADDRESS: Flower 1.40.0 serves the Control API";
	static const char *const texts[] = { old, new, new_and_set };
	struct fl_settings settings[3] = { FL_SETTINGS_INIT, FL_SETTINGS_INIT, FL_SETTINGS_INIT };
	struct fl_findings findings[3] = { FL_FINDINGS_INIT, FL_FINDINGS_INIT, FL_FINDINGS_INIT };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(texts); i++)
		resolve_with(&settings[i], texts[i], &findings[i]);
	assert_false(found(&findings[0], FL_WARNING, "FL_FLEET_API_ADDRESS"));
	assert_true(found(&findings[0], FL_WARNING, "127.0.0.1:9093 is recommended"));
	assert_true(found(&findings[1], FL_WARNING, shared));
	assert_false(found(&findings[1], FL_WARNING, "FL_CONTROL_API_ADDRESS"));
	assert_true(found(&findings[2], FL_WARNING, shared));
	assert_true(found(&findings[2], FL_WARNING, "whoever reaches 10.0.0.5:9092 runs code"));
	assert_true(found(&findings[2], FL_WARNING, "FL_CONTROL_API_ADDRESS: has no effect"));
	for (size_t i = 0; i < FL_ARRAY_SIZE(texts); i++) {
		fl_settings_free(&settings[i]);
		fl_findings_free(&findings[i]);
	}
}

static void a_default_in_place_of_a_bad_value_is_not_reviewed(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	resolve_with(&settings,
		     "FL_CONTROL_API_ADDRESS=x\nFL_MIN_AVAILABLE_CLIENTS=x\nFL_MIN_FIT_CLIENTS=9\n",
		     &findings);
	assert_int_equal(findings.errors, 2);
	assert_int_equal(findings.count, 2);
	resolve_with(&settings, "FL_MIN_AVAILABLE_CLIENTS=1\nFL_MIN_FIT_CLIENTS=x\n", &findings);
	assert_false(found(&findings, FL_WARNING, "below FL_MIN_FIT_CLIENTS"));
	assert_true(found(&findings, FL_WARNING, "1 is below FL_MIN_EVALUATE_CLIENTS of 2"));
}

static void the_plain_name_of_a_placeholder_wins(void **state)
{
	static const struct {
		const char *text;
		size_t errors;
	} cases[] = {
		{ "FL_TLS_ENABLED=NO\nONEAPP_FL_TLS_ENABLED=YES\n", 0 },
		{ "FL_TLS_ENABLED=YES\nONEAPP_FL_TLS_ENABLED=NO\n", 1 },
		{ "FL_TLS_ENABLED=\nONEAPP_FL_TLS_ENABLED=YES\n", 1 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++)
		assert_int_equal(errors_in(cases[i].text), cases[i].errors);
}

static void a_wish_for_tls_is_never_ignored(void **state)
{
	static const char *const asks[] = { "YES", "yes", "True", "1", "on", "maybe", NULL };
	static const char *const declines[] = { "NO", "false", "0", "OFF", NULL };
	char text[64];

	(void)state;
	for (size_t i = 0; asks[i] != NULL; i++) {
		fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
		fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

		snprintf(text, sizeof(text), "export ONEAPP_FL_TLS_ENABLED=\"%s\"\n", asks[i]);
		resolve_with(&settings, text, &findings);
		assert_int_equal(findings.errors, 1);
	}
	for (size_t i = 0; declines[i] != NULL; i++) {
		fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
		fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

		snprintf(text, sizeof(text), "export FL_TLS_ENABLED=\"%s\"\n", declines[i]);
		resolve_with(&settings, text, &findings);
		assert_int_equal(findings.errors, 0);
		assert_true(found(&findings, FL_INFO, "FL_TLS_ENABLED: has no effect yet"));
	}
}

static void odd_names_and_numbers_are_mentioned(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	resolve_with(
		&settings,
		"FL_STRATGY=FedAvg\nONEAPP_FLOWER_VERSON=1\nFL_OLD=\nMY_FL_X=1\nFL_GPU_ENABLED="
		"YES\n"
		"FL_MIN_FIT_CLIENTS=5\nFLOWER_VERSION=latest\n",
		&findings);
	assert_int_equal(findings.errors, 0);
	assert_true(found(&findings, FL_WARNING,
			  "FL_STRATGY: unknown variable, not used; did you mean "
			  "FL_STRATEGY?"));
	assert_true(found(&findings, FL_WARNING, "did you mean FLOWER_VERSION?"));
	assert_false(found(&findings, FL_WARNING, "FL_OLD"));
	assert_false(found(&findings, FL_WARNING, "MY_FL_X"));
	assert_true(found(&findings, FL_INFO,
			  "FL_GPU_ENABLED: has no effect yet, it belongs to phase 6"));
	assert_true(found(&findings, FL_WARNING, "2 is below FL_MIN_FIT_CLIENTS of 5"));
	assert_true(found(&findings, FL_WARNING,
			  "'latest' names no version; it is untested and is started like 1.25"));
	resolve_with(&settings, "FLOWER_VERSION=1.99.0\n", &findings);
	assert_true(found(&findings, FL_WARNING,
			  "'1.99.0' is newer than these tools know; it is untested and is started "
			  "like the newest version they know"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_must_differ),
		cmocka_unit_test(one_port_for_both_apis_is_a_warning),
		cmocka_unit_test(a_default_in_place_of_a_bad_value_is_not_reviewed),
		cmocka_unit_test(the_plain_name_of_a_placeholder_wins),
		cmocka_unit_test(a_wish_for_tls_is_never_ignored),
		cmocka_unit_test(odd_names_and_numbers_are_mentioned),
	};

	return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
