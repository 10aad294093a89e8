/* SPDX-License-Identifier: Apache-2.0 */
/* Which stage follows from which look; tests/cli/readiness.t tests what OneGate is told. */
/* wrap: fl_layers_try fl_docker_image_id */
#include "readiness/readiness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/resolve.h"
#include "health/layers.h"
#include "superlink/stage.h"
#include "scratch.h"

#define SOCKET "/nonexistent/docker.sock"

bool __wrap_fl_layers_try(struct fl_health *health, const struct fl_health_check *check,
			  fl_time deadline);
int __wrap_fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id,
			      fl_time deadline, struct fl_error *err);

static struct fl_paths paths;
static bool ready;
static enum fl_layer_state container; /* if it is not ready */
static int lines;                     /* said */
static bool image_there;              /* so that its digest can be compared */

int __wrap_fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id,
			      fl_time deadline, struct fl_error *err)
{
	(void)docker, (void)deadline, (void)err;
	assert_string_equal(reference, "flwr/superlink:1.25.0");
	*id = image_there ? fl_xstrdup("sha256:1") : NULL;
	return image_there;
}

bool __wrap_fl_layers_try(struct fl_health *health, const struct fl_health_check *check,
			  fl_time deadline)
{
	(void)check, (void)deadline;
	health->inspected = true;
	health->container.exists = true;
	health->container.image = fl_xstrdup("flwr/superlink:1.25.0");
	health->container.digest = fl_xstrdup("another");
	health->container.started_at = fl_xstrdup("2026-11-29T10:00:00Z");
	health->layers[FL_LAYER_CONTAINER].applies = true;
	fl_health_set(health, FL_LAYER_CONTAINER, ready ? FL_LAYER_HOLDS : container, "container");
	health->layers[FL_LAYER_FLEET].applies = true;
	if (!ready && container == FL_LAYER_HOLDS)
		fl_health_set(health, FL_LAYER_FLEET, FL_LAYER_FAILS, "fleet");
	return ready;
}

static void count(void *data, enum fl_level level, const char *line)
{
	(void)data, (void)line;
	lines += level < FL_INFO;
}

static int set_up(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *json = NULL;

	(void)state;
	fl_paths_init(&paths, scratch, NULL);
	scratch_write(paths.context, "VMID=\"42\"\n");
	assert_int_equal(fl_resolve_load(&settings, &paths, NULL, &err), 0);
	json = fl_settings_json(&settings);
	scratch_write(paths.json, json);
	assert_int_equal(fl_folder_make(paths.state_dir, 0750, &err), 0); /* for the version */
	fl_log_set_sink(count, NULL);
	lines = 0;
	image_there = false;
	return 0;
}

static int tear_down(void **state)
{
	fl_log_set_sink(NULL, NULL);
	fl_paths_free(&paths);
	return scratch_empty(state);
}

static void set_stage(const char *stage)
{
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_stage_set(&paths, stage, &err), 0);
}

static void report(bool is_ready, enum fl_exit wanted, const char *stage)
{
	fl_auto_free char *found = NULL;

	ready = is_ready;
	assert_int_equal(fl_readiness_report(&paths, SOCKET, false), wanted);
	found = fl_stage_read(&paths);
	assert_string_equal(found, stage);
}

static void the_stage_follows_reality(void **state)
{
	(void)state;
	container = FL_LAYER_FAILS;
	set_stage(FL_BOOT_SUCCESS);
	report(true, FL_EXIT_OK, FL_BOOT_SUCCESS);
	report(false, FL_EXIT_NO, FL_BOOT_FAILURE);
	report(false, FL_EXIT_NO, FL_BOOT_FAILURE);
	report(true, FL_EXIT_OK, FL_BOOT_SUCCESS);
	report(true, FL_EXIT_OK, FL_BOOT_SUCCESS);
	assert_int_equal(lines, 2); /* each change once */
}

static void silence_changes_nothing_at_first(void **state)
{
	(void)state;
	container = FL_LAYER_HOLDS;
	set_stage(FL_BOOT_SUCCESS);
	report(true, FL_EXIT_OK, FL_BOOT_SUCCESS);
	report(false, FL_EXIT_NO, FL_BOOT_SUCCESS);
	assert_int_equal(lines, 1);
}

static void only_service_mends_its_own_failure(void **state)
{
	(void)state;
	container = FL_LAYER_FAILS;
	set_stage("configure_failure");
	report(true, FL_EXIT_NO, "configure_failure");
	set_stage("bootstrap_started");
	report(false, FL_EXIT_NO, "bootstrap_started");
	report(true, FL_EXIT_OK, "bootstrap_started");
	assert_int_equal(lines, 0);
}

/* It must not fix a configuration that has never run. */
static void the_container_of_another_boot_is_no_success(void **state)
{
	(void)state;
	set_stage(FL_BOOT_FAILURE);
	image_there = true;
	report(true, FL_EXIT_NO, FL_BOOT_FAILURE);
	assert_int_equal(access(paths.booted, F_OK), -1);
	image_there = false;
	report(true, FL_EXIT_OK, FL_BOOT_SUCCESS);
}

static void nothing_configured_is_nothing_to_say(void **state)
{
	(void)state;
	assert_int_equal(remove(paths.json), 0);
	report(false, FL_EXIT_OK, "");
	scratch_write(paths.json, "{");
	report(false, FL_EXIT_CONFIG, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_stage_follows_reality, set_up, tear_down),
		cmocka_unit_test_setup_teardown(silence_changes_nothing_at_first, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(only_service_mends_its_own_failure, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_container_of_another_boot_is_no_success, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(nothing_configured_is_nothing_to_say, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("readiness", tests, scratch_make, scratch_remove);
}
