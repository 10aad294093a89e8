/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static void characters_are_read(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t character;
	} cases[] = {
		{ "A", 'A' },
		{ "\x7f", 0x7f },
		{ "\xc2\x80", 0x80 },
		{ "\xc3\xbc", 0xfc },
		{ "\xdf\xbf", 0x7ff },
		{ "\xe0\xa0\x80", 0x800 },
		{ "\xed\x9f\xbf", 0xd7ff },
		{ "\xee\x80\x80", 0xe000 },
		{ "\xef\xbf\xbf", 0xffff },
		{ "\xf0\x90\x80\x80", 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		const char *at = cases[i].bytes;

		assert_int_equal(fl_utf8_next(&at), cases[i].character);
		assert_int_equal(at - cases[i].bytes, strlen(cases[i].bytes));
	}
}

static void what_is_no_utf8_is_refused(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc3",
		"\xc3(",
		"\xe2\x82",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x90\x80\x80\x80",
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		const char *at = cases[i];

		assert_true(fl_utf8_next(&at) == FL_UTF8_NONE);
		assert_ptr_equal(at, cases[i]);
	}
}

static void a_text_becomes_one_harmless_line(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "plain \xc3\xbc \xe2\x82\xac \xf0\x9f\x8e\x8a",
		  "plain \xc3\xbc \xe2\x82\xac \xf0\x9f\x8e\x8a" },
		{ "a\nb\rc\td\x1b[0m\x7f", "a?b?c?d?[0m?" },
		/* U+009B starts an escape sequence on a terminal that reads UTF-8. */
		{ "\xc2\x9b"
		  "2Jx",
		  "?2Jx" },
		/* The ends of each range of characters that steer, and what stands beside them. */
		{ "\x1f \x7f\xc2\x80\xc2\x9f\u00a0\u2027\u2028\u2029\ufffd\ufffe\uffff",
		  "? ???\u00a0\u2027??\ufffd??" },
		/* U+202E, U+2066, U+200B, U+FEFF, U+E0065 and others are not seen themselves. */
		{ "\u00ad\u061c\u180e\u200b\u200f\u202a\u202e\u2060\u206f\ufeff\ufff9\ufffb",
		  "????????????" },
		{ "\u00ac\u00ae\u061b\u061d\u180d\u180f\u200a\u2010\u202f",
		  "\u00ac\u00ae\u061b\u061d\u180d\u180f\u200a\u2010\u202f" },
		{ "\u205f\u2070\ufefe\uff00", "\u205f\u2070\ufefe\uff00" },
		{ "\ufff8\ufffc\U000dffff\U000e0000\U000e007f\U000e0080",
		  "\ufff8\ufffc\U000dffff??\U000e0080" },
		{ "\x9b!\xff!\xc3", "?!?!?" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", cases[i].from);
		fl_utf8_flatten(text);
		assert_string_equal(text, cases[i].to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_read),
		cmocka_unit_test(what_is_no_utf8_is_refused),
		cmocka_unit_test(a_text_becomes_one_harmless_line),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
