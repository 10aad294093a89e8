/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now fl_pause fl_http_start fl_http_run fl_http_done fl_http_response fl_http_end */
/* wrap: fl_docker_inspect fl_docker_logs fl_proc_find fl_proc_is_gone */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "health/mend.h"
#include "world.h"

static bool needs_restart(void)
{
	return fl_mend_needs_restart(world_check().docker, &settings);
}

static void a_dead_superexec_needs_a_restart(void **state)
{
	(void)state;
	assert_false(needs_restart());
	world.superexec_at = FL_NEVER; /* it may still come */
	assert_false(needs_restart());
	world.superexec_at = world.superexec_gone_at = 0;
	world.superexec_zombie = true;
	assert_true(needs_restart());
	world_set(FL_PARAM_ISOLATION, "process");
	assert_false(needs_restart());
}

static void one_that_does_not_run_is_only_started(void **state)
{
	(void)state;
	world.superexec_gone_at = 0;
	world.superexec_zombie = true;
	world.died_at = 0;
	assert_false(needs_restart());
	world_reset(NULL);
	world.engine_at = FL_NEVER;
	assert_false(needs_restart());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_dead_superexec_needs_a_restart, world_reset),
		cmocka_unit_test_setup(one_that_does_not_run_is_only_started, world_reset),
	};

	return cmocka_run_group_tests_name("mend", tests, NULL, world_end);
}
