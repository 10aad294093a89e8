/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: rename fsync write flock */
/* Trap 11: a power cut or a full disk in the middle of a write must leave the old file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/file.h>

#include <cmocka.h>

#include "file/atomic.h"
#include "file/leftover.h"
#include "scratch.h"

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);

/* Which call fails: 1 the next one, 2 the one after it, 0 none. */
static int fail_rename, fail_fsync, fail_write, short_write;
static char calls[256]; /* r, f, w: the order of the calls that matter */

static void note(char c)
{
	size_t used = strlen(calls);

	if (used + 1 < sizeof(calls)) {
		calls[used] = c;
		calls[used + 1] = '\0';
	}
}

static bool fails(int *count)
{
	return *count > 0 && --*count == 0;
}

/* The file that both write, if another run sweeps before this one's next lock or rename. */
static const char *swept_at_lock, *swept_at_rename;

static void other_run_sweeps(const char **path)
{
	const char *swept = *path;

	*path = NULL;
	if (swept != NULL)
		fl_leftover_sweep(swept);
}

int __wrap_flock(int fd, int operation)
{
	other_run_sweeps(&swept_at_lock);
	return __real_flock(fd, operation);
}

int __wrap_rename(const char *from, const char *to)
{
	other_run_sweeps(&swept_at_rename);
	note('r');
	if (fails(&fail_rename)) {
		errno = EIO;
		return -1;
	}
	return __real_rename(from, to);
}

int __wrap_fsync(int fd)
{
	note('f');
	if (fails(&fail_fsync)) {
		errno = EIO;
		return -1;
	}
	return __real_fsync(fd);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
	if (fd <= 2)
		return __real_write(fd, bytes, length);
	note('w');
	if (fails(&fail_write)) {
		errno = ENOSPC;
		return -1;
	}
	if (short_write > 0 && length > (size_t)short_write)
		length = (size_t)short_write;
	return __real_write(fd, bytes, length);
}

static int begin(void **state)
{
	fail_rename = fail_fsync = fail_write = short_write = 0;
	calls[0] = '\0';
	return scratch_empty(state);
}

static struct fl_file file(const char *path, const char *content)
{
	return (struct fl_file){ .path = path,
				 .content = content,
				 .length = strlen(content),
				 .mode = 0640,
				 .uid = (uid_t)-1,
				 .gid = (gid_t)-1 };
}

static int entries(void)
{
	DIR *dir = opendir(scratch);
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void assert_content(const char *path, const char *content)
{
	fl_auto_free char *text = fl_file_read(path, 65536, NULL);

	assert_non_null(text);
	assert_string_equal(text, content);
}

static void writes_with_mode_and_in_order(void **state)
{
	fl_auto_free char *path = path_of("a");
	const struct fl_file wanted = file(path, "new\n");
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	struct stat info;

	(void)state;
	assert_true(fl_atomic_differs(&wanted));
	assert_int_equal(fl_atomic_write(&wanted, &changed, &err), 0);
	assert_int_equal(changed, 1);
	assert_string_equal(calls, "wfrf"); /* content, its sync, the name, the folder's sync */
	assert_content(path, "new\n");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	assert_int_equal(entries(), 1);
}

static void leaves_the_unchanged_alone(void **state)
{
	fl_auto_free char *path = path_of("a");
	const struct fl_file wanted = file(path, "same\n");
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), 0);
	calls[0] = '\0';
	assert_false(fl_atomic_differs(&wanted));
	assert_int_equal(fl_atomic_write(&wanted, &changed, &err), 0);
	assert_int_equal(changed, 0);
	assert_string_equal(calls, "");
}

static void a_wrong_owner_or_mode_is_mended(void **state)
{
	fl_auto_free char *path = path_of("a");
	struct fl_file wanted = file(path, "same\n");
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	struct stat info;

	(void)state;
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_true(fl_atomic_differs(&wanted));
	assert_int_equal(fl_atomic_write(&wanted, &changed, &err), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	if (geteuid() != 0)
		return;
	wanted.uid = wanted.gid = 49999;
	wanted.mode = 06755; /* which chown(2) would take the set-id bits from */
	assert_int_equal(fl_atomic_write(&wanted, &changed, &err), 0);
	assert_int_equal(changed, 2);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_uid, 49999);
	assert_int_equal(info.st_gid, 49999);
	assert_int_equal(info.st_mode & 07777, 06755);
}

static void every_failure_leaves_the_old_file_alone(void **state)
{
	fl_auto_free char *path = path_of("a");

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct fl_file old = file(path, "old\n"), wanted = file(path, "new\n");
		struct fl_error err = FL_ERROR_INIT;

		assert_int_equal(fl_atomic_write(&old, NULL, &err), 0);
		fail_write = i == 0, fail_fsync = i == 1, fail_rename = i == 2;
		assert_int_equal(fl_atomic_write(&wanted, NULL, &err), -1);
		assert_int_equal(err.code, FL_EXIT_SYSTEM);
		assert_non_null(strstr(err.message, path));
		assert_content(path, "old\n");
		assert_int_equal(entries(), 1);
		fail_write = fail_fsync = fail_rename = 0;
	}
}

static void a_missing_folder_is_told_with_the_file(void **state)
{
	fl_auto_free char *path = path_of("absent/a");
	const struct fl_file wanted = file(path, "new\n");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.message, path));
}

static void a_folder_that_cannot_be_synced_is_a_failure(void **state)
{
	fl_auto_free char *path = path_of("a");
	const struct fl_file wanted = file(path, "new\n");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	fail_fsync = 2;
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "sync"));
}

static void short_writes_are_completed(void **state)
{
	fl_auto_free char *path = path_of("a");
	const struct fl_file wanted = file(path, "0123456789\n");
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	short_write = 3;
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), 0);
	assert_content(path, "0123456789\n");
}

static void no_file_of_a_set_changes_before_all_are_on_the_disk(void **state)
{
	fl_auto_free char *a = path_of("a"), *b = path_of("b");
	const struct fl_file old[] = { file(a, "old a"), file(b, "old b") };
	const struct fl_file wanted[] = { file(a, "new a"), file(b, "new b") };
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	assert_int_equal(fl_atomic_write_all(old, 2, &changed, &err), 0);
	fail_write = 2; /* the second file's content: the disk is full by then */
	assert_int_equal(fl_atomic_write_all(wanted, 2, &changed, &err), -1);
	assert_content(a, "old a");
	assert_content(b, "old b");
	assert_int_equal(entries(), 2);
	fail_rename = 2; /* the second file's name */
	assert_int_equal(fl_atomic_write_all(wanted, 2, &changed, &err), -1);
	assert_non_null(strstr(err.message, b));
	assert_content(a, "new a");
	assert_content(b, "old b");
	assert_int_equal(entries(), 2);
	assert_int_equal(fl_atomic_write_all(wanted, 2, &changed, &err), 0);
	assert_int_equal(changed, 4); /* two old ones, a, b */
	assert_content(b, "new b");
}

/* Two runs at once: the sweep of one must never remove the other's temporary file. */
static void another_run_removes_nothing(void **state)
{
	const char **const moments[] = { &swept_at_lock, &swept_at_rename };
	fl_auto_free char *path = path_of("a");

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(moments); i++) {
		fl_auto_free char *text = fl_xasprintf("number %zu", i);
		const struct fl_file wanted = file(path, text);
		struct fl_error err = FL_ERROR_INIT;

		*moments[i] = path;
		assert_int_equal(fl_atomic_write(&wanted, NULL, &err), 0);
		/* cppcheck-suppress shadowVariable; it is no declaration */
		assert_null(*moments[i]);
		assert_content(path, text);
		assert_int_equal(entries(), 1);
	}
}

static void a_link_is_replaced_and_not_followed(void **state)
{
	fl_auto_free char *target = path_of("target"), *link = path_of("link");
	const struct fl_file precious = file(target, "precious"), wanted = file(link, "new");
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;

	(void)state;
	assert_int_equal(fl_atomic_write(&precious, NULL, &err), 0);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), 0);
	assert_content(target, "precious");
	assert_int_equal(lstat(link, &info), 0);
	assert_true(S_ISREG(info.st_mode));
}

/* If other users can write to the folder, the name may be a hard link to a file of ours. */
static void a_second_name_is_replaced_and_keeps_its_mode(void **state)
{
	fl_auto_free char *precious = path_of("precious"), *name = path_of("name");
	const struct fl_file other = file(precious, "same"), wanted = file(name, "same");
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;
	struct stat info;

	(void)state;
	assert_int_equal(fl_atomic_write(&other, NULL, &err), 0);
	assert_int_equal(link(precious, name), 0);
	assert_int_equal(fl_atomic_write(&wanted, &changed, &err), 0);
	assert_int_equal(changed, 0);
	assert_int_equal(chmod(precious, 0400), 0);
	assert_int_equal(fl_atomic_write(&wanted, &changed, &err), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(lstat(precious, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0400);
	assert_int_equal(info.st_nlink, 1);
}

/* This file is larger than the machine's memory. */
static void a_file_of_any_size_is_replaced_unread(void **state)
{
	fl_auto_free char *name = path_of("name");
	const struct fl_file wanted = file(name, "new");
	struct fl_error err = FL_ERROR_INIT;
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	close(fd);
	assert_int_equal(fl_atomic_write(&wanted, NULL, &err), 0);
	assert_content(name, "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(writes_with_mode_and_in_order, begin),
		cmocka_unit_test_setup(leaves_the_unchanged_alone, begin),
		cmocka_unit_test_setup(a_wrong_owner_or_mode_is_mended, begin),
		cmocka_unit_test_setup(every_failure_leaves_the_old_file_alone, begin),
		cmocka_unit_test_setup(a_missing_folder_is_told_with_the_file, begin),
		cmocka_unit_test_setup(a_folder_that_cannot_be_synced_is_a_failure, begin),
		cmocka_unit_test_setup(short_writes_are_completed, begin),
		cmocka_unit_test_setup(no_file_of_a_set_changes_before_all_are_on_the_disk, begin),
		cmocka_unit_test_setup(another_run_removes_nothing, begin),
		cmocka_unit_test_setup(a_link_is_replaced_and_not_followed, begin),
		cmocka_unit_test_setup(a_second_name_is_replaced_and_keeps_its_mode, begin),
		cmocka_unit_test_setup(a_file_of_any_size_is_replaced_unread, begin),
	};

	return cmocka_run_group_tests_name("atomic", tests, scratch_make, scratch_remove);
}
