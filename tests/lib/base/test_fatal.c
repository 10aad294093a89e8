/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/fatal.h"
#include "child.h"

static void end(void)
{
	fl_fatal("no more");
}

static void it_says_who_and_why(void **state)
{
	char said[200];

	(void)state;
	assert_int_equal(in_child(end, said, sizeof(said)), FL_EXIT_SYSTEM);
	assert_string_equal(said, "fl: no more\n");
	fl_program("fl-test");
	assert_string_equal(fl_program_name(), "fl-test");
	assert_int_equal(in_child(end, said, sizeof(said)), FL_EXIT_SYSTEM);
	assert_string_equal(said, "fl-test: no more\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_who_and_why),
	};

	return cmocka_run_group_tests_name("fatal", tests, NULL, NULL);
}
