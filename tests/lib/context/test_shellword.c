/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "context/context.h"
#include "context/shellword.h"

/* The values that `sh -c '. FILE'` sets, but what a shell expands stays as it is. */
static void reads_as_a_shell(void **state)
{
	static const struct {
		const char *text;
		const char *name;
		const char *value; /* NULL: unset */
	} cases[] = {
		{ "A=x", "A", "x" },
		{ "  export A=\"x y\"", "A", "x y" },
		{ "\tA=x", "A", "x" },
		{ "A=", "A", NULL },
		{ "A=''", "A", NULL },
		{ "A='it'\\''s'", "A", "it's" },
		{ "A=\"with \\\" \\\\ \\$ \\` \\n escapes\"", "A", "with \" \\ $ ` \\n escapes" },
		{ "A='a'\"b\"c\\ d", "A", "abc d" },
		{ "A='it'\\''s\nexport B=\"x\"'", "A", "it's\nexport B=\"x\"" },
		{ "A='two\nlines'", "A", "two\nlines" },
		{ "A=\"two\nlines\"", "A", "two\nlines" },
		{ "A=one\\\nline", "A", "oneline" },
		{ "A=\"one\\\nline\"", "A", "oneline" },
		{ "A=x;B=y", "B", "y" },
		{ "A=x # comment", "A", "x" },
		{ "A=x#y", "A", "x#y" },
		{ "A=' x '", "A", " x " },
		{ "export A=x B=y", "B", "y" },
		{ "A=x; export A", "A", "x" },
		{ "export A=x B", "A", "x" },
		{ "A=x B", "A", NULL },
		{ "# A=x", "A", NULL },
		{ "A=x=y", "A", "x=y" },
		{ "A=$HOME", "A", "$HOME" },
		{ "A=\"$(id) `id` ${HOME}\"", "A", "$(id) `id` ${HOME}" },
		{ "A=$(echo x (y) z)", "A", "$(echo x (y) z)" },
		{ "A=`echo x y`", "A", "`echo x y`" },
		{ "A=${B:-x y}", "A", "${B:-x y}" },
		{ "A='$(id)'", "A", "$(id)" },
		{ "A=~", "A", "~" },
		{ "A=x command", "A", NULL },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_buf struct fl_buf text = FL_BUF_INIT;
		fl_auto_context struct fl_context *context = NULL;
		struct fl_error err = FL_ERROR_INIT;
		const char *value;

		fl_buf_printf(&text, "%s\nBEHIND='seen'\n", cases[i].text);
		assert_int_equal(fl_context_parse("one_env", text.data, text.length, &context,
						  &err),
				 0);
		assert_string_equal(fl_context_get(context, "BEHIND"), "seen");
		value = fl_context_get(context, cases[i].name);
		if (cases[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value != NULL ? value : "(unset)", cases[i].value);
	}
}

static struct fl_cursor cursor(const char *text)
{
	return (struct fl_cursor){ text, text + strlen(text) };
}

static void stops_behind_the_word(void **state)
{
	static const char *const ends[] = { " ", "\t", "\n", ";", "&", "|", "<", "(", ")", "\r\n" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(ends); i++) {
		fl_auto_buf struct fl_buf text = FL_BUF_INIT;
		fl_auto_buf struct fl_buf word = FL_BUF_INIT;
		struct fl_cursor at;

		fl_buf_printf(&text, "a'b'%srest", ends[i]);
		at = cursor(fl_buf_text(&text));
		assert_true(fl_shellword_read(&at, &word));
		assert_string_equal(fl_buf_text(&word), "ab");
		assert_ptr_equal(at.at, fl_buf_text(&text) + 4);
	}
}

static void refuses_an_open_quote_or_substitution(void **state)
{
	static const char *const open[] = {
		"'x",
		"\"x",
		"x'y",
		"x\"y",
		"$(x",
		"${x",
		"`x",
		"$(x\n)",
		"it's\nexport A=\"'",
		"it\"s\nexport A=\"",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(open); i++) {
		fl_auto_buf struct fl_buf word = FL_BUF_INIT;
		struct fl_cursor at = cursor(open[i]);

		assert_false(fl_shellword_read(&at, &word));
	}
}

static void knows_names(void **state)
{
	struct fl_cursor at = cursor("AZaz09_-=x"), space = cursor("A B=x"), none = cursor("=x");
	struct fl_cursor export = cursor("export A=x"), bare = cursor("export A");
	const char *value = NULL;
	size_t length = 0;

	(void)state;
	assert_true(fl_shellword_name(&at, &length));
	assert_int_equal(length, 8);
	for (const char *c = "@[`{/:"; *c != '\0'; c++) {
		const char beside[] = { 'A', *c, '=', '\0' };
		struct fl_cursor other = cursor(beside);

		assert_false(fl_shellword_name(&other, &length));
	}
	assert_false(fl_shellword_name(&space, &length));
	assert_false(fl_shellword_name(&none, &length));
	assert_true(fl_shellword_is_export(&export, &value));
	assert_string_equal(value, "x");
	assert_false(fl_shellword_is_export(&bare, &value));
	assert_false(fl_shellword_is_export(&at, &value));
}

static void drops_cr(void **state)
{
	char text[] = "\r\na\rb\r\r\nc\r";

	(void)state;
	fl_shellword_drop_cr(text);
	assert_string_equal(text, "\na\rb\r\nc\r");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_a_shell),
		cmocka_unit_test(stops_behind_the_word),
		cmocka_unit_test(refuses_an_open_quote_or_substitution),
		cmocka_unit_test(knows_names),
		cmocka_unit_test(drops_cr),
	};

	return cmocka_run_group_tests_name("shellword", tests, NULL, NULL);
}
