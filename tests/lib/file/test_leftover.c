/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "file/leftover.h"
#include "scratch.h"

static bool is_there(const char *name)
{
	fl_auto_free char *path = path_of(name);
	struct stat info;

	return lstat(path, &info) == 0;
}

static void put(const char *name)
{
	fl_auto_free char *path = path_of(name);

	scratch_write(path, "half");
}

/* Trap 11: sixty power cuts must not leave sixty files. */
static void unclaimed_temporary_files_are_removed(void **state)
{
	fl_auto_free char *file = path_of("superlink.env");

	(void)state;
	put("superlink.env.fl-a1B2c3");
	put("superlink.env.fl-ZZZZZZ");
	fl_leftover_sweep(file);
	assert_false(is_there("superlink.env.fl-a1B2c3"));
	assert_false(is_there("superlink.env.fl-ZZZZZZ"));
}

static void other_files_stay(void **state)
{
	static const char *const others[] = { "superlink.env",
					      "superlink.env.backup",
					      "superlink.env.fl-a-b_c",
					      "superlink.json.fl-a1B2c3",
					      "xsuperlink.env.fl-a1B2c3",
					      "superlink.env.fl-a1B2c3.d" };
	fl_auto_free char *file = path_of("superlink.env"),
			  *link = path_of("superlink.env.fl-abcdef");

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(others); i++)
		put(others[i]);
	assert_int_equal(symlink(file, link), 0);
	fl_leftover_sweep(file);
	for (size_t i = 0; i < FL_ARRAY_SIZE(others); i++)
		assert_true(is_there(others[i]));
	assert_true(is_there("superlink.env.fl-abcdef"));
}

static void a_file_that_is_being_written_stays(void **state)
{
	fl_auto_free char *file = path_of("superlink.env"),
			  *temporary = path_of("superlink.env.fl-a1B2c3");
	int fd;

	(void)state;
	put("superlink.env.fl-a1B2c3");
	fd = open(temporary, O_WRONLY | O_CLOEXEC);
	assert_true(fl_leftover_claim(fd));
	fl_leftover_sweep(file);
	assert_true(is_there("superlink.env.fl-a1B2c3"));
	close(fd);
	fl_leftover_sweep(file);
	assert_false(is_there("superlink.env.fl-a1B2c3"));
}

static void a_missing_folder_is_fine(void **state)
{
	fl_auto_free char *file = path_of("no/such/file");

	(void)state;
	fl_leftover_sweep(file);
	assert_false(is_there("no"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(unclaimed_temporary_files_are_removed, scratch_empty),
		cmocka_unit_test_setup(other_files_stay, scratch_empty),
		cmocka_unit_test_setup(a_file_that_is_being_written_stays, scratch_empty),
		cmocka_unit_test_setup(a_missing_folder_is_fine, scratch_empty),
	};

	return cmocka_run_group_tests_name("leftover", tests, scratch_make, scratch_remove);
}
