/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/options.h"

enum { OPT_FILE = 'f', OPT_WAIT = 1, OPT_DRY_RUN = 'n' };

static const struct fl_option table[] = {
	{ OPT_FILE, "file", "FILE", "a file\nof two lines" },
	{ OPT_WAIT, "wait", "[SECONDS]", "wait" },
	{ OPT_DRY_RUN, "dry-run", NULL, "write nothing" },
	{ 0, NULL, NULL, NULL },
};

static const struct fl_command command = {
	.program = "fl-test",
	.summary = "Tests.",
	.synopsis = "[-n] [HOST:PORT]",
	.options = table,
	.operands = true,
};

static char logged[1024];
static int lines;

static void catch (void *data, enum fl_level level, const char *line)
{
	(void)data, (void)level;
	lines++;
	snprintf(logged, sizeof(logged), "%s", line);
}

static void assert_logged(const char *start)
{
	assert_int_equal(strncmp(logged, start, strlen(start)), 0);
}

static int begin(void **state)
{
	(void)state;
	logged[0] = '\0';
	lines = 0;
	fl_log_threshold(FL_INFO);
	fl_log_set_sink(catch, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	fl_log_set_sink(NULL, NULL);
	fl_log_threshold(FL_INFO);
	return 0;
}

/* Parses "fl-test ARGUMENTS", parted by blanks; what --help prints is left in OUTPUT. */
static int parse(struct fl_options *options, const char *arguments, char output[4096])
{
	static char words[256], program[] = "fl-test";
	static char *argv[16];
	char *rest = NULL;
	FILE *out = fmemopen(output, 4096, "w");
	int argc = 1, id;

	argv[0] = program;
	snprintf(words, sizeof(words), "%s", arguments);
	for (char *word = strtok_r(words, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	fl_options_begin(options, &command, argc, argv);
	id = fl_options_next(options, out);
	fclose(out);
	return id;
}

static void both_forms_of_a_value_are_taken(void **state)
{
	static const struct {
		const char *arguments, *value;
		int id;
	} cases[] = {
		{ "--file=a", "a", OPT_FILE },
		{ "--file a", "a", OPT_FILE },
		{ "-fa", "a", OPT_FILE },
		{ "-f a", "a", OPT_FILE },
		{ "--wait", NULL, OPT_WAIT },
		{ "--wait=30", "30", OPT_WAIT },
		{ "--wait 30", "30", OPT_WAIT },
		{ "--wait a:1", NULL, OPT_WAIT },
		{ "-n 30", NULL, OPT_DRY_RUN },
		{ "--dry-run", NULL, OPT_DRY_RUN },
		{ "--root /x -n", NULL, OPT_DRY_RUN },
	};
	char output[4096];

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_options options;

		assert_int_equal(parse(&options, cases[i].arguments, output), cases[i].id);
		if (cases[i].value == NULL)
			assert_null(options.value);
		else
			assert_string_equal(options.value, cases[i].value);
	}
}

static void common_options_are_kept(void **state)
{
	struct fl_options options;
	char output[4096];

	(void)state;
	assert_int_equal(parse(&options, "-v --root=/x operand", output), FL_OPTION_END);
	assert_string_equal(options.root, "/x");
	assert_int_equal(fl_log_get_threshold(), FL_DEBUG);
	assert_string_equal(options.operands[0], "operand");
	assert_int_equal(parse(&options, "-q", output), FL_OPTION_END);
	assert_int_equal(fl_log_get_threshold(), FL_WARNING);
}

static void mistakes_are_one_usage_line(void **state)
{
	static const char *const bad[] = { "--nonsense",  "-x",  "--file",
					   "--dry-run=1", "-vx", "--root=" };
	struct fl_options options;
	char output[4096];

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(bad); i++) {
		lines = 0;
		assert_int_equal(parse(&options, bad[i], output), FL_OPTION_LEAVE);
		assert_int_equal(options.status, FL_EXIT_USAGE);
		assert_int_equal(lines, 1);
		assert_non_null(strstr(logged, "usage: fl-test [-n] [HOST:PORT]"));
	}
}

static void a_mistake_names_its_option(void **state)
{
	static const struct {
		const char *arguments, *message;
	} cases[] = {
		{ "--nonsense", "--nonsense is no option" },
		{ "--nonsense=x", "--nonsense is no option" },
		{ "operand --nonsense", "--nonsense is no option" },
		{ "operand other -x", "-x is no option" },
		{ "-n~v", "-~ is no option" },
		{ "--dry-run=1", "--dry-run takes no value" },
		{ "operand --file", "--file needs a value" },
		{ "operand -f", "-f needs a value" },
		{ "-\xc3\xa9", "-\\xc3 is no option" },
	};
	struct fl_options options;
	char output[4096];
	int id;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		for (id = parse(&options, cases[i].arguments, output); id > 0;)
			id = fl_options_next(&options, stdout);
		assert_int_equal(id, FL_OPTION_LEAVE);
		assert_logged(cases[i].message);
	}
}

/* The program's own mistakes end the parse as well, and the first one is told alone. */
static void a_value_that_is_not_taken_ends_the_parse(void **state)
{
	static const char *const paths[] = { "", "/a/path/of/more/than/a/hundred/and/seven/bytes/"
						 "which/is/all/that/fits/into/the/address/of/a/"
						 "socket/by/unix(7)" };
	struct fl_command plain = command;
	struct fl_options options;
	char output[4096];
	int64_t seconds;

	(void)state;
	assert_int_equal(parse(&options, "--wait=0 --nonsense", output), OPT_WAIT);
	assert_true(fl_options_seconds(&options, 0, 9, &seconds));
	assert_false(fl_options_seconds(&options, 1, 9, &seconds));
	assert_logged("--wait takes whole seconds from 1 to 9; usage: ");
	assert_int_equal(fl_options_next(&options, stdout), FL_OPTION_LEAVE);
	assert_int_equal(options.status, FL_EXIT_USAGE);
	assert_int_equal(lines, 1);
	assert_int_equal(parse(&options, "--file=a\tb", output), OPT_FILE);
	assert_false(fl_options_refuse(&options, "is no file"));
	assert_logged("--file: 'a\\x09b' is no file; usage: ");
	for (size_t i = 0; i < FL_ARRAY_SIZE(paths); i++) {
		const char *path;

		options.value = paths[i];
		assert_false(fl_options_socket(&options, &path));
		assert_logged("--file takes the path of a socket, 1 to 107 bytes");
	}
	plain.operands = false;
	assert_int_equal(parse(&options, "one", output), FL_OPTION_END);
	options.command = &plain;
	assert_int_equal(fl_options_next(&options, stdout), FL_OPTION_LEAVE);
	assert_logged("'one': operands are not taken");
	assert_int_equal(options.status, FL_EXIT_USAGE);
}

static void help_shows_every_option(void **state)
{
	static const char *const texts[] = { "Usage: fl-test [-n]", "-f, --file=FILE",
					     "of two lines",        "--wait[=SECONDS]",
					     "-n, --dry-run",       "--root=DIR",
					     "-h, --help",          "-V, --version",
					     "-v, --verbose",       "-q, --quiet" };
	char output[4096] = "";
	struct fl_options options;

	(void)state;
	assert_int_equal(parse(&options, "--help", output), FL_OPTION_LEAVE);
	assert_int_equal(options.status, FL_EXIT_OK);
	assert_int_equal(lines, 0);
	for (size_t i = 0; i < FL_ARRAY_SIZE(texts); i++) {
		if (strstr(output, texts[i]) == NULL)
			fail_msg("'%s' is not in:\n%s", texts[i], output);
	}
}

static void the_version_is_printed(void **state)
{
	char output[4096] = "";
	struct fl_options options;

	(void)state;
	assert_int_equal(parse(&options, "-V", output), FL_OPTION_LEAVE);
	assert_int_equal(options.status, FL_EXIT_OK);
	assert_int_equal(strncmp(output, "fl-test ", 8), 0);
}

/* A full disk behind stdout is a failure and not a success with half an answer. */
static void a_full_disk_is_noticed(void **state)
{
	struct fl_error err = FL_ERROR_INIT;
	static char text[8 * FL_KIB];
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	assert_non_null(full);
	fputs("data", full);
	assert_int_equal(fl_flush(full, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "No space left on device"));
	fclose(full);

	/* A text that went past the buffer has failed already: no reason is made up then. */
	full = fopen("/dev/full", "we");
	assert_non_null(full);
	memset(text, 'x', sizeof(text) - 1);
	fputs(text, full);
	assert_int_equal(fl_flush(full, &err), -1);
	assert_string_equal(err.message, "standard output: cannot be written");
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_forms_of_a_value_are_taken, begin, end),
		cmocka_unit_test_setup_teardown(common_options_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(mistakes_are_one_usage_line, begin, end),
		cmocka_unit_test_setup_teardown(a_mistake_names_its_option, begin, end),
		cmocka_unit_test_setup_teardown(a_value_that_is_not_taken_ends_the_parse, begin,
						end),
		cmocka_unit_test_setup_teardown(help_shows_every_option, begin, end),
		cmocka_unit_test_setup_teardown(the_version_is_printed, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk_is_noticed, begin, end),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
