/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now fl_pause fl_http_start fl_http_run fl_http_done fl_http_response fl_http_end */
/* wrap: fl_docker_inspect fl_docker_logs fl_proc_find fl_proc_is_gone */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "look.h"
#include "world.h"

static void all_layers_are_asked_in_order(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	assert_true(look(&health, FL_LAYER_COUNT));
	assert_string_equal(fl_buf_text(&world.calls), "ifcd");
	assert_true(says(&health, FL_LAYER_CONTAINER, world.image));
	assert_true(says(&health, FL_LAYER_FLEET, "127.0.0.1:9092"));
	assert_true(says(&health, FL_LAYER_FLEET, "12 (UNIMPLEMENTED)"));
	assert_true(says(&health, FL_LAYER_CONTROL, "127.0.0.1:9093"));
	assert_true(says(&health, FL_LAYER_DATABASE, "127.0.0.1:9091"));
	assert_true(says(&health, FL_LAYER_SUPEREXEC, "777"));
}

static void a_container_that_does_not_run_is_reported(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.engine_at = FL_NEVER;
	look(&health, FL_LAYER_CONTAINER);
	assert_true(says(&health, FL_LAYER_CONTAINER, "no Engine"));
	world.engine_at = 0;
	world.made_at = FL_NEVER;
	look(&health, FL_LAYER_CONTAINER);
	assert_true(says(&health, FL_LAYER_CONTAINER, "fl-bootstrap"));
	world.made_at = 0;
	world.started_at = FL_NEVER;
	look(&health, FL_LAYER_CONTAINER);
	assert_string_equal(health.layers[FL_LAYER_CONTAINER].detail,
			    "it was made but not started");
	world.error = "port is already allocated";
	look(&health, FL_LAYER_CONTAINER);
	assert_true(says(&health, FL_LAYER_CONTAINER, "port is already allocated"));
	world.error = "";
	world.started_at = 0;
	world.died_at = 0;
	world.exit_code = 3;
	look(&health, FL_LAYER_CONTAINER);
	assert_string_equal(health.layers[FL_LAYER_CONTAINER].detail,
			    "it does not run: exited, exit status 3");
	world.restarting = true;
	look(&health, FL_LAYER_CONTAINER);
	assert_true(says(&health, FL_LAYER_CONTAINER, "restarted"));
	world.restarting = false;
	world.died_at = FL_NEVER;
	world.paused = true;
	look(&health, FL_LAYER_CONTAINER);
	assert_true(says(&health, FL_LAYER_CONTAINER, "paused"));
	assert_int_equal(count_calls('f'), 0);
	world.paused = false;
	assert_true(look(&health, FL_LAYER_COUNT));
}

/* After containerd and its shim were killed, Docker says "running" for ever (seen with 26.1.5). */
static void a_container_without_a_process_does_not_run(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.process_gone_at = 0;
	look(&health, FL_LAYER_CONTAINER);
	assert_true(health.lost);
	assert_true(says(&health, FL_LAYER_CONTAINER, "no such process"));
	assert_int_equal(count_calls('f'), 0);
	world.process_back_at = 0;
	assert_true(look(&health, FL_LAYER_COUNT));
	assert_false(health.lost);
}

/* A grpc-message can be any text, and goes to terminals and into JSON. */
static void what_comes_from_outside_is_made_harmless(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.refusal = "a%1b[2Jb%0ac%ffd";
	look(&health, FL_LAYER_DATABASE);
	assert_true(says(&health, FL_LAYER_DATABASE, ": a?[2Jb?c?d"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_layers_are_asked_in_order, world_reset),
		cmocka_unit_test_setup(a_container_that_does_not_run_is_reported, world_reset),
		cmocka_unit_test_setup(a_container_without_a_process_does_not_run, world_reset),
		cmocka_unit_test_setup(what_comes_from_outside_is_made_harmless, world_reset),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, world_end);
}
