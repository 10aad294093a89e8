/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "file/leftover.h"
#include "file/temporary.h"
#include "scratch.h"

static char *path;
static struct fl_file wanted;
static struct fl_temporary temporary;

static int begin(void **state)
{
	path = fl_xasprintf("%s/file", scratch);
	wanted = (struct fl_file){ .path = path,
				   .content = "new",
				   .length = 3,
				   .mode = 0640,
				   .uid = (uid_t)-1,
				   .gid = (gid_t)-1 };
	temporary = fl_temporary_for(&wanted);
	return scratch_empty(state);
}

static int end(void **state)
{
	(void)state;
	fl_temporary_drop(&temporary);
	fl_cleanup_free(&path);
	return 0;
}

static void assert_content(const char *name, const char *content)
{
	fl_auto_free char *text = fl_file_read(name, 100, NULL);

	if (content == NULL)
		assert_null(text);
	else
		assert_string_equal(text, content);
}

static void stage(void)
{
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_temporary_stage(&temporary, &err), 0);
}

static void it_is_complete_before_it_has_the_final_name(void **state)
{
	struct stat info;

	(void)state;
	stage();
	assert_content(path, NULL);
	assert_content(temporary.name, "new");
	assert_int_equal(lstat(temporary.name, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
}

static void another_run_sweeps_it_away_only_once_it_is_dropped(void **state)
{
	fl_auto_free char *name = NULL;

	(void)state;
	stage();
	name = fl_xstrdup(temporary.name);
	fl_leftover_sweep(path);
	assert_content(name, "new");
	fl_temporary_drop(&temporary);
	assert_content(name, NULL);
}

static void dropping_leaves_the_new_file(void **state)
{
	fl_auto_free char *name = NULL;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(path, "old");
	stage();
	name = fl_xstrdup(temporary.name);
	assert_int_equal(fl_temporary_publish(&temporary, &err), 0);
	assert_content(name, NULL);
	fl_temporary_drop(&temporary);
	assert_content(path, "new");
	fl_temporary_drop(&temporary); /* a second time is nothing */
	assert_content(path, "new");
}

static void no_folder_is_told_with_the_file(void **state)
{
	fl_auto_free char *absent = fl_xasprintf("%s/absent/file", scratch);
	const struct fl_file nowhere = { .path = absent, .content = "" };
	struct fl_temporary other = fl_temporary_for(&nowhere);
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_temporary_stage(&other, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.message, absent));
	fl_temporary_drop(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_complete_before_it_has_the_final_name, begin,
						end),
		cmocka_unit_test_setup_teardown(another_run_sweeps_it_away_only_once_it_is_dropped,
						begin, end),
		cmocka_unit_test_setup_teardown(dropping_leaves_the_new_file, begin, end),
		cmocka_unit_test_setup_teardown(no_folder_is_told_with_the_file, begin, end),
	};

	return cmocka_run_group_tests_name("temporary", tests, scratch_make, scratch_remove);
}
