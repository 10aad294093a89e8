/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "file/file.h"
#include "scratch.h"

static char *path_of(const char *name)
{
	return fl_xasprintf("%s/%s", scratch, name);
}

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

static void what_is_larger_than_asked_for_is_not_read(void **state)
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

/* What is there and cannot be read is not the same as what is not there. */
static void only_what_hides_something_is_unknown(void **state)
{
	static const int known[] = { ENOENT, ENOTDIR, ELOOP, ENXIO, EINVAL, EFBIG };
	static const int unknown[] = { EACCES, EIO, EMFILE, ENFILE, EPERM, ESTALE };

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(known); i++)
		assert_false(fl_file_unknown(known[i]));
	for (size_t i = 0; i < FL_ARRAY_SIZE(unknown); i++)
		assert_true(fl_file_unknown(unknown[i]));
}

static void an_owner_that_is_not_asked_for_does_not_differ(void **state)
{
	const struct stat info = { .st_uid = 1, .st_gid = 2 };
	const struct fl_file any = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	const struct fl_file same = { .uid = 1, .gid = 2 };
	const struct fl_file user = { .uid = 2, .gid = (gid_t)-1 };
	const struct fl_file group = { .uid = (uid_t)-1, .gid = 1 };

	(void)state;
	assert_false(fl_file_owner_differs(&any, &info));
	assert_false(fl_file_owner_differs(&same, &info));
	assert_true(fl_file_owner_differs(&user, &info));
	assert_true(fl_file_owner_differs(&group, &info));
}

static void a_file_gets_its_owner_and_its_mode(void **state)
{
	fl_auto_free char *path = path_of("file");
	struct fl_file wanted = { .path = path, .mode = 0640, .uid = (uid_t)-1, .gid = (gid_t)-1 };
	fl_auto_close int fd = -1;
	struct stat info;

	(void)state;
	scratch_write(path, "");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fl_file_give(fd, &wanted), 0);
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	if (geteuid() != 0)
		return;
	wanted.uid = wanted.gid = 49999;
	wanted.mode = 06755; /* which chown(2) would take the set-id bits from */
	assert_int_equal(fl_file_give(fd, &wanted), 0);
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(info.st_uid, 49999);
	assert_int_equal(info.st_gid, 49999);
	assert_int_equal(info.st_mode & 07777, 06755);
}

static void nothing_is_given_to_what_is_not_open(void **state)
{
	const struct fl_file wanted = { .mode = 0640, .uid = (uid_t)-1, .gid = (gid_t)-1 };

	(void)state;
	assert_int_equal(fl_file_give(-1, &wanted), -1);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reading_does_not_wait_or_follow, scratch_empty),
		cmocka_unit_test_setup(what_is_larger_than_asked_for_is_not_read, scratch_empty),
		cmocka_unit_test(only_what_hides_something_is_unknown),
		cmocka_unit_test(an_owner_that_is_not_asked_for_does_not_differ),
		cmocka_unit_test_setup(a_file_gets_its_owner_and_its_mode, scratch_empty),
		cmocka_unit_test(nothing_is_given_to_what_is_not_open),
	};

	return cmocka_run_group_tests_name("file", tests, scratch_make, scratch_remove);
}
