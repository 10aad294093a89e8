/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: write */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "config/frozen.h"
#include "file/file.h"
#include "superlink/stage.h"
#include "scratch.h"

ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);

static bool disk_full;

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
	if (fd > 2 && disk_full) {
		errno = ENOSPC;
		return -1;
	}
	return __real_write(fd, bytes, length);
}

static int steps;

static void count_steps(void *data, enum fl_level level, const char *line)
{
	(void)data, (void)level;
	steps += strncmp(line, "step 12/12 report ready: done", 29) == 0;
}

static void assert_file(const char *path, const char *text)
{
	fl_auto_free char *content = fl_file_read(path, 4096, NULL);

	assert_non_null(content);
	assert_non_null(strstr(content, text));
}

static void only_one_apps_own_stages_are_valid(void **state)
{
	static const char *const bad[] = { "",
					   "bootstrap",
					   "bootstrap_",
					   "bootstrap_done",
					   "boot_success",
					   "bootstrap_success\n",
					   "Bootstrap_success" };

	(void)state;
	assert_true(fl_stage_valid("install_started"));
	assert_true(fl_stage_valid("configure_failure"));
	assert_true(fl_stage_valid("bootstrap_success"));
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++)
		assert_false(fl_stage_valid(bad[i]));
}

static void status_and_motd_follow(void **state)
{
	static const struct {
		const char *stage, *motd;
	} cases[] = {
		{ "install_started", "1/3 Installation step is in progress..." },
		{ "configure_started", "2/3 Configuration step is in progress..." },
		{ "configure_success", "2/3 Configuration step was successful." },
		{ "bootstrap_failure", "APPLIANCE ERROR" },
		{ "bootstrap_success", "All set and ready to serve 8)" },
	};
	fl_auto_paths struct fl_paths paths;
	struct stat info;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	fl_log_set_sink(count_steps, NULL);
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;
		fl_auto_free char *status = NULL;

		assert_int_equal(fl_stage_set(&paths, cases[i].stage, &err), 0);
		status = fl_file_read(paths.status, 64, NULL);
		assert_non_null(status);
		assert_int_equal(strncmp(status, cases[i].stage, strlen(cases[i].stage)), 0);
		assert_string_equal(status + strlen(cases[i].stage), "\n");
		assert_file(paths.motd, cases[i].motd);
		assert_file(paths.motd, "OpenNebula Service Appliance");
		assert_int_equal(steps, strcmp(cases[i].stage, FL_BOOT_SUCCESS) == 0);
	}
	assert_int_equal(stat(paths.service_dir, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0755);
	fl_log_set_sink(NULL, NULL);
}

static bool booted(const struct fl_paths *paths)
{
	return access(paths->booted, F_OK) == 0;
}

static void a_success_lasts_through_later_stages(void **state)
{
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	scratch_write(paths.json, "{}");
	assert_int_equal(fl_stage_set(&paths, "bootstrap_failure", &err), 0);
	assert_false(booted(&paths));
	assert_int_equal(fl_stage_set(&paths, "bootstrap_success", &err), 0);
	assert_true(booted(&paths));
	assert_int_equal(fl_stage_set(&paths, "configure_started", &err), 0);
	assert_int_equal(fl_stage_set(&paths, "configure_failure", &err), 0);
	assert_true(booted(&paths));
}

/* The status of an earlier boot must not be read in this one, so it is below /run. */
static void one_apps_reads_it_through_a_link(void **state)
{
	static const char target[] = "../../run/flower-superlink/status";
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	char found[sizeof(target)] = "";

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	scratch_write(paths.status_link, "bootstrap_success\n"); /* by an earlier release */
	assert_int_equal(fl_stage_set(&paths, "configure_started", &err), 0);
	assert_int_equal(readlink(paths.status_link, found, sizeof(found)), sizeof(target) - 1);
	assert_string_equal(found, target);
	assert_file(paths.status, "configure_started\n");
}

/* What the regular health check does, at any time. */
static void a_change_never_disturbs_a_run(void **state)
{
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *stage = NULL;
	int run;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_false(fl_stage_is_running(&paths));
	assert_int_equal(fl_stage_change(&paths, FL_BOOT_SUCCESS, FL_BOOT_FAILURE, &err), 0);
	assert_int_equal(fl_stage_set(&paths, FL_BOOT_SUCCESS, &err), 0);
	run = open(paths.lock, O_RDWR | O_CLOEXEC);
	assert_int_equal(fl_stage_lock(run, &err), 0);
	assert_true(fl_stage_is_running(&paths));
	assert_int_equal(fl_stage_change(&paths, FL_BOOT_SUCCESS, FL_BOOT_FAILURE, &err), 0);
	close(run);
	assert_false(fl_stage_is_running(&paths));
	assert_int_equal(fl_stage_change(&paths, FL_BOOT_SUCCESS, FL_BOOT_FAILURE, &err), 1);
	assert_int_equal(fl_stage_change(&paths, FL_BOOT_SUCCESS, FL_BOOT_FAILURE, &err), 0);
	stage = fl_stage_read(&paths);
	assert_string_equal(stage, FL_BOOT_FAILURE);
	assert_file(paths.motd, "APPLIANCE ERROR");
}

/* Else net-99 would report READY=YES because of the boot before. */
static void a_full_disk_leaves_no_old_success(void **state)
{
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_int_equal(fl_stage_set(&paths, "bootstrap_success", &err), 0);
	disk_full = true;
	assert_int_equal(fl_stage_set(&paths, "configure_started", &err), -1);
	disk_full = false;
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_int_equal(err.errnum, ENOSPC);
	assert_int_equal(access(paths.status, F_OK), -1);
	assert_int_equal(scratch_empty(NULL), 0);
	scratch_write(paths.run_dir, "a file in the way");
	assert_int_equal(fl_stage_set(&paths, "configure_started", &err), -1);
	assert_int_equal(err.errnum, ENOTDIR);
}

static void one_run_at_a_time(void **state)
{
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;
	int first, second;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	assert_int_equal(fl_stage_set(&paths, "configure_started", &err), 0);
	first = open(paths.lock, O_RDWR | O_CLOEXEC);
	second = open(paths.lock, O_RDWR | O_CLOEXEC);
	assert_int_equal(fl_stage_lock(first, &err), 0);
	assert_int_equal(fl_stage_lock(first, &err), 0); /* the same run asks again */
	assert_int_equal(fl_stage_set(&paths, "configure_success", &err), 0);
	assert_int_equal(fl_stage_lock(second, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	close(first);
	assert_int_equal(fl_stage_lock(second, &err), 0);
	close(second);
	assert_int_equal(fl_stage_lock(1000, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	/* Whoever can open it can hold it. */
	assert_int_equal(stat(paths.lock, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_apps_own_stages_are_valid),
		cmocka_unit_test_setup(status_and_motd_follow, scratch_empty),
		cmocka_unit_test_setup(a_success_lasts_through_later_stages, scratch_empty),
		cmocka_unit_test_setup(one_apps_reads_it_through_a_link, scratch_empty),
		cmocka_unit_test_setup(a_change_never_disturbs_a_run, scratch_empty),
		cmocka_unit_test_setup(a_full_disk_leaves_no_old_success, scratch_empty),
		cmocka_unit_test_setup(one_run_at_a_time, scratch_empty),
	};

	return cmocka_run_group_tests_name("stage", tests, scratch_make, scratch_remove);
}
