/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "config/original.h"
#include "config/paths.h"
#include "scratch.h"

static struct fl_paths paths;
static char *original; /* the path of one-contextd's copy */

static int start(void **state)
{
	int result = scratch_make(state);

	fl_paths_init(&paths, scratch, NULL);
	original = fl_xasprintf("%s/run/one-context/context.sh.local", scratch);
	return result;
}

static int end(void **state)
{
	free(original);
	fl_paths_free(&paths);
	return scratch_remove(state);
}

/* Compares one_env at PATH with the copy. */
static void compare(const char *path, const char *one_env, const char *copy,
		    struct fl_findings *findings)
{
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	scratch_write(path, one_env);
	if (copy != NULL)
		scratch_write(original, copy);
	assert_int_equal(fl_context_read(path, &context, &err), 0);
	fl_original_compare(path, context, findings);
}

static void missing_parameters_are_named(void **state)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	compare(paths.context, "export VMID=\"7\"\nexport CA_CERT=\"abc\n9abc==\"\n",
		"CA_CERT='abc\n9abc=='\nETH0_IP='192.0.2.2'\nFL_NUM_ROUNDS='5'\n"
		"ONEAPP_FL_STRATEGY='FedAdam'\nVMID='7'\n",
		&findings);
	assert_int_equal(findings.errors, 1);
	assert_non_null(
		strstr(findings.list[0].text, "FL_NUM_ROUNDS, FL_STRATEGY, ETH0_IP: missing"));
	assert_non_null(strstr(findings.list[0].text, paths.context));
	assert_non_null(strstr(findings.list[0].text, original));
	assert_null(strstr(findings.list[0].text, "VMID"));
}

static void a_whole_one_env_is_fine(void **state)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	/* Missing may be: an empty value, a name that these programs do not read, and what a script
	 * in the context exports. */
	compare(paths.context, "export FL_NUM_ROUNDS=\"5\"\nexport TOKENTXT=\"t\"\n",
		"FL_NUM_ROUNDS='5'\nFL_STRATEGY=''\nZ='1'\n"
		"START_SCRIPT='echo '\\''a'\\''\nexport FL_ISOLATION=\"process\"\n'\n",
		&findings);
	assert_int_equal(findings.count, 0);
}

static void without_an_original_there_is_no_error(void **state)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	compare(paths.context, "FL_NUM_ROUNDS=5\n", NULL, &findings);
	assert_int_equal(findings.count, 0);
}

static void a_file_of_another_name_has_no_original(void **state)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_free char *path = fl_xasprintf("%s/run/one-context/mine", scratch);

	(void)state;
	compare(path, "FL_NUM_ROUNDS=5\n", "FL_STRATEGY='FedAdam'\n", &findings);
	assert_int_equal(findings.count, 0);
}

static void an_unreadable_original_is_ignored(void **state)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	(void)state;
	scratch_write(original, "");
	assert_int_equal(unlink(original), 0);
	assert_int_equal(mkdir(original, 0700), 0);
	compare(paths.context, "FL_NUM_ROUNDS=5\n", NULL, &findings);
	assert_int_equal(findings.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(missing_parameters_are_named, scratch_empty),
		cmocka_unit_test_setup(a_whole_one_env_is_fine, scratch_empty),
		cmocka_unit_test_setup(without_an_original_there_is_no_error, scratch_empty),
		cmocka_unit_test_setup(a_file_of_another_name_has_no_original, scratch_empty),
		cmocka_unit_test_setup(an_unreadable_original_is_ignored, scratch_empty),
	};

	return cmocka_run_group_tests_name("original", tests, start, end);
}
