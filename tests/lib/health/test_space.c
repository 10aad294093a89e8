/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: statvfs */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/statvfs.h>

#include <cmocka.h>

#include "base/mem.h"
#include "health/space.h"

static struct statvfs disk;

int __wrap_statvfs(const char *path, struct statvfs *info);
int __wrap_statvfs(const char *path, struct statvfs *info)
{
	if (strcmp(path, "/the/state") != 0) {
		errno = ENOENT;
		return -1;
	}
	*info = disk;
	return 0;
}

/* Trap 33. f_bfree also counts the blocks that only root may use. */
static void trap_33_space_inodes_and_the_right_to_write_are_needed(void **state)
{
	static const struct {
		struct statvfs disk;
		enum fl_cause cause;
		const char *detail;
	} cases[] = {
		{ { .f_frsize = 4096, .f_bavail = 8192, .f_files = 9, .f_favail = 1 },
		  FL_CAUSE_NONE,
		  "/the/state has 32 MiB free" },
		{ { .f_frsize = 4096, .f_bsize = 65536, .f_bavail = 8191, .f_bfree = 99999 },
		  FL_CAUSE_SPACE,
		  "/the/state has 31 MiB free, and needs 32" },
		{ { .f_frsize = 4096, .f_bavail = 8192, .f_files = 9, .f_ffree = 5 },
		  FL_CAUSE_SPACE,
		  "/the/state has no inode free, of 9" },
		{ { .f_frsize = 4096, .f_bavail = 8192, .f_flag = ST_RDONLY },
		  FL_CAUSE_READONLY,
		  "/the/state is on a file system that is read-only" },
		/* A file system that counts no inodes; and the largest. */
		{ { .f_frsize = 4096, .f_bavail = 9999999999 },
		  FL_CAUSE_NONE,
		  "/the/state has 39062499 MiB free" },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_free char *detail = NULL;

		disk = cases[i].disk;
		assert_int_equal(fl_space_look("/the/state", &detail), cases[i].cause);
		assert_string_equal(detail, cases[i].detail);
	}
}

static void a_folder_that_is_not_there_says_nothing(void **state)
{
	fl_auto_free char *detail = NULL;

	(void)state;
	assert_int_equal(fl_space_look("/no/such/state", &detail), FL_CAUSE_NONE);
	assert_string_equal(detail, "/no/such/state: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_33_space_inodes_and_the_right_to_write_are_needed),
		cmocka_unit_test(a_folder_that_is_not_there_says_nothing),
	};

	return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
