/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser finds in a text, in order. test_context.c tests more of the format, by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "context/oneenv.h"

static void entry(void *data, const char *name, size_t length, char *value)
{
	fl_buf_printf(data, "<%.*s=%s>", (int)length, name, value);
	free(value);
}

static void skipped(void *data, size_t line)
{
	fl_buf_printf(data, "<%zu>", line);
}

static void gives(const char *text, const char *expected)
{
	fl_auto_buf struct fl_buf found = FL_BUF_INIT;
	const struct fl_oneenv_sink sink = { .data = &found, .entry = entry, .skipped = skipped };

	fl_oneenv_parse(text, strlen(text), &sink);
	assert_string_equal(fl_buf_text(&found), expected);
}

static void entries_and_skipped_lines_come_in_order(void **state)
{
	(void)state;
	gives("", "");
	gives("\n# comment\n \n", "");
	gives("export A=\"1\"\nodd\nB=2; C='3'\nexport A=\"4\"\n", "<A=1><2><B=2><C=3><A=4>");
	gives("odd\nA='x\ny'\nodder\n", "<1><A=x\ny><4>");
	/* context.sh */
	gives("# Context\nA='echo \"1\"\nexport B=\"2\"\necho '\\''3'\\'''\nC='4'",
	      "<A=echo \"1\"\nexport B=\"2\"\necho '3'><C=4>");
	gives("export\tA=1 B; export \tC\nexporx D\n", "<A=1><2>");
}

/* If a shell sets nothing for a line, the assignments at its start are not taken either. */
static void a_line_is_taken_whole_or_not_at_all(void **state)
{
	(void)state;
	gives("A=1 B=2 command\nC=3\n", "<1><C=3>");
	gives("A=1 B='open\nC=3\n", "<1><C=3>");
}

/* Lines behind a verbatim entry are entries if all of them can be read as entries. */
static void entries_follow_a_verbatim_one(void **state)
{
	(void)state;
	gives("export A=\"1\"\nB=2\n\n# say \"hi\"\nC=\"3\"\nexport D=\"4\"\nE=\"5\"\n",
	      "<A=1><B=2><C=3><D=4><E=5>");
	gives("export A=\"1\"\nB='2\n3'\nC=\"4\"\nexport D=\"5\"\n", "<A=1><B=2\n3><C=4><D=5>");
	gives("export A=\"1\"\nB=\"2\n3\"\nexport D=\"5\"\n", "<A=1><B=2\n3><D=5>");
	gives("export A=\"1\"\nB=2\\\n3\nC=\"4\"\n", "<A=1><B=23><C=4>");
	gives("export A=\"\"1\"\"\r\nB=\"2\r\n3\"\r\nC=4\r\n", "<A=\"1\"><B=2\n3><C=4>");
}

/* The lines of a script in a value are no entries: the quote at its end opens nothing. */
static void lines_of_a_value_are_no_entries(void **state)
{
	(void)state;
	/* No line of it ends in a quote before the one that looks like an entry. */
	gives("export A=\"1\nexport B=\"2\"\n", "<A=1\nexport B=\"2>");
	gives("export A=\"1\"\nexport B=\"2\"\n", "<A=1><B=2>");
	gives("export A=\"echo \"1\"\nB='2\n3'\"\n", "<A=echo \"1\"\nB='2\n3'>");
	gives("export A=\"echo \"1\"\nB=\"2\n3\"\"\nexport C=\"4\"\n",
	      "<A=echo \"1\"\nB=\"2\n3\"><C=4>");
	gives("export A=\"echo \"1\"\nif x\nB=\"2\"\nC='3\n4'\n",
	      "<A=echo \"1\"\nif x\nB=\"2><C=3\n4>");
	gives("export A=\"echo \"1\"\n# it # is\"\n", "<A=echo \"1\"\n# it # is>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_and_skipped_lines_come_in_order),
		cmocka_unit_test(a_line_is_taken_whole_or_not_at_all),
		cmocka_unit_test(entries_follow_a_verbatim_one),
		cmocka_unit_test(lines_of_a_value_are_no_entries),
	};

	return cmocka_run_group_tests_name("oneenv", tests, NULL, NULL);
}
