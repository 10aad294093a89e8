/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now fl_pause fl_http_start fl_http_run fl_http_done fl_http_response fl_http_end */
/* wrap: fl_docker_inspect fl_docker_logs fl_proc_find fl_proc_is_gone fl_proc_files */
/* wrap: fl_space_look */
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

/* Trap 40: an Engine that is late or answers with an error says nothing about the SuperLink. */
static void trap_40_an_engine_without_an_answer_is_no_failure(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		/* With the container of an earlier look, or without. */
		if (i % 2 == 1)
			assert_true(look(&health, FL_LAYER_COUNT));
		world.away_at = i < 2 ? 0 : FL_NEVER;
		world.away_ms = 1000;
		world.inspect_ms = i < 2 ? 1 : 10000;
		/* It may also have been restarted meanwhile. */
		world.died_at = 0;
		world.restarted_at = 1;
		assert_true(look(&health, FL_LAYER_COUNT));
		assert_false(health.inspected);
		assert_int_equal(health.layers[FL_LAYER_CONTAINER].state, FL_LAYER_UNKNOWN);
		assert_true(says(&health, FL_LAYER_CONTAINER, "no Engine"));
		assert_int_equal(world.ancestor, 0);
		/* It is the cause to name if something else fails, which may be for that. */
		world.restarted_at = FL_NEVER;
		look(&health, FL_LAYER_CONTAINER);
		assert_true(says(&health, FL_LAYER_FLEET, "Connection refused"));
		world.away_at = FL_NEVER;
		world.inspect_ms = 1;
		world.died_at = FL_NEVER;
		assert_true(look(&health, FL_LAYER_COUNT));
		assert_int_equal(world.ancestor, world_pid());
	}
}

/* A port that the kernel closes is certain, and no silence. */
static void a_closed_port_is_told_from_a_silent_one(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.listens_at = FL_NEVER;
	look(&health, FL_LAYER_FLEET);
	assert_false(health.closed_port);
	world.engine_at = FL_NEVER;
	world.died_at = 0;
	look(&health, FL_LAYER_CONTAINER);
	assert_true(health.closed_port);
	world.died_at = FL_NEVER;
	world.listens_at = 0;
	assert_true(look(&health, FL_LAYER_COUNT));
	assert_false(health.closed_port);
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
		cmocka_unit_test_setup(trap_40_an_engine_without_an_answer_is_no_failure,
				       world_reset),
		cmocka_unit_test_setup(a_closed_port_is_told_from_a_silent_one, world_reset),
		cmocka_unit_test_setup(what_comes_from_outside_is_made_harmless, world_reset),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, world_end);
}
