/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: mkdir fsync syncfs */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/folder.h"
#include "scratch.h"
#include "synced.h"

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);

static mode_t made_with[8]; /* the modes of new folders at the moment when they were made */
static size_t made;
static const char *refused; /* a folder that cannot be made, NULL for none */

int __wrap_mkdir(const char *path, mode_t mode)
{
	struct stat info;
	int result;

	if (refused != NULL && strcmp(path, refused) == 0) {
		errno = EACCES;
		return -1;
	}
	result = __real_mkdir(path, mode);
	if (result == 0 && made < sizeof(made_with) / sizeof(made_with[0])) {
		assert_int_equal(stat(path, &info), 0);
		made_with[made++] = info.st_mode & 07777;
	}
	return result;
}

static void each_path_is_in_a_folder(void **state)
{
	static const char *const cases[][2] = {
		{ "/a/b/c", "/a/b" }, { "/a", "/" }, { "a/b", "a" }, { "a", "." }, { "/", "/" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_free char *folder = fl_folder_of(cases[i][0]);

		assert_string_equal(folder, cases[i][1]);
	}
}

static void a_file_in_the_way_is_named(void **state)
{
	fl_auto_free char *file = path_of("file"), *below = path_of("file/sub");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(file, "");
	assert_int_equal(fl_folder_make(below, 0755, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, below));
	assert_int_equal(fl_folder_make(file, 0755, &err), -1);
	assert_int_equal(err.errnum, ENOTDIR);
}

/* The umask is 077 as in the programs; a kill right after mkdir(2) must leave nothing to mend. */
static void a_folder_has_its_mode_at_once(void **state)
{
	fl_auto_free char *path = path_of("a/b/c");
	struct fl_error err = FL_ERROR_INIT;
	mode_t mask = umask(077);

	(void)state;
	made = 0;
	assert_int_equal(fl_folder_make(path, 0750, &err), 0);
	assert_int_equal(umask(mask), 077);
	assert_int_equal(made, 3);
	assert_int_equal(made_with[0], 0755);
	assert_int_equal(made_with[1], 0755);
	assert_int_equal(made_with[2], 0750);
}

/* A success that is claimed later must not outlive the folders in a power cut. */
static void a_new_folder_is_synced_into_the_one_above(void **state)
{
	fl_auto_free char *a = path_of("a"), *b = path_of("a/b"), *c = path_of("a/b/c");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	forget_syncs();
	assert_int_equal(fl_folder_make(c, 0755, &err), 0);
	assert_int_equal(syncs, 3);
	assert_true(is_synced(scratch) && is_synced(a) && is_synced(b));
	forget_syncs();
	assert_int_equal(fl_folder_make(c, 0755, &err), 0);
	assert_int_equal(syncs, 0); /* nothing was made */
}

static void what_cannot_be_synced_is_an_error(void **state)
{
	fl_auto_free char *path = path_of("a");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fail_sync = true;
	assert_int_equal(fl_folder_make(path, 0700, &err), -1);
	forget_syncs();
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "sync"));
}

static void the_reason_is_that_of_the_folder_above(void **state)
{
	fl_auto_free char *above = path_of("above"), *path = path_of("above/inside");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	refused = above;
	assert_int_equal(fl_folder_make(path, 0750, &err), -1);
	refused = NULL;
	assert_int_equal(err.errnum, EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_is_in_a_folder),
		cmocka_unit_test_setup(a_file_in_the_way_is_named, scratch_empty),
		cmocka_unit_test_setup(a_folder_has_its_mode_at_once, scratch_empty),
		cmocka_unit_test_setup(a_new_folder_is_synced_into_the_one_above, scratch_empty),
		cmocka_unit_test_setup(what_cannot_be_synced_is_an_error, scratch_empty),
		cmocka_unit_test_setup(the_reason_is_that_of_the_folder_above, scratch_empty),
	};

	return cmocka_run_group_tests_name("folder", tests, scratch_make, scratch_remove);
}
