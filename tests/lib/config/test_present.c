/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "config/present.h"
#include "superlink/stage.h"
#include "scratch.h"

static struct fl_paths paths;
static char lines[4096];

static void catch (void *data, enum fl_level level, const char *line)
{
	(void)data, (void)level;
	strncat(lines, line, sizeof(lines) - strlen(lines) - 1);
	strncat(lines, "\n", sizeof(lines) - strlen(lines) - 1);
}

static int begin(void **state)
{
	lines[0] = '\0';
	fl_log_set_sink(catch, NULL);
	return scratch_empty(state);
}

static int start(void **state)
{
	int result = scratch_make(state);

	fl_paths_init(&paths, scratch, NULL);
	return result;
}

static int end(void **state)
{
	fl_log_set_sink(NULL, NULL);
	fl_paths_free(&paths);
	return scratch_remove(state);
}

static void a_missing_context_is_named(void **state)
{
	fl_auto_present struct fl_present present = FL_PRESENT_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_present_read(&present, &paths, &err), -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
	assert_non_null(strstr(err.message, paths.context));
}

static void errors_are_logged_and_counted(void **state)
{
	fl_auto_present struct fl_present present = FL_PRESENT_INIT;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(paths.context, "export FL_NUM_ROUNDS=\"0\"\nexport FL_STRATEGY=\"x\"\n");
	assert_int_equal(fl_present_read(&present, &paths, &err), 0);
	assert_int_equal(fl_present_validate(&present, &paths, &err), -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
	assert_non_null(strstr(err.message, "2 errors"));
	assert_non_null(strstr(lines, "FL_NUM_ROUNDS: '0'"));
	assert_non_null(strstr(lines, "FL_STRATEGY: 'x'"));
}

static void a_fixed_configuration_is_used(void **state)
{
	fl_auto_present struct fl_present first = FL_PRESENT_INIT, later = FL_PRESENT_INIT;
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *json = NULL;

	(void)state;
	scratch_write(paths.context, "FL_NUM_ROUNDS=4\n");
	assert_int_equal(fl_present_read(&first, &paths, &err), 0);
	assert_int_equal(fl_present_validate(&first, &paths, &err), 0);
	assert_false(first.stands);
	json = fl_settings_json(&first.settings);
	scratch_write(paths.json, json);
	assert_int_equal(fl_stage_set(&paths, "bootstrap_success", &err), 0);
	scratch_write(paths.context, "FL_NUM_ROUNDS=5\n");
	assert_int_equal(fl_present_read(&later, &paths, &err), 0);
	assert_int_equal(fl_present_validate(&later, &paths, &err), 0);
	assert_true(later.stands);
	assert_string_equal(fl_settings_get(&later.settings, FL_PARAM_NUM_ROUNDS), "4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_missing_context_is_named, begin),
		cmocka_unit_test_setup(errors_are_logged_and_counted, begin),
		cmocka_unit_test_setup(a_fixed_configuration_is_used, begin),
	};

	return cmocka_run_group_tests_name("present", tests, start, end);
}
