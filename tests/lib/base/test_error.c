/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void is_empty_at_first(void **state)
{
	const struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(err.code, FL_EXIT_OK);
	assert_int_equal(err.errnum, 0);
	assert_string_equal(err.message, "");
}

static void is_set_and_returned_in_one_line(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_error_set(&err, FL_EXIT_CONFIG, 0, "%s: %d", "line", 7), -1);
	assert_int_equal(err.code, 78);
	assert_int_equal(err.errnum, 0);
	assert_string_equal(err.message, "line: 7");
}

static void names_the_system_error(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_error_set(&err, FL_EXIT_SYSTEM, ENOSPC, "/a/b: cannot write");
	assert_int_equal(err.errnum, ENOSPC);
	assert_string_equal(err.message, "/a/b: cannot write: No space left on device");
	fl_error_set(&err, FL_EXIT_SYSTEM, 99999, "x");
	assert_string_equal(err.message, "x: unknown error");
}

static void puts_context_in_front(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_error_set(&err, FL_EXIT_TIMEOUT, ETIMEDOUT, "no answer");
	assert_int_equal(fl_error_wrap(&err, "GET %s", "/vm"), -1);
	assert_int_equal(err.code, FL_EXIT_TIMEOUT);
	assert_int_equal(err.errnum, ETIMEDOUT);
	assert_string_equal(err.message, "GET /vm: no answer: Connection timed out");
	assert_int_equal(fl_error_hint(&err, "is %s running?", "it"), -1);
	assert_string_equal(err.message,
			    "GET /vm: no answer: Connection timed out; is it running?");
}

/* What a peer or a file put into a message never makes a second line or moves a cursor. */
static void stays_one_line(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fl_error_set(&err, FL_EXIT_CONFIG, 0, "a\nb\rc\td\x1b[0m\x7f\xc2\x9b");
	assert_string_equal(err.message, "a?b?c?d?[0m??");
	fl_error_wrap(&err, "x\ny");
	fl_error_hint(&err, "z\n");
	assert_string_equal(err.message, "x?y: a?b?c?d?[0m??; z?");
}

static void cuts_what_is_too_long(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	char text[3 * FL_ERROR_SIZE];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fl_error_set(&err, FL_EXIT_SYSTEM, EIO, "%s", text);
	assert_int_equal(strlen(err.message), FL_ERROR_SIZE - 1);
	fl_error_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.message), FL_ERROR_SIZE - 1);
	fl_error_hint(&err, "%s", text);
	assert_int_equal(strlen(err.message), FL_ERROR_SIZE - 1);
	/* What it is about and why survive, what is cut stands between. */
	fl_error_set(&err, FL_EXIT_SYSTEM, EIO, "%s: owner", text);
	fl_error_wrap(&err, "front");
	fl_error_hint(&err, "do this");
	assert_int_equal(strlen(err.message), FL_ERROR_SIZE - 1);
	assert_memory_equal(err.message, "front: xxx", 10);
	assert_non_null(strstr(err.message, "x: owner: Input/output error; do this"));
}

/* The numbers are an interface: systemd matches them by name, scripts by number. */
static void exit_statuses(void **state)
{
	(void)state;
	assert_int_equal(FL_EXIT_OK, 0);
	assert_int_equal(FL_EXIT_NO, 1);
	assert_int_equal(FL_EXIT_USAGE, 64);
	assert_int_equal(FL_EXIT_UNAVAILABLE, 69);
	assert_int_equal(FL_EXIT_SYSTEM, 71);
	assert_int_equal(FL_EXIT_TIMEOUT, 75);
	assert_int_equal(FL_EXIT_CONFIG, 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_empty_at_first),
		cmocka_unit_test(is_set_and_returned_in_one_line),
		cmocka_unit_test(names_the_system_error),
		cmocka_unit_test(puts_context_in_front),
		cmocka_unit_test(stays_one_line),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(exit_statuses),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
