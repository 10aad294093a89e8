/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now fl_pause fl_http_start fl_http_run fl_http_done fl_http_response fl_http_end */
/* wrap: fl_docker_inspect fl_docker_logs fl_proc_find fl_proc_is_gone fl_proc_files */
/* wrap: fl_space_look fl_log_progress fl_systemd_active */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "health/watch.h"
#include "world.h"

#define REFUSED "Exception calling application: "

/* The last progress that was shown, and when the first was. */
static char shown[512];
static int64_t shown_at;

void __wrap_fl_log_progress(const char *format, ...) FL_PRINTF(1, 2);
void __wrap_fl_log_progress(const char *format, ...)
{
	va_list args;

	if (shown_at < 0)
		shown_at = world_ms();
	va_start(args, format);
	vsnprintf(shown, sizeof(shown), format, args);
	va_end(args);
}

/* When the unit is stopped, and how often systemd was asked. */
static int64_t unit_until = FL_NEVER;
static int unit_asked;

bool __wrap_fl_systemd_active(const char *unit, fl_time deadline);
bool __wrap_fl_systemd_active(const char *unit, fl_time deadline)
{
	(void)deadline;
	assert_string_equal(unit, "flower-superlink.service");
	unit_asked++;
	return !since(unit_until);
}

/* Waits MS milliseconds at most, and returns the exit status. */
static int watch(struct fl_health *health, int64_t ms)
{
	struct fl_health_check check = world_check();
	enum fl_exit code;

	check.by_systemd = true;
	code = fl_watch(health, &check, ms * FL_MS);

	assert_null(waiting);
	return (int)code;
}

/* A start as it was measured: ports after 0.6 s, SuperExec 10 ms later. */
static void starting(int64_t started_at)
{
	world.started_at = started_at;
	world.listens_at = world.control_at = started_at + 600;
	world.superexec_at = started_at + 610;
}

static void ready_is_seen_soon_and_never_before(void **state)
{
	(void)state;
	for (int64_t delay = 0; delay < 40000; delay += 997) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;
		int64_t ready_at = delay + 610;

		world_reset(NULL);
		starting(0);
		world.listens_at = world.control_at = delay + 600;
		world.superexec_at = ready_at;
		assert_int_equal(watch(&health, 60000), 0);
		assert_true(world_ms() >= ready_at);
		assert_true(world_ms() <= ready_at + 55);
	}
}

/* Nothing is there yet when the wait begins. */
static void everything_is_waited_for(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.engine_at = 1000;
	world.made_at = 2000;
	starting(3000);
	world.refusal = REFUSED "database is locked";
	world.refused_until = 4500;
	assert_int_equal(watch(&health, 60000), 0);
	assert_true(world_ms() >= 4500);
	assert_true(world_ms() <= 4560);
}

/*
 * Trap 40: an Engine that is late, or answers with errors, after SuperExec was seen. The database
 * fails meanwhile, so the wait goes on.
 */
static void trap_40_an_engine_without_an_answer_ends_no_wait(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		starting(0);
		world.refusal = REFUSED "database is locked";
		world.refused_until = 9000;
		world.away_at = i != 1 ? 3000 : FL_NEVER;
		world.away_ms = i == 0 ? 2000 : 60000;
		world.inspect_ms = i == 1 ? 10000 : 1;
		/* In the last case the container is restarted unseen, with another SuperExec. */
		if (i == 2) {
			world.lost_at = 500;
			world.died_at = 4000;
			world.restarted_at = 5000;
		}
		assert_int_equal(watch(&health, 60000), 0);
		assert_true(world_ms() >= 9000);
		assert_true(world_ms() <= 11100);
	}
}

static void a_long_wait_shows_its_progress(void **state)
{
	static const struct {
		int64_t ms;
		const char *line;
	} cases[] = { { 3400, "waiting for the SuperLink, 3 of 3 s: fleet: 127.0.0.1:9092: " },
		      { 3500, "waiting for the SuperLink, 3 of 4 s: fleet: 127.0.0.1:9092: " } };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		world.listens_at = FL_NEVER;
		shown_at = -1;
		assert_int_equal(watch(&health, cases[i].ms), FL_EXIT_TIMEOUT);
		assert_memory_equal(shown, cases[i].line, strlen(cases[i].line));
		assert_true(shown_at >= 2000 && shown_at <= 2055);
	}
}

static void the_engine_is_asked_rarely(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	starting(0);
	world.listens_at = 10000;
	assert_int_equal(watch(&health, 60000), 0);
	assert_true(count_calls('i') <= 12);
}

static void the_end_of_the_container_ends_the_wait(void **state)
{
	(void)state;
	for (int code = 0; code <= 2; code += 2) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;
		fl_auto_free char *words = fl_xasprintf("exit status %d ", code);

		world_reset(NULL);
		starting(0);
		world.listens_at = FL_NEVER;
		world.died_at = 7000;
		world.exit_code = code;
		assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
		assert_true(world_ms() >= 7000);
		assert_true(world_ms() <= 7050);
		assert_int_equal(fl_health_failure(&health), FL_LAYER_CONTAINER);
		assert_non_null(strstr(health.layers[FL_LAYER_CONTAINER].detail, words));
		assert_int_equal(health.layers[FL_LAYER_FLEET].state, FL_LAYER_UNTRIED);
	}
}

/* The end is noticed even in the middle of a call that would hang for seconds. */
static void the_end_interrupts_a_call(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	starting(0);
	world.hangs = true;
	world.died_at = 2000;
	world.restarted_at = 2100;
	assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
	assert_int_equal(fl_health_failure(&health), FL_LAYER_CONTAINER);
	assert_true(world_ms() <= 2010);
}

static void a_container_that_restarts_for_ever_is_not_waited_for(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.died_at = 0;
	world.restarting = true;
	assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
	assert_true(world_ms() <= 5);
}

/* A run that ended before the wait began does not end the wait. */
static void a_container_that_has_ended_may_start_again(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.died_at = 0;
	world.restarted_at = 1500;
	world.listens_at = world.control_at = world.superexec_at = 2100;
	assert_int_equal(watch(&health, 60000), 0);
	assert_true(world_ms() >= 2100);
	assert_true(world_ms() <= 2150);
}

static void a_container_that_stays_ended_has_died(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.died_at = 0;
	assert_int_equal(watch(&health, 5000), FL_EXIT_UNAVAILABLE);
	assert_true(world_ms() >= 5000);
}

static int no_unit(void **state)
{
	unit_until = 0;
	return world_reset(state);
}

/* Absent, made or ended. */
static void a_container_that_nothing_starts_is_not_waited_for(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;
		struct fl_health_check check = world_check();
		const char *detail;

		world_reset(NULL);
		*(i % 3 == 0 ? &world.made_at : &world.started_at) = FL_NEVER;
		if (i % 3 == 2)
			world.started_at = world.died_at = 0;
		check.by_systemd = i < 3;
		assert_int_equal(fl_watch(&health, &check, 60 * FL_SEC), FL_EXIT_UNAVAILABLE);
		assert_true(world_ms() <= 5);
		detail = health.layers[FL_LAYER_CONTAINER].detail;
		assert_non_null(
			strstr(detail, i < 3 ? ", and nothing will start it; next: systemctl "
					       "start flower-superlink.service"
					     : ", and nothing will start it; next: "
					       "fl-bootstrap"));
	}
}

/* The Engine comes late, and the unit is stopped in the meantime. */
static void systemd_is_asked_once_a_second(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	unit_until = 7500;
	unit_asked = 0;
	world.engine_at = 2000;
	world.made_at = world.started_at = FL_NEVER;
	assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
	assert_true(world_ms() >= 7500);
	assert_true(world_ms() <= 8700);
	assert_true(unit_asked <= 8);
	unit_until = FL_NEVER;
}

static void a_container_that_docker_has_lost_is_not_waited_for(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	starting(0);
	world.listens_at = FL_NEVER;
	world.process_gone_at = 3000;
	assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
	assert_true(world_ms() >= 4000);
	assert_true(world_ms() <= 10000);
	assert_string_equal(fl_layer_name(fl_health_failure(&health)), "container");
}

/* The kernel removes the process a moment before the Engine hears of the end. */
static void a_process_that_is_gone_for_a_moment_ends_no_wait(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	starting(0);
	world.process_gone_at = 0;
	world.process_back_at = 800;
	assert_int_equal(watch(&health, 60000), 0);
}

/* Traps 18, 21 and 25, and the other states that only an administrator can mend. */
static void a_database_that_refuses_ends_the_wait(void **state)
{
	static const char *const refusals[] = {
		REFUSED "unable to open database file",
		REFUSED "attempt to write a readonly database",
		REFUSED "database or disk is full",
		REFUSED "disk I/O error",
		REFUSED "'pending_at'",
		REFUSED "file is not a database",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(refusals); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		starting(0);
		world.refusal = refusals[i];
		assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
		assert_int_equal(fl_health_failure(&health), FL_LAYER_DATABASE);
		assert_true(world_ms() <= 700);
	}
}

/* Trap 37: SuperNodes may leave. */
static void trap_37_used_up_files_end_no_wait(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	starting(0);
	world.refusal = REFUSED "unable to open database file";
	world.refused_until = 3000;
	world.files = (struct fl_proc_files){ .open = 1024, .most = 1024 };
	assert_int_equal(watch(&health, 60000), 0);
}

/* Trap 33. */
static void a_full_disk_ends_the_wait(void **state)
{
	static const enum fl_cause causes[] = { FL_CAUSE_SPACE, FL_CAUSE_READONLY };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(causes); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		starting(0);
		world.full = causes[i];
		assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
		assert_int_equal(fl_health_failure(&health), FL_LAYER_DATABASE);
		assert_true(world_ms() <= 700);
	}
}

/* Trap 18: SuperExec dies because the database refuses or hangs, or by itself. */
static void a_superexec_that_is_gone_ends_the_wait(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		starting(0);
		world.superexec_gone_at = i == 2 ? 0 : 900;
		world.superexec_zombie = i != 1; /* in case 1 its parent has waited for it */
		world.hangs = i == 3;
		world.refusal = i < 2 ? REFUSED "something new" : NULL;
		assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
		assert_int_equal(fl_health_failure(&health),
				 i == 2 ? FL_LAYER_SUPEREXEC : FL_LAYER_DATABASE);
		assert_true(world_ms() <= (i == 3 ? 6700 : 950));
	}
}

/* The last look has no time left; its "no answer in time" would hide the true reason. */
static void the_deadline_keeps_the_layer_and_its_cause(void **state)
{
	(void)state;
	/* For each moment at which the deadline can cut the last look short, and two layers. */
	for (int64_t i = 0; i < 120; i++) {
		enum fl_layer_id id = i % 2 == 0 ? FL_LAYER_SUPEREXEC : FL_LAYER_FLEET;
		int64_t ms = 3000 + i / 2;
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		starting(0);
		*(id == FL_LAYER_FLEET ? &world.listens_at : &world.superexec_at) = FL_NEVER;
		assert_int_equal(watch(&health, ms), FL_EXIT_TIMEOUT);
		assert_int_equal(fl_health_failure(&health), id);
		assert_null(strstr(health.layers[id].detail, "in time"));
		assert_int_equal(health.layers[FL_LAYER_CONTAINER].state, FL_LAYER_HOLDS);
		assert_true(world_ms() >= ms);
		assert_true(world_ms() <= ms + 5);
	}
}

/* Only a look that the deadline cut short gives way to the one before. */
static void the_deadline_names_what_was_found_last(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.made_at = 2500;
	world.started_at = FL_NEVER;
	assert_int_equal(watch(&health, 3000), FL_EXIT_TIMEOUT);
	assert_non_null(strstr(health.layers[FL_LAYER_CONTAINER].detail, "made but not started"));
}

/* The Engine, or a proxy in front of its socket, may end the wait for the container's end. */
static void an_engine_that_does_not_tell_of_the_end_is_asked(void **state)
{
	static const char *const words[] = { "restarted", "exited" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(words); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		starting(0);
		world.listens_at = FL_NEVER;
		world.lost_at = 500;
		world.died_at = 1500;
		world.restarted_at = i == 0 ? 1520 : FL_NEVER;
		assert_int_equal(watch(&health, 60000), FL_EXIT_UNAVAILABLE);
		assert_non_null(strstr(health.layers[FL_LAYER_CONTAINER].detail, words[i]));
		assert_true(world_ms() <= 2600);
	}
}

/* A lost SYN holds a call for a second. But a slow machine needs the time of each call. */
static void a_call_gets_a_share_of_the_time_waited(void **state)
{
	static const struct {
		int64_t slow_ms, until, least, most;
	} cases[] = { { 1030, 600, 600, 800 }, { 300, FL_NEVER, 1200, 2500 } };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_health struct fl_health health = FL_HEALTH_INIT;

		world_reset(NULL);
		world.slow_ms = cases[i].slow_ms;
		world.slow_until = cases[i].until;
		assert_int_equal(watch(&health, 60000), 0);
		assert_true(world_ms() >= cases[i].least);
		assert_true(world_ms() <= cases[i].most);
	}
}

static void calls_that_are_logged_are_rare(void **state)
{
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;

	(void)state;
	world.image = "flwr/superlink:1.31.0";
	starting(0);
	world.refusal = REFUSED "something new";
	world.refused_until = 5000;
	assert_int_equal(watch(&health, 60000), 0);
	assert_true(count_calls('d') <= 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ready_is_seen_soon_and_never_before, world_reset),
		cmocka_unit_test_setup(everything_is_waited_for, world_reset),
		cmocka_unit_test_setup(trap_40_an_engine_without_an_answer_ends_no_wait,
				       world_reset),
		cmocka_unit_test_setup(a_long_wait_shows_its_progress, world_reset),
		cmocka_unit_test_setup(the_engine_is_asked_rarely, world_reset),
		cmocka_unit_test_setup(the_end_of_the_container_ends_the_wait, world_reset),
		cmocka_unit_test_setup(the_end_interrupts_a_call, world_reset),
		cmocka_unit_test_setup(a_container_that_restarts_for_ever_is_not_waited_for,
				       world_reset),
		cmocka_unit_test_setup(a_container_that_has_ended_may_start_again, world_reset),
		cmocka_unit_test_setup(a_container_that_stays_ended_has_died, world_reset),
		cmocka_unit_test_setup(a_container_that_nothing_starts_is_not_waited_for, no_unit),
		cmocka_unit_test_setup(systemd_is_asked_once_a_second, world_reset),
		cmocka_unit_test_setup(a_container_that_docker_has_lost_is_not_waited_for,
				       world_reset),
		cmocka_unit_test_setup(a_process_that_is_gone_for_a_moment_ends_no_wait,
				       world_reset),
		cmocka_unit_test_setup(a_database_that_refuses_ends_the_wait, world_reset),
		cmocka_unit_test_setup(trap_37_used_up_files_end_no_wait, world_reset),
		cmocka_unit_test_setup(a_full_disk_ends_the_wait, world_reset),
		cmocka_unit_test_setup(a_superexec_that_is_gone_ends_the_wait, world_reset),
		cmocka_unit_test_setup(the_deadline_keeps_the_layer_and_its_cause, world_reset),
		cmocka_unit_test_setup(the_deadline_names_what_was_found_last, world_reset),
		cmocka_unit_test_setup(an_engine_that_does_not_tell_of_the_end_is_asked,
				       world_reset),
		cmocka_unit_test_setup(a_call_gets_a_share_of_the_time_waited, world_reset),
		cmocka_unit_test_setup(calls_that_are_logged_are_rare, world_reset),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, world_end);
}
