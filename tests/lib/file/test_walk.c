/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fstatat openat */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "file/walk.h"
#include "scratch.h"

#define DEEP 3000 /* levels: no path of it fits into PATH_MAX */

/* What was visited: how many, and whether the last name was among them. */
struct seen {
	size_t count;
	bool bottom;
	const char *stop_at;   /* the visit of this name fails */
	const char *replace;   /* the folder with this name is replaced by a link when it is seen */
	const char *move_from; /* when "bottom" is seen, this folder is moved to move_to */
	const char *move_to;
};

static int visit(int folder, const char *name, const struct stat *info, const char *path,
		 void *data, struct fl_error *err)
{
	struct seen *seen = data;

	seen->count++;
	if (strlen(path) < PATH_MAX / 2) {
		fl_auto_free char *full = fl_xasprintf("%s/%s", path, name);
		struct stat there;

		assert_int_equal(lstat(full, &there), 0);
		assert_int_equal(there.st_ino, info->st_ino);
	}
	if (seen->stop_at != NULL && strcmp(name, seen->stop_at) == 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, 0, "%s/%s: stopped", path, name);
	if (seen->replace != NULL && strcmp(name, seen->replace) == 0) {
		fl_auto_free char *moved = fl_xasprintf("%s/moved", scratch);

		assert_int_equal(renameat(folder, name, AT_FDCWD, moved), 0);
		assert_int_equal(symlinkat(moved, folder, name), 0);
	}
	if (strcmp(name, "bottom") != 0)
		return 0;
	seen->bottom = true;
	if (seen->move_from != NULL)
		assert_int_equal(rename(seen->move_from, seen->move_to), 0);
	return 0;
}

static int walk(struct seen *seen, struct fl_error *err)
{
	int top = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(top >= 0);
	return fl_walk(top, scratch, visit, seen, err);
}

/* Makes LEVELS folders "d" in each other and a file "bottom" in the last, and works there. */
static void dig(int levels)
{
	int fd;

	assert_int_equal(chdir(scratch), 0);
	for (int i = 0; i < levels; i++) {
		assert_int_equal(mkdir("d", 0700), 0);
		assert_int_equal(chdir("d"), 0);
	}
	fd = open("bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
}

/* Removes them again. nftw(3) cannot, as it works by paths. */
static void fill_up(int levels)
{
	assert_int_equal(unlink("bottom"), 0);
	for (int i = 0; i < levels; i++) {
		assert_int_equal(chdir(".."), 0);
		assert_int_equal(rmdir("d"), 0);
	}
	assert_int_equal(chdir("/"), 0);
}

static size_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void depth_costs_no_descriptors(void **state)
{
	struct rlimit before, few;
	struct seen seen = { .count = 0 };
	struct fl_error err = FL_ERROR_INIT;
	size_t open_before = open_descriptors();
	int result;

	(void)state;
	dig(DEEP);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 100;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	result = walk(&seen, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	fill_up(DEEP);
	assert_int_equal(result, 0);
	assert_true(seen.bottom);
	assert_int_equal(seen.count, DEEP + 1);
	assert_int_equal(open_descriptors(), open_before);
}

static void every_entry_is_visited_once(void **state)
{
	static const char *const files[] = { "a/1", "a/2", "b/c/3", "b/c/4", "b/5", "6" };
	struct seen seen = { .count = 0 };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(files); i++) {
		fl_auto_free char *path = fl_xasprintf("%s/%s", scratch, files[i]);

		scratch_write(path, "");
	}
	assert_int_equal(walk(&seen, &err), 0);
	assert_int_equal(seen.count, FL_ARRAY_SIZE(files) + 3);
}

static int look_fails; /* the next one, with this errno */

int __real_fstatat(int folder, const char *name, struct stat *info, int flags);
int __wrap_fstatat(int folder, const char *name, struct stat *info, int flags);
int __wrap_fstatat(int folder, const char *name, struct stat *info, int flags)
{
	if (look_fails == 0)
		return __real_fstatat(folder, name, info, flags);
	errno = look_fails;
	look_fails = 0;
	return -1;
}

static void what_goes_away_is_passed_over(void **state)
{
	struct seen seen = { .count = 0 };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	dig(0);
	assert_int_equal(mkdir("d", 0700), 0);
	look_fails = ENOENT;
	assert_int_equal(walk(&seen, &err), 0);
	assert_int_equal(seen.count, 1);
	look_fails = EIO;
	assert_int_equal(walk(&seen, &err), -1);
	assert_non_null(strstr(err.message, ": stat: Input/output error"));
}

static int locked; /* why the folder of this name cannot be opened, an errno */

int __real_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...)
{
	if (strcmp(name, "locked") != 0)
		return __real_openat(folder, name, flags);
	errno = locked;
	return -1;
}

static void a_folder_that_cannot_be_opened_ends_it_if_it_is_still_there(void **state)
{
	static const int gone_or_replaced[] = { ENOENT, ELOOP, ENOTDIR };
	struct seen seen = { .count = 0 };
	struct fl_error err = FL_ERROR_INIT;
	fl_auto_free char *path = fl_xasprintf("%s/locked/file", scratch);

	(void)state;
	scratch_write(path, "");
	for (size_t i = 0; i < FL_ARRAY_SIZE(gone_or_replaced); i++) {
		locked = gone_or_replaced[i];
		assert_int_equal(walk(&seen, &err), 0);
	}
	locked = EACCES;
	assert_int_equal(walk(&seen, &err), -1);
	assert_non_null(strstr(err.message, "/locked: open: Permission denied"));
}

static void a_visit_that_fails_ends_it(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/a/b/c", scratch);
	struct seen seen = { .stop_at = "c" };
	struct fl_error err = FL_ERROR_INIT;
	size_t open_before = open_descriptors();

	(void)state;
	scratch_write(path, "");
	assert_int_equal(walk(&seen, &err), -1);
	assert_non_null(strstr(err.message, path));
	assert_int_equal(open_descriptors(), open_before);
}

static void a_folder_that_becomes_a_link_is_skipped(void **state)
{
	fl_auto_free char *path = fl_xasprintf("%s/a/b/bottom", scratch);
	struct seen seen = { .replace = "b" };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	scratch_write(path, "");
	assert_int_equal(walk(&seen, &err), 0);
	assert_false(seen.bottom);
}

/* The ".." of a folder that was moved is another folder, which the walk must leave alone. */
static void a_deep_folder_that_is_moved_ends_it(void **state)
{
	fl_auto_free char *aside = fl_xasprintf("%s/aside", scratch);
	struct seen seen = { .move_from = "../../d", .move_to = aside };
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	dig(100);
	assert_int_equal(walk(&seen, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	assert_non_null(strstr(err.message, "moved"));
	assert_int_equal(chdir("/"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(depth_costs_no_descriptors, scratch_empty),
		cmocka_unit_test_setup(every_entry_is_visited_once, scratch_empty),
		cmocka_unit_test_setup(a_folder_that_cannot_be_opened_ends_it_if_it_is_still_there,
				       scratch_empty),
		cmocka_unit_test_setup(what_goes_away_is_passed_over, scratch_empty),
		cmocka_unit_test_setup(a_visit_that_fails_ends_it, scratch_empty),
		cmocka_unit_test_setup(a_folder_that_becomes_a_link_is_skipped, scratch_empty),
		cmocka_unit_test_setup(a_deep_folder_that_is_moved_ends_it, scratch_empty),
	};

	return cmocka_run_group_tests_name("walk", tests, scratch_make, scratch_remove);
}
