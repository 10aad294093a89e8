/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of which SuperLink; tests/cli/fl-onegate-publish.t tests the looking and sending. */
/* wrap: fl_layers_try fl_endpoint_find fl_onegate_publish */
#include "readiness/announcement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/resolve.h"
#include "file/file.h"
#include "health/layers.h"
#include "onegate/endpoint.h"
#include "scratch.h"

#define SOCKET "/nonexistent/docker.sock"
#define YES    "FL_READY=YES\nFL_ENDPOINT=192.0.2.10:9092\nFL_VERSION=1.25.0\nFL_ROLE=superlink\n"
#define NO     "FL_READY=NO\n"

bool __wrap_fl_layers_try(struct fl_health *health, const struct fl_health_check *check,
			  fl_time deadline);
int __wrap_fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
			    const char *onegate_host, fl_time deadline,
			    struct fl_endpoint *endpoint, struct fl_error *err);
int __wrap_fl_onegate_publish(const struct fl_onegate *onegate, struct fl_http *http,
			      const struct fl_attributes *attributes, fl_time deadline,
			      struct fl_error *err);

static struct {
	struct fl_paths paths;
	struct fl_announcement announcement;
	int ready_for;      /* so many looks, from now on */
	int fails_for;      /* so many requests */
	struct fl_buf told; /* the bodies of all requests */
	struct fl_error err;
} scene;

bool __wrap_fl_layers_try(struct fl_health *health, const struct fl_health_check *check,
			  fl_time deadline)
{
	/* Half of the 8 seconds must be left for OneGate. */
	assert_true(deadline <= fl_deadline(4));
	assert_string_equal(check->state_dir, scene.paths.state_dir);
	if (scene.ready_for-- > 0)
		return true;
	health->layers[FL_LAYER_FLEET].applies = true;
	fl_health_set(health, FL_LAYER_FLEET, FL_LAYER_FAILS, "it is silent");
	return false;
}

int __wrap_fl_endpoint_find(const struct fl_settings *settings, const struct fl_context *context,
			    const char *onegate_host, fl_time deadline,
			    struct fl_endpoint *endpoint, struct fl_error *err)
{
	(void)context, (void)onegate_host, (void)deadline, (void)err;
	*endpoint = (struct fl_endpoint){
		.address = fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS),
		.rule = "a rule"
	};
	fl_address_set_host(&endpoint->address, "192.0.2.10");
	return 0;
}

int __wrap_fl_onegate_publish(const struct fl_onegate *onegate, struct fl_http *http,
			      const struct fl_attributes *attributes, fl_time deadline,
			      struct fl_error *err)
{
	fl_auto_free char *body = fl_attributes_text(attributes);

	(void)http, (void)deadline;
	do {
		fl_buf_puts(&scene.told, body);
		if (scene.fails_for-- <= 0)
			return 0;
	} while (onegate->again == NULL || onegate->again(onegate->again_data));
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "OneGate is down");
}

/* A VM whose SuperLink is READY_FOR so many looks, and whose OneGate fails as many requests. */
static void begin(int ready_for, int fails_for)
{
	fl_auto_free char *json = NULL;
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;

	fl_paths_init(&scene.paths, scratch, NULL);
	scene.announcement = (struct fl_announcement)FL_ANNOUNCEMENT_INIT;
	scene.ready_for = ready_for;
	scene.fails_for = fails_for;
	scratch_write(
		scene.paths.context,
		"ONEGATE_ENDPOINT=\"http://192.0.2.1:5030\"\nVMID=\"42\"\nTOKENTXT=\"secret\"\n");
	assert_int_equal(fl_resolve_load(&settings, &scene.paths, NULL, &scene.err), 0);
	json = fl_settings_json(&settings);
	scratch_write(scene.paths.json, json);
}

static int end(void **state)
{
	fl_announcement_free(&scene.announcement);
	fl_paths_free(&scene.paths);
	fl_buf_free(&scene.told);
	return scratch_empty(state);
}

static int look(void)
{
	struct fl_announcement *announcement = &scene.announcement;

	if (fl_announcement_open(announcement, &scene.paths, SOCKET, 8, &scene.err) != 0)
		return -1;
	if (announcement->docker != NULL)
		fl_announcement_look(announcement);
	return 0;
}

static int tell(void)
{
	return fl_announcement_tell(&scene.announcement, &scene.paths, &scene.err);
}

static void the_ready_one_is_announced(void **state)
{
	(void)state;
	begin(1, 0);
	assert_int_equal(look(), 0);
	assert_int_equal(tell(), 0);
	assert_true(scene.announcement.ready);
	assert_string_equal(fl_buf_text(&scene.told), YES);
}

static void any_other_is_not(void **state)
{
	(void)state;
	begin(0, 0);
	scene.announcement.also_ready = true;
	assert_int_equal(look(), 0);
	assert_int_equal(tell(), 0);
	assert_false(scene.announcement.ready);
	assert_string_equal(fl_buf_text(&scene.told), NO "READY=NO\n");
	assert_int_equal(scene.announcement.why.code, FL_EXIT_NO);
	assert_string_equal(scene.announcement.why.message, "fleet: it is silent");
}

/* The looks are the first one and one before each further try. */
static void it_may_die_while_onegate_is_down(void **state)
{
	(void)state;
	begin(2, 2);
	scene.announcement.also_ready = true;
	assert_int_equal(look(), 0);
	assert_int_equal(tell(), 0);
	assert_false(scene.announcement.ready);
	assert_string_equal(fl_buf_text(&scene.told),
			    YES "READY=YES\n" YES "READY=YES\n" NO "READY=NO\n");
}

static void step_11_fails_if_it_is_not_ready(void **state)
{
	fl_auto_free char *report = NULL;

	(void)state;
	begin(0, 0);
	assert_int_equal(fl_announcement_run(&scene.announcement, &scene.paths, SOCKET, 8),
			 FL_EXIT_NO);
	report = fl_file_read(scene.paths.report, 4096, NULL);
	assert_non_null(strstr(report, "endpoint      = 192.0.2.10:9092\n"));
	assert_non_null(strstr(report, "published     = no, fleet: it is silent\n"));
}

static void without_a_configuration_none_was_started(void **state)
{
	(void)state;
	begin(1, 0);
	assert_int_equal(remove(scene.paths.json), 0);
	assert_int_equal(look(), 0);
	assert_int_equal(tell(), 0);
	assert_string_equal(fl_buf_text(&scene.told), NO);
	assert_int_equal(scene.announcement.why.code, FL_EXIT_NO);
}

static void what_cannot_be_judged_is_not_told(void **state)
{
	(void)state;
	begin(1, 0);
	scratch_write(scene.paths.json, "{");
	assert_int_equal(look(), -1);
	assert_int_equal(scene.err.code, FL_EXIT_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_ready_one_is_announced, end),
		cmocka_unit_test_teardown(any_other_is_not, end),
		cmocka_unit_test_teardown(it_may_die_while_onegate_is_down, end),
		cmocka_unit_test_teardown(step_11_fails_if_it_is_not_ready, end),
		cmocka_unit_test_teardown(without_a_configuration_none_was_started, end),
		cmocka_unit_test_teardown(what_cannot_be_judged_is_not_told, end),
	};

	return cmocka_run_group_tests_name("announcement", tests, scratch_make, scratch_remove);
}
