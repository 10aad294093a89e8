/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "context/context.h"
#include "generator.h"
#include "scratch.h"

static struct fl_context *parse(const char *text)
{
	struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_context_parse("one_env", text, strlen(text), &context, &err), 0);
	assert_non_null(context);
	return context;
}

static void assert_value(const struct fl_context *context, const char *name, const char *expected)
{
	const char *value = fl_context_get(context, name);

	if (expected == NULL) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_string_equal(value, expected);
}

/* Checks that TEXT gives NAME this value, and that an entry behind TEXT is read as well. */
static void check(const char *text, const char *name, const char *expected)
{
	fl_auto_buf struct fl_buf whole = FL_BUF_INIT;
	fl_auto_context struct fl_context *alone = parse(text);
	fl_auto_context struct fl_context *followed = NULL;

	assert_value(alone, name, expected);
	fl_buf_printf(&whole, "%s\nexport BEHIND=\"seen\"\n", text);
	followed = parse(fl_buf_text(&whole));
	assert_value(followed, name, expected);
	assert_value(followed, "BEHIND", "seen");
}

/* Traps 4 and 5: hostile values that the real generator wrote are read back unchanged. */
static void survives_the_generator(void **state)
{
	static const struct variable variables[] = {
		{ "DISK_ID", "1" },
		{ "ETH0_IP", "172.16.100.7" },
		{ "EMPTY", "" },
		{ "PATH", "/evil" },
		{ "LD_PRELOAD", "/evil.so" },
		{ "SUBSTITUTION", "$(touch /tmp/pwned) `touch /tmp/pwned` ${HOME} $PATH" },
		{ "QUOTES", "say \"hi\" and 'bye' and \"" },
		{ "QUOTED", "\"all of it\"" },
		{ "BACKSLASHES", "\\ \\\\ \\\" \\n \\" },
		{ "SPACES", "  leading, trailing\t " },
		{ "UTF8", "Z\303\274rich" },
		{ "SSH_PUBLIC_KEY", "ssh-ed25519 AAAA a@b\nssh-ed25519 BBBB c@d\n" },
		{ "LINES", "first \"quoted\"\nsecond\n\nFL_LOOKALIKE=\"fourth\"\n'fifth" },
		{ "EXPORT", "one\nexport FL_INSIDE=\"two" },
		{ "START_SCRIPT", "#!/bin/bash\necho \"hi\"\nFOO=1\n# say \"done\"" },
		{ "PERCENT", "%n 100% $$ %%\nFL_STRATEGY=Evil" },
		{ "with-dash", "kept apart" },
		{ "FL_STRATEGY", "FedProx" },
		{ "TOKENTXT", "sec\"ret" },
		{ "VMID", "42" },
		{ "ONEGATE_ENDPOINT", "http://169.254.16.9:5030" },
		{ "LAST", "ends in a quote\"" },
	};
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	fl_auto_context struct fl_context *context = NULL;

	(void)state;
	generate(&text, variables, FL_ARRAY_SIZE(variables));
	context = parse(fl_buf_text(&text));
	for (size_t i = 0; i < FL_ARRAY_SIZE(variables); i++)
		assert_value(context, variables[i].name,
			     variables[i].value[0] != '\0' ? variables[i].value : NULL);
	assert_value(context, "FL_LOOKALIKE", NULL);
	assert_value(context, "FL_INSIDE", NULL);
	assert_value(context, "with", NULL);
	assert_value(context, "dash", NULL);
}

static void verbatim_shape(void **state)
{
	(void)state;
	check("export A=\"x\"", "A", "x");
	check("export A=\"\"", "A", NULL);
	check("export A=\"\"\"", "A", "\"");
	check("export A=\" x \"", "A", " x ");
	check("export A=\"a\\\"b\\\\c\\$d\"", "A", "a\\\"b\\\\c\\$d");
	check("export A=\"a\" # b\"", "A", "a\" # b");
	check("export A=\"first \"quoted\"\nsecond\"", "A", "first \"quoted\"\nsecond");
	check("export A=\"x\n\"", "A", "x\n");
	check("export A=\"\n\nx\n\n\"", "A", "\n\nx\n\n");
	check("export A=\"x\ny\"\nnot an entry\nB=1\"", "A", "x\ny\"\nnot an entry\nB=1");
	/* The closing quote stands in the last comment of a script. */
	check("export A=\"echo \"hi\"\n# done\"", "A", "echo \"hi\"\n# done");
	check("export A=\"x\r\"", "A", "x\r");
}

static void crlf(void **state)
{
	fl_auto_context struct fl_context *context = parse(
		"export A=\"x\"\r\nB=y\r\nC='z'\r\n\r\n# c\r\nD='1\r\n2'\r\nexport "
		"E=\"3\r\n4\"\r\nF=5\r");

	(void)state;
	assert_value(context, "A", "x");
	assert_value(context, "B", "y");
	assert_value(context, "C", "z");
	assert_value(context, "D", "1\n2");
	assert_value(context, "E", "3\n4");
	assert_value(context, "F", "5");
	assert_int_equal(fl_context_skipped(context), 0);
}

static void a_later_entry_replaces(void **state)
{
	fl_auto_context struct fl_context *context = parse(
		"export VMID=\"1\"\nexport A=\"a\"\nexport B=\"b\"\nexport VMID=\"2\"\n"
		"export A=\"\"\n");

	(void)state;
	assert_int_equal(fl_context_count(context), 3);
	assert_value(context, "VMID", "2");
	assert_value(context, "A", NULL);
	assert_string_equal(fl_context_name(context, 0), "B");
	assert_string_equal(fl_context_name(context, 1), "VMID");
	assert_string_equal(fl_context_name(context, 2), "A");
	assert_string_equal(fl_context_value(context, 2), "");
}

static void a_bad_line_hides_no_entry(void **state)
{
	static const char *const bad[] = {
		"A='open",  "A=\"open", "A=it's",   "touch /tmp/x", "A=1 touch /tmp/x",
		"A=$(open", "A=${open", "A=`open",  "export",       "export A",
		"=",        "=x",       "A B=c",    "A=(1 2)",      "A=<x",
		"\\",       "'",        "\377\376", "A=1 && B=2",   "export 1=2",
		"$(id)=x",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		fl_auto_buf struct fl_buf text = FL_BUF_INIT;
		fl_auto_context struct fl_context *context = NULL;

		fl_buf_printf(&text, "export BEFORE=\"1\"\n%s\nexport BEHIND=\"2\"\nLAST=3\n",
			      bad[i]);
		context = parse(fl_buf_text(&text));
		assert_value(context, "BEFORE", "1");
		assert_value(context, "LAST", "3");
		assert_value(context, "BEHIND", "2");
	}
}

static void unterminated_at_the_end(void **state)
{
	fl_auto_context struct fl_context *context = parse("export A=\"x\"\nexport B=\"open\nC=y");

	(void)state;
	assert_value(context, "A", "x");
	assert_value(context, "B", NULL);
	assert_value(context, "C", "y");
	assert_int_equal(fl_context_skipped(context), 1);
	assert_int_equal(fl_context_skipped_line(context, 0), 2);
}

static void nothing_at_all(void **state)
{
	fl_auto_context struct fl_context *context = parse("");

	(void)state;
	assert_int_equal(fl_context_count(context), 0);
	assert_value(context, "A", NULL);
	fl_context_free(NULL);
}

static void refuses_nul(void **state)
{
	static const char text[] = "A=1\nB=\0002\n";
	struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_context_parse("one_env", text, sizeof(text) - 1, &context, &err), -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
	assert_non_null(strstr(err.message, "one_env:2"));
	assert_null(context);
}

/* A parser that reads ahead from each line takes quadratic time for these: minutes to days. */
static void large_values(void **state)
{
	static const char *const pieces[] = {
		"x",
		"export A=\"x\n",
		"A='\n",
		"${",
		"A=${ ",
		"\"\n",
		"A=\"x\"\n",
		"A='\"' B=\"\n",
		"A=\"'\"'\"''\n",
		"export A=\"\nB='",
		"$(",
		"\\",
		"#\"\n",
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(pieces); i++) {
		fl_auto_buf struct fl_buf text = FL_BUF_INIT;
		fl_auto_context struct fl_context *context = NULL;

		fl_buf_puts(&text, "export FIRST=\"1\"\nA=");
		while (text.length < FL_MIB)
			fl_buf_puts(&text, pieces[i]);
		context = parse(fl_buf_text(&text));
		assert_true(fl_context_count(context) > 0 || fl_context_skipped(context) > 0);
	}
}

static void value_of_a_mebibyte(void **state)
{
	fl_auto_free char *value = fl_xcalloc(1, FL_MIB + 1);
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;

	(void)state;
	memset(value, '"', FL_MIB);
	fl_buf_printf(&text, "export A=\"%s\"", value);
	check(fl_buf_text(&text), "A", value);
}

static void refuse(const char *path, const char *reason)
{
	struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_context_read(path, &context, &err), -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
	assert_non_null(strstr(err.message, path));
	assert_non_null(strstr(err.message, reason));
	assert_null(context);
}

static void reads_a_file(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/one_env", scratch);
	fl_auto_free char *link_path = fl_xasprintf("%s/link", scratch);
	fl_auto_free char *fifo = fl_xasprintf("%s/fifo", scratch);
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(path, "export A=\"x\"\n");
	assert_int_equal(symlink("one_env", link_path), 0);
	assert_int_equal(fl_context_read(link_path, &context, &err), 0);
	assert_value(context, "A", "x");

	assert_int_equal(mkfifo(fifo, 0600), 0);
	refuse(fifo, "is not a regular file");
	refuse(scratch, "is not a regular file");
	refuse("/dev/null", "is not a regular file");
	refuse("/proc/self/mem", "read: Input/output error");
	assert_int_equal(unlink(path), 0);
	refuse(path, "No such file or directory; has contextualization run?");
}

static void refuses_a_file_that_is_too_large(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/large", scratch);

	(void)state;
	scratch_write(path, "");
	assert_int_equal(truncate(path, FL_CONTEXT_MAX + 1), 0);
	refuse(path, "larger than");
}

static void an_unreadable_file(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/secret", scratch);
	struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;
	uid_t user = geteuid();
	int result;

	(void)state;
	scratch_write(path, "A=1\n");
	assert_int_equal(chmod(path, 0), 0);
	/* root can read every file, so the call runs as another user. */
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	result = fl_context_read(path, &context, &err);
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, FL_EXIT_CONFIG);
	assert_non_null(strstr(err.message, "Permission denied; run this as root"));
	assert_null(context);
}

static void knows_secrets(void **state)
{
	(void)state;
	assert_true(fl_context_is_secret("TOKENTXT"));
	assert_true(fl_context_is_secret("db_password"));
	assert_true(fl_context_is_secret("MY_SECRET_KEY"));
	assert_false(fl_context_is_secret("FL_STRATEGY"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_the_generator),
		cmocka_unit_test(verbatim_shape),
		cmocka_unit_test(crlf),
		cmocka_unit_test(a_later_entry_replaces),
		cmocka_unit_test(a_bad_line_hides_no_entry),
		cmocka_unit_test(unterminated_at_the_end),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(refuses_nul),
		cmocka_unit_test(large_values),
		cmocka_unit_test(value_of_a_mebibyte),
		cmocka_unit_test_teardown(reads_a_file, scratch_empty),
		cmocka_unit_test_teardown(refuses_a_file_that_is_too_large, scratch_empty),
		cmocka_unit_test_teardown(an_unreadable_file, scratch_empty),
		cmocka_unit_test(knows_secrets),
	};

	return cmocka_run_group_tests_name("context", tests, scratch_make, scratch_remove);
}
