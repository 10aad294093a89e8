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

/* Trap 1: docker-proxy accepts on the published port and then resets the connection. */
static void trap_1_an_accepted_connection_is_not_enough(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.listens_at = FL_NEVER;
	look(&health, FL_LAYER_FLEET);
	world.listens_at = 0;
	world.control_at = FL_NEVER;
	look(&health, FL_LAYER_CONTROL);
}

/* Traps 18 and 21: the ports answer, the file and SuperExec are there, and nothing works. */
static void traps_18_and_21_the_database_must_answer(void **state)
{
	static const struct {
		const char *message;
		enum fl_cause cause;
	} refusals[] = {
		{ "Exception calling application: unable to open database file", FL_CAUSE_OWNER },
		{ "Exception calling application: attempt to write a readonly database",
		  FL_CAUSE_OWNER },
		{ "Exception calling application: database is locked", FL_CAUSE_LOCKED },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(refusals); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world.refusal = refusals[i].message;
		look(&health, FL_LAYER_DATABASE);
		assert_true(health.refused);
		assert_int_equal(health.cause, refusals[i].cause);
		assert_true(says(&health, FL_LAYER_DATABASE, refusals[i].message));
		/* Once it is mended, nothing of the failure is left. */
		world.refusal = NULL;
		assert_true(look(&health, FL_LAYER_COUNT));
	}
}

/* Trap 33: with a full disk every call succeeds, and no run is ever taken. */
static void trap_33_a_full_disk_fails_for_each_version(void **state)
{
	static const char *const images[] = { "flwr/superlink:1.25.0", "flwr/superlink:1.31.0",
					      "flwr/superlink:1.41.0" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(images); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world.image = images[i];
		world.full = FL_CAUSE_NONE;
		assert_true(look(&health, FL_LAYER_COUNT));
		world.full = FL_CAUSE_SPACE;
		look(&health, FL_LAYER_DATABASE);
		assert_true(health.refused);
		assert_int_equal(health.cause, FL_CAUSE_SPACE);
		assert_true(says(&health, FL_LAYER_DATABASE, "3 MiB free"));
		world.full = FL_CAUSE_NONE;
		assert_true(look(&health, FL_LAYER_COUNT));
		assert_false(health.refused);
	}
}

static void a_database_that_hangs_fails_in_time(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.hangs = true;
	look(&health, FL_LAYER_DATABASE);
	assert_false(health.refused);
	assert_int_equal(world.now, FL_HEALTH_TRY);
}

/* Traps 18 and 23. */
static void trap_18_superexec_must_be_alive(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.superexec_at = FL_NEVER;
	look(&health, FL_LAYER_SUPEREXEC);
	world.superexec_at = 0;
	world.superexec_gone_at = 0;
	world.superexec_zombie = true;
	look(&health, FL_LAYER_SUPEREXEC);
	assert_true(says(&health, FL_LAYER_SUPEREXEC, "has died"));
	world.listens_at = FL_NEVER;
	{
		fl_auto_health struct fl_health other = FL_HEALTH_INIT;

		look(&other, FL_LAYER_FLEET);
		assert_int_equal(other.superexec, FL_PROCESS_ZOMBIE);
	}
	world.listens_at = 0;
	world_set(FL_PARAM_ISOLATION, "process");
	{
		fl_auto_health struct fl_health other = FL_HEALTH_INIT;

		assert_true(look(&other, FL_LAYER_COUNT));
		assert_false(other.layers[FL_LAYER_SUPEREXEC].applies);
	}
}

/* Trap 12: the probes use the configured ports, on the interface where they are published. */
static void trap_12_the_ports_are_the_configured_ones(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world_set(FL_PARAM_FLEET_API_ADDRESS, "0.0.0.0:19092");
	world_set(FL_PARAM_CONTROL_API_ADDRESS, "10.1.2.3:19093");
	assert_true(look(&health, FL_LAYER_COUNT));
	assert_true(says(&health, FL_LAYER_FLEET, "127.0.0.1:19092"));
	assert_true(says(&health, FL_LAYER_CONTROL, "10.1.2.3:19093"));
}

/* Spec section 14. */
static void each_version_is_asked_in_its_way(void **state)
{
	static const struct {
		const char *image;
		const char *calls;
	} versions[] = {
		{ "flwr/superlink:1.22.0", "ifcd" },
		{ "localhost:5000/flwr/superlink:1.28.1", "ifcd" },
		{ "flwr/superlink:1.31.0", "ifcd" },
		{ "flwr/superlink:1.36.0", "ifcd" },
		{ "flwr/superlink:1.37.0", "ifh" },
		{ "flwr/superlink:1.41.0-py3.13", "ihh" },
		{ "flwr/superlink:9.0", "ihh" },
		{ "localhost:5000/flwr/superlink", "ifcd" },
		{ "flwr/superlink@sha256:0123", "ifcd" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(versions); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		fl_buf_reset(&world.calls);
		world.image = versions[i].image;
		assert_true(look(&health, FL_LAYER_COUNT));
		assert_string_equal(fl_buf_text(&world.calls), versions[i].calls);
		assert_true(says(&health, FL_LAYER_DATABASE, "/the/state has 99 MiB free"));
	}
	world.http_status = 503;
	world.image = "flwr/superlink:1.41.0";
	{
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		look(&health, FL_LAYER_FLEET);
		assert_true(says(&health, FL_LAYER_FLEET, "503"));
	}
}

/* A call of the Control API leaves a line in the log of Flower 1.29 and later. */
static void a_call_that_is_logged_is_made_once(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	struct fl_health_check check = world_check();

	(void)state;
	world.image = "flwr/superlink:1.31.0";
	for (int i = 0; i < 3; i++)
		assert_true(fl_layers_try(&health, &check, world.now + FL_HEALTH_TRY));
	assert_int_equal(count_calls('d'), 1);
	assert_true(says(&health, FL_LAYER_DATABASE, "127.0.0.1:9093"));
	/* After a restart of the container it is made again. */
	world.died_at = 0;
	world.restarted_at = 1;
	assert_true(fl_layers_try(&health, &check, world.now + FL_HEALTH_TRY));
	assert_int_equal(count_calls('d'), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(trap_1_an_accepted_connection_is_not_enough, world_reset),
		cmocka_unit_test_setup(traps_18_and_21_the_database_must_answer, world_reset),
		cmocka_unit_test_setup(trap_33_a_full_disk_fails_for_each_version, world_reset),
		cmocka_unit_test_setup(a_database_that_hangs_fails_in_time, world_reset),
		cmocka_unit_test_setup(trap_18_superexec_must_be_alive, world_reset),
		cmocka_unit_test_setup(trap_12_the_ports_are_the_configured_ones, world_reset),
		cmocka_unit_test_setup(each_version_is_asked_in_its_way, world_reset),
		cmocka_unit_test_setup(a_call_that_is_logged_is_made_once, world_reset),
	};

	return cmocka_run_group_tests_name("layers", tests, NULL, world_end);
}
