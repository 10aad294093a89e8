/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No case asserts how long something took on a busy machine, only that it was not too short, or
 * that it ended although the time it was given would outlast every limit of the test run.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/wait.h"

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
	fl_time now = fl_now();

	(void)state;
	assert_int_equal(fl_remaining_ms(FL_NEVER), INT_MAX);
	assert_int_equal(fl_remaining_ms(now - 1), 0);
	assert_int_equal(fl_remaining_ms(0), 0);
	assert_int_equal(fl_remaining_ms(now + INT64_C(1) * INT_MAX * FL_SEC), INT_MAX);
	/* Rounded up: a wait for what remains never ends early. */
	assert_true(fl_remaining_ms(fl_now() + 100 * FL_SEC) > 0);
	assert_true(fl_remaining_ms(fl_now() + 100 * FL_SEC) <= 100000);
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
	fl_time before = fl_now();

	(void)state;
	fl_pause(20 * FL_MS, FL_NEVER);
	assert_true(fl_now() - before >= 20 * FL_MS);
}

static void a_pause_ends_at_the_deadline(void **state)
{
	(void)state;
	fl_pause(INT64_C(3600) * FL_SEC, fl_now() + 5 * FL_MS);
	fl_pause(INT64_C(3600) * FL_SEC, 0);
	fl_pause(0, FL_NEVER);
	fl_pause(-1, FL_NEVER);
}

static atomic_bool woken;

/* Makes and removes the file until it was seen: there is no telling when the watch begins. */
static void *come_and_go(void *path)
{
	const struct timespec moment = { .tv_nsec = 5 * FL_MS };

	while (!woken) {
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		unlink(path);
		nanosleep(&moment, NULL);
	}
	return NULL;
}

/* An hour's pause ends when something happens in the folder. */
static void wakes_when_a_path_appears(void **state)
{
	char folder[] = "/tmp/fl-wait.XXXXXX";
	fl_auto_free char *path = NULL;
	pthread_t other;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = fl_xasprintf("%s/socket", folder);
	assert_int_equal(pthread_create(&other, NULL, come_and_go, path), 0);
	fl_pause_for_path(path, INT64_C(3600) * FL_SEC, FL_NEVER);
	woken = true;
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void a_folder_that_is_not_there_is_a_plain_pause(void **state)
{
	fl_time before = fl_now();

	(void)state;
	fl_pause_for_path("/nonexistent/folder/socket", 20 * FL_MS, FL_NEVER);
	assert_true(fl_now() - before >= 20 * FL_MS);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_goes_on),
		cmocka_unit_test(what_remains),
		cmocka_unit_test(pauses_double_and_are_jittered),
		cmocka_unit_test(a_pause_is_not_too_short),
		cmocka_unit_test(a_pause_ends_at_the_deadline),
		cmocka_unit_test(wakes_when_a_path_appears),
		cmocka_unit_test(a_folder_that_is_not_there_is_a_plain_pause),
		cmocka_unit_test(durations_for_people),
	};

	return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
