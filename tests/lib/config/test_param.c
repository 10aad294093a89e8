/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/param.h"

static void every_entry_is_complete(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FL_PARAM_COUNT; i++) {
		const struct fl_param *param = fl_param((enum fl_param_id)i);

		assert_non_null(param->name);
		assert_true(param->text != NULL && param->text[0] != '\0');
		assert_true(param->valid != NULL && strncmp(param->valid, "must be ", 8) == 0);
		assert_true(param->goes_to != NULL && param->goes_to[0] != '\0');
		/* USER_INPUTS separates its fields with '|' and quotes them with '"'. */
		assert_null(strpbrk(param->text, "|\"\n"));
		assert_int_equal(fl_param_find(param->name), i);
		assert_int_equal(param->choices != NULL, param->kind == FL_KIND_CHOICE);
		if (i < FL_PARAM_CONFIG_COUNT)
			assert_non_null(param->fallback);
	}
	assert_int_equal(fl_param_find("FL_NOTHING"), FL_PARAM_COUNT);
}

static void the_nearest_name_is_found(void **state)
{
	(void)state;
	assert_string_equal(fl_param_nearest("FL_STRATGY"), "FL_STRATEGY");
	assert_string_equal(fl_param_nearest("FL_NUM_ROUND"), "FL_NUM_ROUNDS");
	assert_string_equal(fl_param_nearest("FLOWER_VERSON"), "FLOWER_VERSION");
	assert_string_equal(fl_param_nearest("FL_TLS_ENABLE"), "FL_TLS_ENABLED");
	assert_non_null(fl_param_nearest(""));
}

static void the_plain_name_wins(void **state)
{
	static const char text[] = "export ONEAPP_FL_STRATEGY=\"FedProx\"\n"
				   "export FL_NUM_ROUNDS=\"\"\n"
				   "export ONEAPP_FL_NUM_ROUNDS=\"7\"\n"
				   "export ONEAPP_FL_LOG_LEVEL=\"DEBUG\"\n"
				   "export FL_LOG_LEVEL=\"ERROR\"\n";
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;
	enum fl_origin origin;

	(void)state;
	assert_int_equal(fl_context_parse("test", text, sizeof(text) - 1, &context, &err), 0);
	assert_string_equal(fl_param_lookup(FL_PARAM_STRATEGY, context, &origin), "FedProx");
	assert_int_equal(origin, FL_ORIGIN_ONEAPP);
	assert_string_equal(fl_param_lookup(FL_PARAM_NUM_ROUNDS, context, &origin), "7");
	assert_string_equal(fl_param_lookup(FL_PARAM_LOG_LEVEL, context, &origin), "ERROR");
	assert_int_equal(origin, FL_ORIGIN_CONTEXT);
	assert_null(fl_param_lookup(FL_PARAM_ISOLATION, context, &origin));
	assert_int_equal(origin, FL_ORIGIN_DEFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_is_complete),
		cmocka_unit_test(the_nearest_name_is_found),
		cmocka_unit_test(the_plain_name_wins),
	};

	return cmocka_run_group_tests_name("param", tests, NULL, NULL);
}
