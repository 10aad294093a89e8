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

static void publish(bool keep)
{
	assert_int_equal(fl_temporary_publish(&temporary, keep), 0);
}

static void it_is_complete_before_it_has_the_last_name(void **state)
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

static void what_was_replaced_comes_back(void **state)
{
	(void)state;
	scratch_write(path, "old");
	stage();
	publish(true);
	assert_content(path, "new");
	assert_content(temporary.name, "old");
	fl_temporary_take_back(&temporary);
	assert_content(path, "old");
}

static void what_replaced_nothing_goes(void **state)
{
	(void)state;
	stage();
	publish(true);
	assert_content(path, "new");
	fl_temporary_take_back(&temporary);
	assert_content(path, NULL);
}

static void without_a_way_back_nothing_is_kept(void **state)
{
	(void)state;
	scratch_write(path, "old");
	stage();
	publish(false);
	assert_content(temporary.name, NULL);
	fl_temporary_take_back(&temporary);
	assert_content(path, "new");
}

static void dropping_removes_the_old_file_and_leaves_the_new(void **state)
{
	fl_auto_free char *name = NULL;

	(void)state;
	scratch_write(path, "old");
	stage();
	publish(true);
	name = fl_xstrdup(temporary.name);
	fl_temporary_drop(&temporary);
	assert_content(name, NULL);
	assert_content(path, "new");
	fl_temporary_drop(&temporary); /* a second time is nothing */
	assert_content(path, "new");
}

static void a_folder_in_the_way_is_told_before_anything_is_made(void **state)
{
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(fl_temporary_stage(&temporary, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_int_equal(err.errnum, EISDIR);
	assert_non_null(strstr(err.message, path));
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
		cmocka_unit_test_setup_teardown(it_is_complete_before_it_has_the_last_name, begin,
						end),
		cmocka_unit_test_setup_teardown(another_run_sweeps_it_away_only_once_it_is_dropped,
						begin, end),
		cmocka_unit_test_setup_teardown(what_was_replaced_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(what_replaced_nothing_goes, begin, end),
		cmocka_unit_test_setup_teardown(without_a_way_back_nothing_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(dropping_removes_the_old_file_and_leaves_the_new,
						begin, end),
		cmocka_unit_test_setup_teardown(a_folder_in_the_way_is_told_before_anything_is_made,
						begin, end),
		cmocka_unit_test_setup_teardown(no_folder_is_told_with_the_file, begin, end),
	};

	return cmocka_run_group_tests_name("temporary", tests, scratch_make, scratch_remove);
}
