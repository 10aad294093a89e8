/* SPDX-License-Identifier: Apache-2.0 */
/* What fl-configure does at a first and at a later boot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "layout.h"
#include "resolved.h"
#include "scratch.h"
#include "stage.h"
#include "standing.h"

/* One fl-configure: the number of differences that it warned of, or -1 if nothing stands. */
static int configure(const struct fl_paths *paths, const char *text, struct fl_settings *settings)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_layout struct fl_layout *layout = NULL;
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	bool stands;

	resolve(settings, text);
	stands = fl_standing_apply(settings, paths, &findings);
	layout = fl_layout_new(paths, settings);
	assert_int_equal(fl_layout_write_config(layout, &changed, &err), 0);
	return stands ? (int)findings.count : -1;
}

static void a_failed_first_boot_can_be_repeated(void **state)
{
	fl_auto_settings struct fl_settings first = FL_SETTINGS_INIT, second = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_int_equal(configure(&paths, "FL_NUM_ROUNDS=4\n", &first), -1);
	assert_int_equal(fl_stage_set(&paths, "bootstrap_failure", &err), 0);
	assert_int_equal(configure(&paths, "FL_NUM_ROUNDS=5\n", &second), -1);
	assert_string_equal(fl_settings_get(&second, FL_PARAM_NUM_ROUNDS), "5");
}

static void after_a_success_the_configuration_stands(void **state)
{
	fl_auto_settings struct fl_settings first = FL_SETTINGS_INIT, same = FL_SETTINGS_INIT,
					    other = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	struct stat before, after;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_int_equal(configure(&paths, "FL_NUM_ROUNDS=4\n", &first), -1);
	assert_int_equal(fl_stage_set(&paths, "bootstrap_success", &err), 0);
	assert_int_equal(stat(paths.json, &before), 0);
	assert_int_equal(configure(&paths, "ONEAPP_FL_NUM_ROUNDS=4\n", &same), 0);
	assert_int_equal(configure(&paths, "FL_NUM_ROUNDS=5\nFL_STRATEGY=FedProx\n", &other), 2);
	assert_string_equal(fl_settings_get(&other, FL_PARAM_NUM_ROUNDS), "4");
	assert_string_equal(fl_settings_get(&other, FL_PARAM_STRATEGY), "FedAvg");
	assert_int_equal(stat(paths.json, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void a_damaged_file_is_made_anew(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	scratch_write(paths.json, "{ half");
	assert_int_equal(fl_stage_set(&paths, "bootstrap_success", &err), 0);
	resolve(&settings, "FL_NUM_ROUNDS=6\n");
	assert_false(fl_standing_apply(&settings, &paths, &findings));
	assert_int_equal(findings.count, 1);
	/* It is fl-configure itself that says so: no advice to run it. */
	assert_null(strstr(findings.list[0].text, "fl-configure again"));
	assert_non_null(strstr(findings.list[0].text, "made anew from the context"));
	assert_string_equal(fl_settings_get(&settings, FL_PARAM_NUM_ROUNDS), "6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_failed_first_boot_can_be_repeated, scratch_empty),
		cmocka_unit_test_setup(after_a_success_the_configuration_stands, scratch_empty),
		cmocka_unit_test_setup(a_damaged_file_is_made_anew, scratch_empty),
	};

	return cmocka_run_group_tests_name("standing", tests, scratch_make, scratch_remove);
}
