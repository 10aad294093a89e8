/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_now fl_pause fl_engine_ping fl_systemd_check_docker fl_log_progress */
/* The waits are tried on a clock of the test's own, which pauses and silent pings move on. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "docker/dockerd.h"
#include "docker/engine.h"
#include "docker/systemd.h"

int __wrap_fl_engine_ping(struct fl_docker *docker, fl_time deadline, struct fl_error *err);
int __wrap_fl_systemd_check_docker(struct fl_docker_service *seen, fl_time deadline,
				   struct fl_error *err);

static int pings, good_ping, bad_ping, ping_errno, asked;
static int silent_from; /* number of the first ping without an answer */
static bool hopeful;
static fl_time shown_at; /* when the wait was shown first, 0 before */
static int64_t patience; /* time that the last ping was given */
static fl_time now;

fl_time __wrap_fl_now(void);
void __wrap_fl_pause(int64_t nanoseconds, fl_time deadline);
void __wrap_fl_log_progress(const char *format, ...);

fl_time __wrap_fl_now(void)
{
	return now;
}

void __wrap_fl_pause(int64_t nanoseconds, fl_time deadline)
{
	now = fl_earlier(now + nanoseconds, deadline);
}

void __wrap_fl_log_progress(const char *format, ...)
{
	(void)format;
	shown_at = shown_at == 0 ? now : shown_at;
}

int __wrap_fl_engine_ping(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
{
	(void)docker;
	patience = deadline - now;
	if (++pings == good_ping)
		return 0;
	if (pings >= silent_from) {
		now = deadline;
		return fl_error_set(err, FL_EXIT_TIMEOUT, 0, "GET /_ping: no answer in time");
	}
	fl_error_set(err, FL_EXIT_UNAVAILABLE, ping_errno, "Docker Engine on /nowhere/docker.sock");
	return bad_ping;
}

int __wrap_fl_systemd_check_docker(struct fl_docker_service *seen, fl_time deadline,
				   struct fl_error *err)
{
	(void)seen, (void)deadline;
	asked++;
	return hopeful ? 0
		       : fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
				      "docker.service: failed (exit-code)");
}

static int begin(void **state)
{
	(void)state;
	pings = asked = 0;
	good_ping = bad_ping = -1;
	ping_errno = ECONNREFUSED;
	hopeful = true;
	silent_from = INT_MAX;
	shown_at = 0;
	return 0;
}

static int wait_for(bool ask_systemd, int64_t milliseconds, struct fl_error *err)
{
	/* The wrapped ping does not use the client. */
	return fl_dockerd_wait((struct fl_docker *)&pings, "/nowhere/docker.sock", ask_systemd,
			       now + milliseconds * FL_MS, err);
}

static void an_engine_that_starts_late_is_waited_for(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	good_ping = 4;
	assert_int_equal(wait_for(true, 60000, &err), 0);
	assert_int_equal(pings, 4);
	assert_int_equal(asked, 1); /* not at each try: each time is a process */
}

static void an_engine_that_never_starts_is_a_time_out(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(wait_for(false, 100, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_non_null(strstr(err.message, "/nowhere/docker.sock"));
	assert_int_equal(pings, 4); /* at 0, about 20, about 60 and 100 ms */
	assert_int_equal(asked, 0);
	assert_int_equal(shown_at, 0);
}

/* The tries without an answer do not hide the reason. */
static void a_long_wait_is_shown_and_keeps_its_reason(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	fl_time start = now;

	(void)state;
	silent_from = 200;
	assert_int_equal(wait_for(false, 60000, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_non_null(strstr(err.message, "/nowhere/docker.sock"));
	assert_true(shown_at >= start + 3 * FL_SEC && shown_at <= start + 3200 * FL_MS);
}

static void a_passed_deadline_is_one_try(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(wait_for(false, 0, &err), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_int_equal(pings, 1);
	assert_int_equal(patience, 2 * FL_SEC);
}

/* Trap 19: a docker.service that has failed is reported at once instead of after 60 s. */
static void a_failed_service_ends_the_wait_at_once(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	hopeful = false;
	assert_int_equal(wait_for(true, 60000, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_non_null(strstr(err.message, "docker.service: failed"));
	assert_int_equal(pings, 1);
}

/* Trap 19 with docker.socket, which accepts connections although dockerd does not start. */
static void a_silent_socket_does_not_hide_a_failed_service(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	silent_from = 1;
	hopeful = false;
	assert_int_equal(wait_for(true, 3600000, &err), -1);
	assert_non_null(strstr(err.message, "docker.service: failed"));
	assert_int_equal(patience, 2 * FL_SEC); /* of an hour: systemd is asked soon */
}

static void a_slow_engine_gets_more_time_each_time(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	silent_from = 1;
	good_ping = 5;
	assert_int_equal(wait_for(true, 3600000, &err), 0);
	assert_int_equal(patience, 32 * FL_SEC);
}

static void an_error_that_waiting_cannot_change_ends_the_wait(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	ping_errno = EACCES;
	assert_int_equal(wait_for(false, 60000, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(pings, 1);
	ping_errno = 0;
	bad_ping = FL_ENGINE_UNFIT;
	assert_int_equal(wait_for(false, 60000, &err), -1);
	assert_int_equal(err.code, FL_EXIT_UNAVAILABLE);
	assert_int_equal(pings, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_engine_that_starts_late_is_waited_for, begin),
		cmocka_unit_test_setup(an_engine_that_never_starts_is_a_time_out, begin),
		cmocka_unit_test_setup(a_long_wait_is_shown_and_keeps_its_reason, begin),
		cmocka_unit_test_setup(a_passed_deadline_is_one_try, begin),
		cmocka_unit_test_setup(a_failed_service_ends_the_wait_at_once, begin),
		cmocka_unit_test_setup(a_silent_socket_does_not_hide_a_failed_service, begin),
		cmocka_unit_test_setup(a_slow_engine_gets_more_time_each_time, begin),
		cmocka_unit_test_setup(an_error_that_waiting_cannot_change_ends_the_wait, begin),
	};

	fl_log_threshold(FL_WARNING);
	return cmocka_run_group_tests_name("dockerd", tests, NULL, NULL);
}
