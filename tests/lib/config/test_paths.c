/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: access */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/paths.h"
#include "scratch.h"

static bool at_run, at_var_run; /* whether this host has a context there */

int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	(void)mode;
	return (strncmp(path, "/var/run/", 9) == 0 ? at_var_run : at_run) ? 0 : -1;
}

static void the_host_has_the_documented_paths(void **state)
{
	static const char *const roots[] = { NULL, "", "/", "//" };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(roots); i++) {
		fl_auto_paths struct fl_paths paths;

		fl_paths_init(&paths, roots[i], NULL);
		assert_true(fl_paths_is_host(&paths));
		assert_string_equal(paths.json, "/opt/flower/config/superlink.json");
		assert_string_equal(paths.state_dir, "/opt/flower/state");
		assert_string_equal(paths.unit, "/etc/systemd/system/flower-superlink.service");
		assert_string_equal(paths.status, "/run/flower-superlink/status");
		assert_string_equal(paths.bootstrap_log,
				    "/var/log/one-appliance/flower-bootstrap.log");
	}
}

static void everything_is_below_the_root(void **state)
{
	fl_auto_free char *slashed = fl_xasprintf("%s//", scratch);
	fl_auto_free char *context = fl_xasprintf("%s/run/one-context/one_env", scratch);
	fl_auto_paths struct fl_paths paths;

	(void)state;
	fl_paths_init(&paths, slashed, NULL);
	assert_false(fl_paths_is_host(&paths));
	assert_string_equal(paths.root, scratch);
	assert_string_equal(paths.context, context);
}

static void a_relative_root_becomes_absolute(void **state)
{
	fl_auto_free char *missing = fl_xasprintf("%s/not/there", scratch);
	fl_auto_paths struct fl_paths here, relative;

	(void)state;
	assert_int_equal(chdir(scratch), 0);
	fl_paths_init(&here, ".", NULL);
	assert_string_equal(here.root, scratch);
	fl_paths_init(&relative, "not/there", NULL);
	assert_string_equal(relative.root, missing);
	assert_int_equal(chdir("/"), 0);
}

#define CONTEXT "/run/one-context/one_env"

/* /var/run is not a link to /run on each host. Below another root there is only one path. */
static void the_host_may_have_the_context_at_its_old_path(void **state)
{
	static const struct {
		const char *root, *option;
		bool at_run, at_var_run;
		const char *context;
	} cases[] = {
		{ NULL, NULL, false, false, CONTEXT },
		{ NULL, NULL, false, true, "/var" CONTEXT },
		{ NULL, NULL, true, true, CONTEXT },
		{ "/r", NULL, false, true, "/r" CONTEXT },
		{ NULL, "/somewhere", false, true, "/somewhere" },
		{ "/r", "/somewhere", true, true, "/somewhere" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_paths struct fl_paths paths;

		at_run = cases[i].at_run;
		at_var_run = cases[i].at_var_run;
		fl_paths_init(&paths, cases[i].root, cases[i].option);
		assert_string_equal(paths.context, cases[i].context);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_has_the_documented_paths),
		cmocka_unit_test(everything_is_below_the_root),
		cmocka_unit_test(a_relative_root_becomes_absolute),
		cmocka_unit_test(the_host_may_have_the_context_at_its_old_path),
	};

	return cmocka_run_group_tests_name("paths", tests, scratch_make, scratch_remove);
}
