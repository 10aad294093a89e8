/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/edits.h"

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t edits;
	} cases[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "abc", 0 },
		{ "abc", "abd", 1 },
		{ "abc", "ab", 1 },
		{ "abc", "xabc", 1 },
		{ "kitten", "sitting", 3 },
		{ "FL_STRATGY", "FL_STRATEGY", 1 },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		assert_int_equal(fl_edits(cases[i].a, cases[i].b), cases[i].edits);
		assert_int_equal(fl_edits(cases[i].b, cases[i].a), cases[i].edits);
	}
}

static void only_the_start_of_a_long_name_counts(void **state)
{
	char a[1000], b[1000];

	(void)state;
	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	assert_int_equal(fl_edits(a, b), FL_EDITS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(only_the_start_of_a_long_name_counts),
	};

	return cmocka_run_group_tests_name("edits", tests, NULL, NULL);
}
