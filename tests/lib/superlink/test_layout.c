/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "superlink/layout.h"
#include "resolved.h"
#include "scratch.h"

static char said[256]; /* the last word of each line of the log */

static void remember(void *data, enum fl_level level, const char *line)
{
	const char *word = strrchr(line, ' ');
	size_t used = strlen(said);

	(void)data, (void)level;
	snprintf(said + used, sizeof(said) - used, "%s", word != NULL ? word : line);
}

static void a_plan_names_what_would_change(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_free char *deep = path_of("opt/flower/state/deep");
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	size_t changed = 0;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	resolve(&settings, "FL_DATABASE=state/deep/state.db\n");
	assert_int_equal(fl_layout_plan(&paths, &settings, out), 5);
	fflush(out);
	assert_non_null(strstr(text, paths.env));
	assert_non_null(strstr(text, paths.json));
	assert_non_null(strstr(text, paths.unit));
	assert_non_null(strstr(text, paths.state_dir));
	assert_non_null(strstr(text, paths.certs_dir));
	assert_int_equal(access(paths.config_dir, F_OK), -1);
	assert_int_equal(fl_layout_write_config(&paths, &settings, &changed, &err), 0);
	assert_int_equal(fl_layout_write_unit(&paths, &changed, &err), 0);
	assert_int_equal(changed, 3);
	assert_int_equal(fl_layout_plan(&paths, &settings, out), 2);
	if (geteuid() == 0) {
		fl_log_set_sink(remember, NULL);
		assert_int_equal(fl_layout_write(&paths, &settings), FL_EXIT_OK);
		assert_string_equal(said, " unchanged prepared unchanged");
		fl_log_set_sink(NULL, NULL);
		assert_int_equal(fl_layout_plan(&paths, &settings, out), 0);
		assert_int_equal(rmdir(deep), 0);
		assert_int_equal(fl_layout_plan(&paths, &settings, out), 1);
		assert_int_equal(fl_layout_make_folders(&paths, &settings, &changed, &err), 0);
		changed = 0;
		assert_int_equal(fl_layout_make_folders(&paths, &settings, &changed, &err), 0);
		assert_int_equal(changed, 0);
	}
	fclose(out);
}

static void assert_mode(const char *path, mode_t mode)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, mode);
	assert_int_equal(info.st_uid, geteuid());
}

static void files_have_the_documented_modes(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	resolve(&settings, "");
	assert_int_equal(fl_layout_write_config(&paths, &settings, &changed, &err), 0);
	assert_int_equal(fl_layout_write_unit(&paths, &changed, &err), 0);
	assert_mode(paths.env, 0640);
	assert_mode(paths.json, 0640);
	assert_mode(paths.unit, 0644);
	/* Another run corrects what somebody has changed. */
	assert_int_equal(chmod(paths.env, 0666), 0);
	scratch_write(paths.unit, "[Service]\nExecStart=/bin/false\n");
	changed = 0;
	assert_int_equal(fl_layout_write_config(&paths, &settings, &changed, &err), 0);
	assert_int_equal(fl_layout_write_unit(&paths, &changed, &err), 0);
	assert_int_equal(changed, 2);
	assert_mode(paths.env, 0640);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_free char *in_the_way = path_of("opt");
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	scratch_write(in_the_way, "a file");
	resolve(&settings, "");
	assert_int_equal(fl_layout_write(&paths, &settings), FL_EXIT_SYSTEM);
	assert_int_equal(fl_layout_write_config(&paths, &settings, &changed, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, in_the_way));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_plan_names_what_would_change, scratch_empty),
		cmocka_unit_test_setup(files_have_the_documented_modes, scratch_empty),
		cmocka_unit_test_setup(a_folder_that_cannot_be_made_is_named, scratch_empty),
	};

	return cmocka_run_group_tests_name("layout", tests, scratch_make, scratch_remove);
}
