/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: access open */
/* What fl-configure does at a first and at a later boot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/frozen.h"
#include "superlink/layout.h"
#include "superlink/stage.h"
#include "resolved.h"
#include "scratch.h"

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static const char *unreadable; /* a path that cannot be read, NULL for none */

static bool fails(const char *path)
{
	errno = EIO;
	return unreadable != NULL && strcmp(path, unreadable) == 0;
}

int __wrap_access(const char *path, int mode)
{
	return fails(path) ? -1 : __real_access(path, mode);
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	return fails(path) ? -1 : __real_open(path, flags, mode);
}

/* Runs fl-configure. Returns how many differences it warned of, or -1 if nothing is fixed yet. */
static int configure(const struct fl_paths *paths, const char *text, struct fl_settings *settings)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	bool stands;

	resolve(settings, text);
	assert_int_equal(fl_frozen_apply(settings, paths, &findings, &stands, &err), 0);
	assert_int_equal(fl_layout_write_config(paths, settings, &changed, &err), 0);
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

static void after_a_success_the_configuration_is_fixed(void **state)
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
	assert_int_equal(configure(&paths, "FL_NUM_ROUNDS=5\nFLOWER_VERSION=1.24.0\n", &other), 2);
	assert_string_equal(fl_settings_get(&other, FL_PARAM_NUM_ROUNDS), "4");
	assert_string_equal(fl_settings_get(&other, FL_PARAM_FLOWER_VERSION), "1.25.0");
	assert_int_equal(stat(paths.json, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void a_damaged_file_is_written_again(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	bool stands;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_int_equal(fl_frozen_mark(&paths, &err), 0);
	assert_int_equal(access(paths.booted, F_OK), -1); /* nothing is configured yet */
	scratch_write(paths.json, "{ half");
	assert_int_equal(fl_frozen_mark(&paths, &err), 0);
	resolve(&settings, "FL_NUM_ROUNDS=6\n");
	assert_int_equal(fl_frozen_apply(&settings, &paths, &findings, &stands, &err), 0);
	assert_false(stands);
	assert_int_equal(findings.count, 1);
	/* fl-configure itself prints this, so there is no advice to run it. */
	assert_null(strstr(findings.list[0].text, "fl-configure makes it"));
	assert_non_null(strstr(findings.list[0].text, "written again from the context"));
	assert_string_equal(fl_settings_get(&settings, FL_PARAM_NUM_ROUNDS), "6");
}

/* A new context must not replace a configuration that merely cannot be read. */
static void an_unreadable_configuration_is_an_error(void **state)
{
	fl_auto_settings struct fl_settings first = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_int_equal(configure(&paths, "FL_NUM_ROUNDS=4\n", &first), -1);
	assert_int_equal(fl_stage_set(&paths, "bootstrap_success", &err), 0);
	for (int i = 0; i < 2; i++) {
		fl_auto_settings struct fl_settings other = FL_SETTINGS_INIT;
		fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
		bool stands;

		unreadable = i == 0 ? paths.json : paths.booted;
		resolve(&other, "FL_NUM_ROUNDS=5\n");
		assert_int_equal(fl_frozen_apply(&other, &paths, &findings, &stands, &err), -1);
		assert_int_equal(err.code, FL_EXIT_SYSTEM);
		assert_int_equal(err.errnum, EIO);
		assert_non_null(strstr(err.message, unreadable));
	}
	unreadable = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_failed_first_boot_can_be_repeated, scratch_empty),
		cmocka_unit_test_setup(after_a_success_the_configuration_is_fixed, scratch_empty),
		cmocka_unit_test_setup(a_damaged_file_is_written_again, scratch_empty),
		cmocka_unit_test_setup(an_unreadable_configuration_is_an_error, scratch_empty),
	};

	return cmocka_run_group_tests_name("frozen", tests, scratch_make, scratch_remove);
}
