/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people. */
#include "superlink/report.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/mem.h"
#include "file/file.h"

struct scene {
	char *root;
	struct fl_paths paths;
	struct fl_settings settings;
};

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *walk)
{
	(void)info;
	(void)type;
	(void)walk;
	return remove(path);
}

static int set_up(void **state)
{
	struct scene *scene = fl_xcalloc(1, sizeof(*scene));

	scene->root = fl_xstrdup("/tmp/fl-report-XXXXXX");
	assert_non_null(mkdtemp(scene->root));
	fl_paths_init(&scene->paths, scene->root, NULL);
	for (unsigned id = 0; id < FL_PARAM_CONFIG_COUNT; id++)
		scene->settings.of[id].value = fl_xstrdup(fl_param((enum fl_param_id)id)->fallback);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	nftw(scene->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	fl_paths_free(&scene->paths);
	fl_settings_free(&scene->settings);
	free(scene->root);
	free(scene);
	return 0;
}

static const struct fl_report good = {
	.endpoint = "192.0.2.10:9092",
	.version = "1.25.0",
	.role = "superlink",
	.onegate = "yes, to http://192.0.2.1:5030/vm",
};

static void test_text(void **state)
{
	const struct scene *scene = *state;
	fl_auto_free char *text = fl_report_text(&good, &scene->paths, &scene->settings);

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

/* Where the Control API really is, with the version that runs. */
static void test_one_port(void **state)
{
	const struct scene *scene = *state;
	struct fl_report report = good;
	fl_auto_free char *text = NULL;

	report.version = "1.40.0";
	text = fl_report_text(&report, &scene->paths, &scene->settings);
	assert_non_null(strstr(text, "\ncontrol_api   = 0.0.0.0:9092\n"));
}

static void test_hostile_text(void **state)
{
	const struct scene *scene = *state;
	const struct fl_report report = { .version = "1\n[OneGate]",
					  .role = "superlink",
					  .onegate = "no, \033[2J" };
	fl_auto_free char *text = fl_report_text(&report, &scene->paths, &scene->settings);

	assert_non_null(strstr(text, "endpoint      = none: no address\n"));
	assert_non_null(strstr(text, "version       = 1\\n[OneGate]\n"));
	assert_non_null(strstr(text, "published     = no, \\x1b[2J\n"));
}

/* Written whole with its folder, mode 0644 whatever the umask; left alone if nothing changed. */
static void test_write(void **state)
{
	const struct scene *scene = *state;
	struct fl_report later = good;
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	struct stat before, after;

	umask(077);
	assert_int_equal(fl_report_write(&good, &scene->paths, &scene->settings, &changed, &err),
			 0);
	assert_int_equal(changed, 1);
	assert_int_equal(stat(scene->paths.report, &before), 0);
	assert_int_equal(before.st_mode & 07777, 0644);
	assert_int_equal(fl_report_write(&good, &scene->paths, &scene->settings, &changed, &err),
			 0);
	assert_int_equal(changed, 1);
	assert_int_equal(stat(scene->paths.report, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	later.endpoint = "192.0.2.11:9092";
	assert_int_equal(fl_report_write(&later, &scene->paths, &scene->settings, &changed, &err),
			 0);
	assert_int_equal(changed, 2);
	fl_auto_free char *now = fl_file_read(scene->paths.report, 65536, NULL);
	fl_auto_free char *text = fl_report_text(&later, &scene->paths, &scene->settings);
	assert_string_equal(now, text);
}

static void test_no_folder(void **state)
{
	const struct scene *scene = *state;
	fl_auto_free char *etc = fl_xasprintf("%s/etc", scene->root);
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_close int fd = open(etc, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fl_report_write(&good, &scene->paths, &scene->settings, NULL, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "/etc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_port, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_folder, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
