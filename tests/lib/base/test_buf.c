/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void starts_empty(void **state)
{
	fl_auto_buf struct fl_buf buf = FL_BUF_INIT;

	(void)state;
	assert_string_equal(fl_buf_text(&buf), "");
	assert_null(buf.data);
	fl_buf_reset(&buf);
	fl_buf_free(&buf);
	assert_string_equal(fl_buf_text(&buf), "");
}

static void adds(void **state)
{
	fl_auto_buf struct fl_buf buf = FL_BUF_INIT;

	(void)state;
	fl_buf_puts(&buf, "a");
	fl_buf_putc(&buf, 'b');
	fl_buf_add(&buf, "cde", 2);
	fl_buf_printf(&buf, "%d%s", 42, "!");
	assert_string_equal(fl_buf_text(&buf), "abcd42!");
	assert_int_equal(buf.length, 7);
	fl_buf_add(&buf, "\0x", 2);
	assert_int_equal(buf.length, 9);
	assert_memory_equal(buf.data, "abcd42!\0x", 10);
	assert_false(buf.truncated);
}

/* Growth keeps what was there, and a NUL stands behind the data at every length. */
static void grows(void **state)
{
	fl_auto_buf struct fl_buf buf = FL_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		fl_buf_putc(&buf, (char)('a' + i % 26));
		assert_int_equal(buf.data[buf.length], '\0');
	}
	assert_int_equal(buf.length, 10000);
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(buf.data[i], 'a' + i % 26);
	assert_true(buf.capacity > 10000);
}

static void stops_at_its_limit(void **state)
{
	fl_auto_buf struct fl_buf buf = FL_BUF_INIT;

	(void)state;
	buf.limit = 5;
	fl_buf_puts(&buf, "abc");
	assert_false(buf.truncated);
	fl_buf_puts(&buf, "de");
	assert_false(buf.truncated);
	fl_buf_puts(&buf, "");
	assert_false(buf.truncated);
	fl_buf_puts(&buf, "f");
	assert_true(buf.truncated);
	assert_string_equal(fl_buf_text(&buf), "abcde");
	/* Sticky until it is emptied; the limit stays. */
	fl_buf_puts(&buf, "");
	assert_true(buf.truncated);
	fl_buf_reset(&buf);
	assert_string_equal(fl_buf_text(&buf), "");
	assert_false(buf.truncated);
	fl_buf_puts(&buf, "123456");
	assert_true(buf.truncated);
	assert_string_equal(fl_buf_text(&buf), "12345");
}

static void reads_to_the_end_or_to_its_limit(void **state)
{
	static const struct {
		size_t limit;
		const char *text;
		bool truncated;
	} cases[] = { { 0, "0123456789", false },
		      { 10, "0123456789", false },
		      { 9, "012345678", true } };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_buf struct fl_buf buf = { .limit = cases[i].limit };
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], "0123456789", 10), 10);
		close(ends[1]);
		assert_int_equal(fl_buf_read(&buf, ends[0]), 0);
		assert_string_equal(fl_buf_text(&buf), cases[i].text);
		assert_int_equal(buf.truncated, cases[i].truncated);
		close(ends[0]);
		assert_int_equal(fl_buf_read(&buf, -1), buf.truncated ? 0 : -1);
	}
}

static void gives_its_text_away(void **state)
{
	fl_auto_buf struct fl_buf buf = FL_BUF_INIT;
	fl_auto_free char *first = NULL;
	fl_auto_free char *second = NULL;

	(void)state;
	fl_buf_puts(&buf, "mine");
	first = fl_buf_take(&buf);
	assert_string_equal(first, "mine");
	assert_null(buf.data);
	assert_int_equal(buf.length, 0);
	/* An empty buffer gives an empty string, never NULL. */
	second = fl_buf_take(&buf);
	assert_string_equal(second, "");
}

static void quotes(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *shown;
	} cases[] = {
		{ "", 0, "" },
		{ "plain text", 10, "plain text" },
		{ "a\nb", 3, "a\\nb" },
		{ "a\\nb", 4, "a\\\\nb" },
		{ "\x1b[2J", 4, "\\x1b[2J" },
		{ "\0", 1, "\\x00" },
		{ "\x7f\x80\xff", 3, "\\x7f\\x80\\xff" },
		{ "\xc3\xa9", 2, "\\xc3\\xa9" },
		{ "%s%n", 4, "%s%n" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_buf struct fl_buf buf = FL_BUF_INIT;

		fl_buf_quote(&buf, cases[i].bytes, cases[i].length);
		assert_string_equal(fl_buf_text(&buf), cases[i].shown);
	}
}

/* At most 200 characters of a value are shown, and no escape is cut in half. */
static void quotes_200_characters(void **state)
{
	fl_auto_buf struct fl_buf exact = FL_BUF_INIT;
	fl_auto_buf struct fl_buf longer = FL_BUF_INIT;
	fl_auto_buf struct fl_buf escaped = FL_BUF_INIT;
	fl_auto_free char *copy = NULL;
	char text[301];

	(void)state;
	memset(text, 'x', sizeof(text));
	fl_buf_quote(&exact, text, 200);
	assert_int_equal(exact.length, 200);
	fl_buf_quote(&longer, text, 201);
	assert_int_equal(longer.length, 203);
	assert_string_equal(fl_buf_text(&longer) + 199, "x...");
	text[198] = '\x01';
	fl_buf_quote(&escaped, text, 300);
	assert_string_equal(fl_buf_text(&escaped) + 197, "x...");
	text[300] = '\0';
	copy = fl_quoted(text);
	assert_string_equal(copy, fl_buf_text(&escaped));
}

static void writes_shell_words(void **state)
{
	static const char *const cases[][2] = {
		{ "plain-1.2_x/y:z=@,%+", "plain-1.2_x/y:z=@,%+" },
		{ "", "''" },
		{ "two words", "'two words'" },
		{ "it's", "'it'\\''s'" },
		{ "$(id) `id` \"x\"", "'$(id) `id` \"x\"'" },
		{ "a\nb", "'a\nb'" },
		{ "~root", "'~root'" },
		{ "\xc3\xa9", "'\xc3\xa9'" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_buf struct fl_buf buf = FL_BUF_INIT;

		fl_buf_shell(&buf, cases[i][0]);
		assert_string_equal(fl_buf_text(&buf), cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty),
		cmocka_unit_test(adds),
		cmocka_unit_test(grows),
		cmocka_unit_test(stops_at_its_limit),
		cmocka_unit_test(reads_to_the_end_or_to_its_limit),
		cmocka_unit_test(gives_its_text_away),
		cmocka_unit_test(quotes),
		cmocka_unit_test(quotes_200_characters),
		cmocka_unit_test(writes_shell_words),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
