/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "file/file.h"
#include "scratch.h"

static void reading_does_not_wait_or_follow(void **state)
{
	fl_auto_free char *fifo = path_of("fifo"), *link = path_of("link"), *file = path_of("file");

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(fl_file_read(fifo, 100, NULL));
	assert_int_equal(errno, EINVAL);
	scratch_write(file, "12345");
	assert_int_equal(symlink(file, link), 0);
	assert_null(fl_file_read(link, 100, NULL));
	assert_int_equal(errno, ELOOP);
	assert_null(fl_file_read(scratch, 100, NULL));
	assert_int_equal(errno, EINVAL);
}

static void a_file_larger_than_the_limit_is_not_read(void **state)
{
	fl_auto_free char *file = path_of("file"), *text = NULL;
	size_t length = 0;

	(void)state;
	scratch_write(file, "12345");
	assert_null(fl_file_read(file, 4, NULL));
	assert_int_equal(errno, EFBIG);
	text = fl_file_read(file, 5, &length);
	assert_string_equal(text, "12345");
	assert_int_equal(length, 5);
}

/* A file that cannot be read is not the same as no file. */
static void an_error_that_may_hide_a_file_is_unknown(void **state)
{
	static const int known[] = { ENOENT, ENOTDIR, ELOOP, ENXIO, EINVAL, EFBIG };
	static const int unknown[] = { EACCES, EIO, EMFILE, ENFILE, EPERM, ESTALE };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(known); i++)
		assert_false(fl_file_unknown(known[i]));
	for (size_t i = 0; i < FL_ARRAY_SIZE(unknown); i++)
		assert_true(fl_file_unknown(unknown[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reading_does_not_wait_or_follow, scratch_empty),
		cmocka_unit_test_setup(a_file_larger_than_the_limit_is_not_read, scratch_empty),
		cmocka_unit_test(an_error_that_may_hide_a_file_is_unknown),
	};

	return cmocka_run_group_tests_name("file", tests, scratch_make, scratch_remove);
}
