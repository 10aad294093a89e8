/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/macro.h"
#include "base/number.h"

static void takes_decimal_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "10", 10 },
		{ "65535", 65535 },
		{ "9223372036854775807", INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		int64_t value = -1;

		assert_true(fl_number(cases[i].text, 0, INT64_MAX, &value));
		assert_true(value == cases[i].value);
	}
}

static void refuses_everything_else(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1\n",
		"01",
		"00",
		"0x10",
		"1e3",
		"1.0",
		"1/0",
		"a",
		"1:",
		"\xd9\xa1", /* ARABIC-INDIC DIGIT ONE */
		"9223372036854775808",
		"18446744073709551617",
		"99999999999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(texts); i++) {
		int64_t value = 77;

		if (fl_number(texts[i], 0, INT64_MAX, &value))
			fail_msg("'%s' was taken", texts[i]);
		assert_true(value == 77);
	}
}

static void keeps_to_its_bounds(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_true(fl_number("1", 1, 3600, &value));
	assert_true(fl_number("3600", 1, 3600, &value));
	assert_false(fl_number("0", 1, 3600, &value));
	assert_false(fl_number("3601", 1, 3600, &value));
	assert_true(value == 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_decimal_numbers),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(keeps_to_its_bounds),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
