/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "file/file.h"
#include "superlink/report.h"
#include "resolved.h"
#include "scratch.h"

static struct fl_paths paths;
static struct fl_settings settings;

static int begin(void **state)
{
	fl_paths_init(&paths, scratch, NULL);
	resolve(&settings, "");
	return scratch_empty(state);
}

static int end(void **state)
{
	(void)state;
	fl_paths_free(&paths);
	fl_settings_free(&settings);
	return 0;
}

static const struct fl_report good = {
	.endpoint = "192.0.2.10:9092",
	.version = "1.25.0",
	.role = "superlink",
	.onegate = "yes, to http://192.0.2.1:5030/vm",
};

static void it_says_what_runs_and_where(void **state)
{
	fl_auto_free char *text = fl_report_text(&good, &paths, &settings);

	(void)state;
	assert_int_equal(strncmp(text, "[Flower SuperLink]\nendpoint      = 192.0.2.10:9092\n", 50),
			 0);
	assert_non_null(strstr(text, "\nversion       = 1.25.0\n"));
	assert_non_null(strstr(text, "\nrole          = superlink\n"));
	assert_non_null(strstr(text, "\ncontrol_api   = 0.0.0.0:9093\n"));
	assert_non_null(
		strstr(text, "\n\n[OneGate]\npublished     = yes, to http://192.0.2.1:5030/vm\n"));
	assert_non_null(strstr(text, "/opt/flower/config/superlink.json\n"));
	assert_non_null(strstr(text, "/opt/flower/state\n"));
	assert_non_null(strstr(text, "/var/log/one-appliance/flower-bootstrap.log\n"));
}

/* This version has one port for both APIs. */
static void the_control_api_follows_the_version(void **state)
{
	struct fl_report report = good;
	fl_auto_free char *text = NULL;

	(void)state;
	report.version = "1.40.0";
	text = fl_report_text(&report, &paths, &settings);
	assert_non_null(strstr(text, "\ncontrol_api   = 0.0.0.0:9092\n"));
}

static void a_line_break_starts_no_line(void **state)
{
	const struct fl_report report = { .version = "1\n[OneGate]",
					  .role = "superlink",
					  .onegate = "no, \033[2J" };
	fl_auto_free char *text = fl_report_text(&report, &paths, &settings);

	(void)state;
	assert_non_null(strstr(text, "endpoint      = none: no address\n"));
	assert_non_null(strstr(text, "version       = 1\\n[OneGate]\n"));
	assert_non_null(strstr(text, "published     = no, \\x1b[2J\n"));
}

/* The mode is 0644 whatever the umask. If nothing has changed, the file is not written again. */
static void it_is_written_once(void **state)
{
	struct fl_report later = good;
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	struct stat before, after;

	(void)state;
	umask(077);
	assert_int_equal(fl_report_write(&good, &paths, &settings, &changed, &err), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(stat(paths.report, &before), 0);
	assert_int_equal(before.st_mode & 07777, 0644);
	assert_int_equal(fl_report_write(&good, &paths, &settings, &changed, &err), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(stat(paths.report, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	later.endpoint = "192.0.2.11:9092";
	assert_int_equal(fl_report_write(&later, &paths, &settings, &changed, &err), 0);
	assert_int_equal(changed, 2);
	fl_auto_free char *now = fl_file_read(paths.report, 65536, NULL);
	fl_auto_free char *text = fl_report_text(&later, &paths, &settings);
	assert_string_equal(now, text);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
	fl_auto_free char *etc = path_of("etc");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(etc, "");
	assert_int_equal(fl_report_write(&good, &paths, &settings, NULL, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "/etc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_says_what_runs_and_where, begin, end),
		cmocka_unit_test_setup_teardown(the_control_api_follows_the_version, begin, end),
		cmocka_unit_test_setup_teardown(a_line_break_starts_no_line, begin, end),
		cmocka_unit_test_setup_teardown(it_is_written_once, begin, end),
		cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made_is_named, begin, end),
	};

	return cmocka_run_group_tests_name("report", tests, scratch_make, scratch_remove);
}
