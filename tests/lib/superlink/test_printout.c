/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/log.h"
#include "superlink/printout.h"
#include "scratch.h"

static const struct {
	const char *name, *begin;
	bool needs_context;
} all[] = {
	{ "docker-run", "docker create --name ", true },
	{ "env", "FL_NUM_ROUNDS=4\nFL_STRATEGY=FedAvg\n", true },
	{ "json", "{\n", true },
	{ "context", "FL_NUM_ROUNDS=4", true },
	{ "unit", "[Unit]\n", false },
	{ "variables", "FLOWER_VERSION\n  Version", false },
	{ "user-inputs", "USER_INPUTS = [\n", false },
	{ "mdoc", ".It Ev ", false },
};

static char output[65536];
static size_t length;

static int print(const char *what, struct fl_error *err)
{
	fl_auto_paths struct fl_paths paths;
	FILE *out = fmemopen(output, sizeof(output), "w");
	int result;

	fl_paths_init(&paths, scratch, NULL);
	result = fl_printout(what, &paths, out, err);
	length = (size_t)ftell(out);
	fclose(out);
	return result;
}

static void put_context(const char *text)
{
	fl_auto_free char *path = path_of("run/one-context/one_env");

	scratch_write(path, text);
}

static void everything_known_can_be_printed(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	put_context("FL_NUM_ROUNDS=4\n");
	for (size_t i = 0; i < FL_ARRAY_SIZE(all); i++) {
		assert_true(fl_printout_known(all[i].name));
		assert_int_equal(print(all[i].name, &err), 0);
		assert_memory_equal(output, all[i].begin, strlen(all[i].begin));
	}
	assert_false(fl_printout_known("everything"));
	assert_false(fl_printout_known(""));
}

static void some_of_it_needs_a_context(void **state)
{
	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(all); i++) {
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(print(all[i].name, &err), all[i].needs_context ? -1 : 0);
		if (all[i].needs_context)
			assert_int_equal(err.code, FL_EXIT_CONFIG);
	}
}

static void the_context_is_printed_as_env_0_does(void **state)
{
	static const char wanted[] = "A=1\n2\0TOKENTXT=***\0MY_PASSWORD=\0FL_STRATEGY=wrong";
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	put_context("export A=\"1\n2\"\nexport TOKENTXT=\"geheim\"\nexport MY_PASSWORD=\"\"\n"
		    "export FL_STRATEGY=\"wrong\"\n");
	assert_int_equal(print("context", &err), 0);
	assert_int_equal(length, sizeof(wanted));
	assert_memory_equal(output, wanted, sizeof(wanted));
	assert_int_equal(print("env", &err), -1); /* a value is invalid */
	assert_int_equal(err.code, FL_EXIT_CONFIG);
}

static void drop(void *data, enum fl_level level, const char *line)
{
	(void)data, (void)level, (void)line;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(everything_known_can_be_printed, scratch_empty),
		cmocka_unit_test_setup(some_of_it_needs_a_context, scratch_empty),
		cmocka_unit_test_setup(the_context_is_printed_as_env_0_does, scratch_empty),
	};

	fl_log_set_sink(drop, NULL);
	return cmocka_run_group_tests_name("printout", tests, scratch_make, scratch_remove);
}
