/* SPDX-License-Identifier: Apache-2.0 */
/* A look is made by hand here, so that each failure comes at the moment that matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "health/judge.h"

#define TIMEOUT (60 * FL_SEC)

static char first[] = "2026-11-29T10:00:00Z", second[] = "2026-11-29T10:05:00Z";

static struct fl_memory memory;
static bool restart;

static int set_up(void **state)
{
	(void)state;
	memory = (struct fl_memory){ .ready = fl_xstrdup(""),
				     .failing = fl_xstrdup(""),
				     .said = fl_xstrdup("") };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fl_memory_free(&memory);
	return 0;
}

/* The container's run RUN goes on, and LAYER fails: no answer came in time. */
static struct fl_health silent(char *run, enum fl_layer_id layer)
{
	struct fl_health health = { .inspected = true,
				    .container = {
					    .exists = true, .running = true, .started_at = run } };

	for (int id = 0; id < (int)layer; id++)
		health.layers[id].state = FL_LAYER_HOLDS;
	health.layers[layer].state = FL_LAYER_FAILS;
	return health;
}

static enum fl_standing look(const struct fl_health *health, int64_t second_of_boot)
{
	fl_time began = second_of_boot * FL_SEC;

	return fl_judge(health, false, TIMEOUT, began, began, &memory, &restart);
}

static void ready_at(char *run, int64_t second_of_boot)
{
	struct fl_health health = silent(run, FL_LAYER_FLEET);

	assert_int_equal(fl_judge(&health, true, TIMEOUT, second_of_boot * FL_SEC,
				  second_of_boot * FL_SEC, &memory, &restart),
			 FL_STANDING_READY);
	assert_false(restart);
}

static void a_busy_one_stays_ready_for_a_while(void **state)
{
	struct fl_health busy = silent(first, FL_LAYER_FLEET);

	(void)state;
	ready_at(first, 100);
	assert_int_equal(look(&busy, 110), FL_STANDING_SILENT);
	assert_int_equal(look(&busy, 169), FL_STANDING_SILENT);
	ready_at(first, 170);
	assert_int_equal(look(&busy, 180), FL_STANDING_SILENT);
	assert_int_equal(look(&busy, 239), FL_STANDING_SILENT);
	assert_int_equal(look(&busy, 240), FL_STANDING_NOT_READY);
	assert_false(restart);
	assert_int_equal(look(&busy, 539), FL_STANDING_NOT_READY);
	assert_false(restart);
	assert_int_equal(look(&busy, 540), FL_STANDING_NOT_READY);
	assert_true(restart);
	/* The restart makes a new run, which gets as much time. */
	busy = silent(second, FL_LAYER_FLEET);
	assert_int_equal(look(&busy, 550), FL_STANDING_NOT_READY);
	assert_false(restart);
}

/* A look waits for an answer for seconds, and the silence is as old as its first one. */
static void silence_counts_from_its_beginning(void **state)
{
	struct fl_health busy = silent(first, FL_LAYER_FLEET);

	(void)state;
	ready_at(first, 100);
	assert_int_equal(fl_judge(&busy, false, TIMEOUT, 110 * FL_SEC, 116 * FL_SEC, &memory,
				  &restart),
			 FL_STANDING_SILENT);
	assert_int_equal(fl_judge(&busy, false, TIMEOUT, 165 * FL_SEC, 171 * FL_SEC, &memory,
				  &restart),
			 FL_STANDING_NOT_READY);
}

static void one_that_was_never_ready_is_not_ready(void **state)
{
	struct fl_health busy = silent(first, FL_LAYER_CONTROL);

	(void)state;
	assert_int_equal(look(&busy, 10), FL_STANDING_NOT_READY);
	assert_false(restart);
	ready_at(first, 20);
	busy = silent(second, FL_LAYER_CONTROL);
	assert_int_equal(look(&busy, 30), FL_STANDING_NOT_READY);
	assert_false(restart);
}

static void a_certain_failure_counts_at_once(void **state)
{
	struct fl_health stopped = silent(first, FL_LAYER_CONTAINER);
	struct fl_health closed = silent(first, FL_LAYER_FLEET);
	struct fl_health full = silent(first, FL_LAYER_DATABASE);
	struct fl_health locked = silent(first, FL_LAYER_DATABASE);

	(void)state;
	closed.closed_port = true;
	full.refused = locked.refused = true;
	full.cause = FL_CAUSE_SPACE;
	ready_at(first, 100);
	assert_int_equal(look(&stopped, 101), FL_STANDING_NOT_READY);
	assert_int_equal(look(&closed, 102), FL_STANDING_NOT_READY);
	assert_int_equal(look(&full, 103), FL_STANDING_NOT_READY);
	assert_int_equal(look(&full, 9999), FL_STANDING_NOT_READY);
	assert_false(restart);
	ready_at(first, 10000);
	assert_int_equal(look(&locked, 10010), FL_STANDING_SILENT);
	locked.superexec = FL_PROCESS_ZOMBIE;
	assert_int_equal(look(&locked, 10011), FL_STANDING_NOT_READY);
	assert_false(restart);
	locked.superexec = FL_PROCESS_ALIVE;
	assert_int_equal(look(&locked, 10012), FL_STANDING_SILENT);
	assert_int_equal(look(&locked, 20000), FL_STANDING_NOT_READY);
	assert_false(restart);
}

static void a_dead_superexec_needs_a_restart(void **state)
{
	struct fl_health gone = silent(first, FL_LAYER_SUPEREXEC);
	struct fl_health zombie = silent(second, FL_LAYER_SUPEREXEC);
	struct fl_health unread = silent(first, FL_LAYER_SUPEREXEC);

	(void)state;
	gone.superexec = FL_PROCESS_ABSENT;
	assert_int_equal(look(&gone, 10), FL_STANDING_NOT_READY);
	assert_false(restart); /* it may not have started yet */
	assert_int_equal(look(&gone, 70), FL_STANDING_NOT_READY);
	assert_true(restart);
	gone.container.started_at = second;
	zombie.superexec = FL_PROCESS_ZOMBIE;
	assert_int_equal(look(&zombie, 80), FL_STANDING_NOT_READY);
	assert_true(restart);
	ready_at(second, 90);
	assert_int_equal(look(&gone, 100), FL_STANDING_NOT_READY);
	assert_true(restart);
	ready_at(first, 110);
	assert_int_equal(look(&unread, 120), FL_STANDING_SILENT);
}

/* Trap 40. The Engine's silence says nothing about the SuperLink. */
static void an_engine_that_does_not_answer_is_no_reason(void **state)
{
	struct fl_health unknown = silent(first, FL_LAYER_SUPEREXEC);

	(void)state;
	unknown.inspected = false;
	ready_at(first, 100);
	assert_int_equal(look(&unknown, 110), FL_STANDING_SILENT);
	assert_int_equal(look(&unknown, 9999), FL_STANDING_NOT_READY);
	assert_false(restart);
	unknown.closed_port = true;
	ready_at(first, 10000);
	assert_int_equal(look(&unknown, 10010), FL_STANDING_NOT_READY);
	assert_false(restart);
}

static void a_container_that_docker_has_lost_is_started_again(void **state)
{
	struct fl_health lost = silent(first, FL_LAYER_CONTAINER);

	(void)state;
	lost.lost = true;
	ready_at(first, 100);
	assert_int_equal(look(&lost, 110), FL_STANDING_NOT_READY);
	assert_false(restart);
	assert_int_equal(look(&lost, 170), FL_STANDING_NOT_READY);
	assert_true(restart);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_busy_one_stays_ready_for_a_while, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(silence_counts_from_its_beginning, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_that_was_never_ready_is_not_ready, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_certain_failure_counts_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_dead_superexec_needs_a_restart, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_engine_that_does_not_answer_is_no_reason, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_container_that_docker_has_lost_is_started_again,
						set_up, tear_down),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
