/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: clock_gettime poll */
/* The pauses are tried on a clock of the test's own, which only poll() moves on. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/wait.h"

static struct {
	bool used;
	fl_time now;
	int polls;       /* so many have been called */
	int interrupted; /* so many of them end at once with EINTR */
} own;

int __real_clock_gettime(clockid_t id, struct timespec *now);
int __wrap_clock_gettime(clockid_t id, struct timespec *now);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
	if (!own.used)
		return __real_clock_gettime(id, now);
	now->tv_sec = own.now / FL_SEC;
	now->tv_nsec = own.now % FL_SEC;
	return 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	if (!own.used)
		return __real_poll(fds, count, timeout);
	if (own.polls++ < own.interrupted) {
		errno = EINTR;
		return -1;
	}
	own.now += timeout * FL_MS;
	return 0;
}

#define NOON (43200 * FL_SEC)

static int own_clock(void **state)
{
	(void)state;
	memset(&own, 0, sizeof(own));
	own.used = true;
	own.now = NOON;
	return 0;
}

static int real_clock(void **state)
{
	(void)state;
	own.used = false;
	return 0;
}

static void time_goes_on(void **state)
{
	fl_time first = fl_now();
	fl_time deadline = fl_deadline(60);

	(void)state;
	assert_true(first > 0);
	assert_true(fl_now() >= first);
	assert_true(deadline >= first + 60 * FL_SEC);
	assert_true(deadline <= fl_now() + 60 * FL_SEC);
	assert_true(fl_earlier(1, 2) == 1);
	assert_true(fl_earlier(FL_NEVER, 2) == 2);
}

static void what_remains(void **state)
{
	(void)state;
	assert_int_equal(fl_remaining_ms(FL_NEVER), INT_MAX);
	assert_int_equal(fl_remaining_ms(NOON - 1), 0);
	assert_int_equal(fl_remaining_ms(NOON), 0);
	assert_int_equal(fl_remaining_ms(0), 0);
	assert_int_equal(fl_remaining_ms(NOON + INT64_C(2) * INT_MAX * FL_MS), INT_MAX);
	assert_int_equal(fl_remaining_ms(NOON + 100 * FL_SEC), 100000);
	/* Rounded up: a wait for what remains never ends early. */
	assert_int_equal(fl_remaining_ms(NOON + 1), 1);
	assert_int_equal(fl_remaining_ms(NOON + FL_MS + 1), 2);
}

static void pauses_double_and_are_jittered(void **state)
{
	int64_t wanted = 100 * FL_MS;
	struct fl_backoff backoff = { .next = wanted, .most = 1500 * FL_MS };
	bool shortened = false;

	(void)state;
	for (int i = 0; i < 50; i++) {
		int64_t pause = fl_backoff_next(&backoff);

		assert_true(pause <= wanted);
		assert_true(pause >= wanted - wanted / 4);
		shortened = shortened || pause != wanted;
		wanted = wanted * 2 < 1500 * FL_MS ? wanted * 2 : 1500 * FL_MS;
	}
	assert_true(shortened);
}

static void a_pause_is_not_too_short(void **state)
{
	(void)state;
	own.interrupted = 2;
	fl_pause(20 * FL_MS, FL_NEVER);
	assert_int_equal(own.now, NOON + 20 * FL_MS);
	assert_int_equal(own.polls, 3);
	own.now = NOON;
	fl_pause(20 * FL_MS + 1, FL_NEVER);
	assert_int_equal(own.now, NOON + 21 * FL_MS);
}

static void a_pause_ends_at_the_deadline(void **state)
{
	(void)state;
	fl_pause(3600 * FL_SEC, NOON + 5 * FL_MS);
	assert_int_equal(own.now, NOON + 5 * FL_MS);
	own.polls = 0;
	fl_pause(3600 * FL_SEC, NOON);
	fl_pause(0, FL_NEVER);
	fl_pause(-1, FL_NEVER);
	assert_int_equal(own.polls, 0);
}

static void durations_for_people(void **state)
{
	static const struct {
		int64_t nanoseconds;
		const char *text;
	} cases[] = {
		{ 0, "0.0 ms" },           { 300000, "0.3 ms" },          { 9 * FL_MS, "9.0 ms" },
		{ 45 * FL_MS, "45 ms" },   { 999 * FL_MS, "999 ms" },     { FL_SEC, "1.0 s" },
		{ 1240 * FL_MS, "1.2 s" }, { 3600 * FL_SEC, "3600.0 s" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		char out[FL_DURATION_SIZE];

		assert_string_equal(fl_duration(out, cases[i].nanoseconds), cases[i].text);
	}
}

#define on_own_clock(test) cmocka_unit_test_setup_teardown(test, own_clock, real_clock)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_goes_on),
		on_own_clock(what_remains),
		cmocka_unit_test(pauses_double_and_are_jittered),
		on_own_clock(a_pause_is_not_too_short),
		on_own_clock(a_pause_ends_at_the_deadline),
		cmocka_unit_test(durations_for_people),
	};

	return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
