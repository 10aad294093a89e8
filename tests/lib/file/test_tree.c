/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: openat fstat fchown fchmod fchownat fsync syncfs */
/* Trap 6: chown -R follows symbolic links that the container planted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "file/tree.h"
#include "scratch.h"
#include "synced.h"

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* Root gives files to another user. Other users can only keep their own. */
static struct fl_owner owner(void)
{
	uid_t uid = geteuid() == 0 ? 49999 : geteuid();
	gid_t gid = geteuid() == 0 ? 49999 : getegid();

	return (struct fl_owner){ .uid = uid, .gid = gid, .mode = 0750 };
}

static void gives_the_whole_tree_away(void **state)
{
	fl_auto_free char *top = path_of("state"), *sub = path_of("state/a/b"),
			  *leaf = path_of("state/a/b/c");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;
	size_t changed = 0;

	(void)state;
	assert_true(fl_tree_differs(top, &to));
	assert_int_equal(fl_folder_make(sub, 0755, &err), 0);
	touch(leaf);
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_true(changed > 0);
	assert_int_equal(lstat(leaf, &info), 0);
	assert_int_equal(info.st_uid, to.uid);
	assert_int_equal(lstat(top, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0750);
	assert_false(fl_tree_differs(top, &to));
	changed = 0;
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_int_equal(changed, 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(leaf, to.uid, 0), 0);
	assert_true(fl_tree_differs(top, &to));
	assert_int_equal(lstat(leaf, &info), 0);
	assert_int_equal(info.st_gid, 0); /* nothing was changed by looking */
}

static void never_follows_a_planted_link(void **state)
{
	fl_auto_free char *top = path_of("state"), *outside = path_of("outside"),
			  *precious = path_of("outside/precious"),
			  *to_file = path_of("state/to-file"),
			  *to_folder = path_of("state/to-folder");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;
	size_t changed = 0;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(fl_folder_make(top, 0755, &err), 0);
	assert_int_equal(fl_folder_make(outside, 0755, &err), 0);
	touch(precious);
	assert_int_equal(symlink(precious, to_file), 0);
	assert_int_equal(symlink(outside, to_folder), 0);
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_int_equal(lstat(precious, &info), 0);
	assert_int_equal(info.st_uid, 0);
	assert_int_equal(lstat(outside, &info), 0);
	assert_int_equal(info.st_uid, 0);
	assert_int_equal(lstat(to_file, &info), 0);
	assert_int_equal(info.st_uid, 49999); /* the link itself is given away */
}

/* The last line of the log. */
static char said[2048];

static void remember(void *data, enum fl_level level, const char *text)
{
	(void)data, (void)level;
	snprintf(said, sizeof(said), "%s", text);
}

static void a_device_and_a_hard_link_keep_their_owner(void **state)
{
	fl_auto_free char *top = path_of("state"), *outside = path_of("outside"),
			  *second = path_of("state/second"), *device = path_of("state/device"),
			  *plain = path_of("state/plain");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;
	size_t changed = 0;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(fl_folder_make(top, 0755, &err), 0);
	touch(outside);
	touch(plain);
	assert_int_equal(link(outside, second), 0);
	fl_log_set_sink(remember, NULL);
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_non_null(strstr(said, "state/second keeps its owner: it has 2 names"));
	assert_int_equal(lstat(outside, &info), 0);
	assert_int_equal(info.st_uid, 0);
	assert_int_equal(lstat(plain, &info), 0);
	assert_int_equal(info.st_uid, 49999);
	if (mknod(device, S_IFCHR | 0600, 0) == 0) {
		assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
		assert_non_null(strstr(said, "; so do 1 more below "));
		assert_int_equal(lstat(device, &info), 0);
		assert_int_equal(info.st_uid, 0);
	}
	assert_false(fl_tree_differs(top, &to)); /* another run would change nothing */
	assert_int_equal(chown(outside, to.uid, to.gid), 0);
	said[0] = '\0';
	assert_int_equal(unlink(device), 0);
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_string_equal(said, ""); /* it has the right owner already */
	fl_log_set_sink(NULL, NULL);
}

/* After the walk has looked at a file, its name is given to another file, or to none. */
static const char *swap_in, *swap_name;

int __real_openat(int above, const char *name, int flags, ...);
int __wrap_openat(int above, const char *name, int flags, ...);
int __wrap_openat(int above, const char *name, int flags, ...)
{
	if (swap_name != NULL && strcmp(name, swap_name) == 0) {
		swap_name = NULL;
		assert_int_equal(unlinkat(above, name, 0), 0);
		if (swap_in != NULL)
			assert_int_equal(linkat(AT_FDCWD, swap_in, above, name, 0), 0);
	}
	return __real_openat(above, name, flags, 0);
}

static void a_file_put_under_the_name_later_keeps_its_owner(void **state)
{
	fl_auto_free char *top = path_of("state"), *file = path_of("state/file"),
			  *outside = path_of("outside");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;
	size_t changed = 0;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(fl_folder_make(top, 0755, &err), 0);
	touch(file);
	touch(outside);
	swap_in = outside;
	swap_name = "file";
	fl_log_set_sink(remember, NULL);
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	fl_log_set_sink(NULL, NULL);
	assert_null(swap_name);
	assert_int_equal(lstat(outside, &info), 0);
	assert_int_equal(info.st_uid, 0);
	swap_in = NULL;
	swap_name = "file";
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	/* A file that has the right owner by then is not another change. */
	assert_int_equal(chown(outside, to.uid, to.gid), 0);
	touch(file);
	swap_in = outside;
	swap_name = "file";
	changed = 0;
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_null(swap_name);
	assert_int_equal(changed, 0);
}

/* The call that fails, as on a broken disk; NULL for none. */
static const char *broken_call;

static bool breaks(const char *call)
{
	errno = EIO;
	return broken_call != NULL && strcmp(broken_call, call) == 0;
}

#define BREAKABLE(call, parameters, ...)                                \
	int __real_##call parameters;                                   \
	int __wrap_##call parameters;                                   \
	int __wrap_##call parameters                                    \
	{                                                               \
		return breaks(#call) ? -1 : __real_##call(__VA_ARGS__); \
	}

BREAKABLE(fstat, (int fd, struct stat *info), fd, info)
BREAKABLE(fchown, (int fd, uid_t uid, gid_t gid), fd, uid, gid)
BREAKABLE(fchmod, (int fd, mode_t mode), fd, mode)
BREAKABLE(fchownat, (int fd, const char *name, uid_t uid, gid_t gid, int flags), fd, name, uid, gid,
	  flags)

static void a_call_that_fails_is_named(void **state)
{
	static const struct {
		const char *call, *message;
	} cases[] = {
		{ "fstat", "/state: stat: Input/output error" },
		{ "fchown", "/state: owner: Input/output error" },
		{ "fchmod", "/state: mode: Input/output error" },
		{ "fchownat", "/state/leaf: owner: Input/output error" },
	};
	fl_auto_free char *top = path_of("state"), *leaf = path_of("state/leaf");
	const struct fl_owner to = owner();

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		struct fl_error err = FL_ERROR_INIT;
		size_t changed = 0;

		scratch_empty(NULL);
		assert_int_equal(mkdir(top, 0700), 0);
		touch(leaf);
		broken_call = cases[i].call;
		assert_int_equal(fl_tree_own(top, &to, &changed, &err), -1);
		broken_call = NULL;
		/* The end of the message: it does not advise root to become root. */
		assert_string_equal(err.message + strlen(scratch), cases[i].message);
	}
}

static void the_top_must_be_a_real_folder(void **state)
{
	fl_auto_free char *real = path_of("real"), *link = path_of("link"), *file = path_of("file");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	assert_int_equal(mkdir(real, 0700), 0);
	assert_int_equal(symlink(real, link), 0);
	assert_int_equal(fl_tree_own(link, &to, &changed, &err), -1);
	assert_int_equal(err.code, FL_EXIT_SYSTEM);
	touch(file);
	assert_int_equal(fl_tree_own(file, &to, &changed, &err), -1);
	assert_non_null(strstr(err.message, file));
}

static void folders_of_the_database_are_made(void **state)
{
	fl_auto_free char *top = path_of("state"), *sub = path_of("state/runs/db"),
			  *outside = path_of("outside"), *link = path_of("state/link");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	struct stat info;
	size_t changed = 0;
	int fd;

	(void)state;
	assert_int_equal(mkdir(top, 0700), 0);
	assert_int_equal(fl_tree_make_below(top, "runs/db/state.db", &to, &changed, &err), 0);
	assert_int_equal(changed, 2);
	assert_int_equal(stat(sub, &info), 0);
	assert_int_equal(info.st_uid, to.uid);
	assert_int_equal(fl_tree_make_below(top, "state.db", &to, &changed, &err), 0);
	fd = fl_tree_open_below(top, "runs/db/state.db");
	assert_true(fd >= 0);
	close(fd);
	/* The folders above it were closed, so the number is free again. */
	assert_int_equal(fl_tree_open_below(top, "runs/db/state.db"), fd);
	close(fd);

	assert_int_equal(mkdir(outside, 0700), 0);
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(fl_tree_make_below(top, "link/x/state.db", &to, &changed, &err), -1);
	assert_int_equal(fl_tree_open_below(top, "link/state.db"), -1);
	assert_int_equal(rmdir(outside), 0); /* nothing was made in it */
}

static void what_was_given_away_is_synced(void **state)
{
	fl_auto_free char *top = path_of("state"), *db = path_of("state/runs/db"),
			  *runs = path_of("state/runs"), *leaf = path_of("state/leaf");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	assert_int_equal(mkdir(top, 0700), 0);
	forget_syncs();
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_true(is_synced(top));
	assert_int_equal(whole_syncs, 0);
	forget_syncs();
	assert_int_equal(fl_tree_make_below(top, "runs/db/state.db", &to, &changed, &err), 0);
	assert_true(is_synced(top) && is_synced(runs) && is_synced(db));
	touch(leaf);
	forget_syncs();
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	/* One sync for all entries, as no entry is opened for reading. */
	assert_int_equal(whole_syncs, geteuid() == 0);
	forget_syncs();
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	assert_false(fl_tree_differs(top, &to));
	assert_int_equal(syncs + whole_syncs, 0); /* all is right already */
}

static void what_cannot_be_synced_is_an_error(void **state)
{
	fl_auto_free char *top = path_of("state"), *leaf = path_of("state/leaf");
	const struct fl_owner to = owner();
	struct fl_error err = FL_ERROR_INIT;
	size_t changed = 0;

	(void)state;
	forget_syncs();
	fail_sync = true;
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), -1);
	/* The sync above the new folder failed, and nothing was tried after it. */
	assert_non_null(strstr(err.message, scratch));
	assert_null(strstr(err.message, top));
	assert_int_equal(fl_tree_make_below(top, "db/state.db", &to, &changed, &err), -1);
	forget_syncs();
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), 0);
	touch(leaf);
	fail_sync = true;
	assert_int_equal(fl_tree_own(top, &to, &changed, &err), geteuid() == 0 ? -1 : 0);
	forget_syncs();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(gives_the_whole_tree_away, scratch_empty),
		cmocka_unit_test_setup(never_follows_a_planted_link, scratch_empty),
		cmocka_unit_test_setup(a_device_and_a_hard_link_keep_their_owner, scratch_empty),
		cmocka_unit_test_setup(a_file_put_under_the_name_later_keeps_its_owner,
				       scratch_empty),
		cmocka_unit_test_setup(a_call_that_fails_is_named, scratch_empty),
		cmocka_unit_test_setup(the_top_must_be_a_real_folder, scratch_empty),
		cmocka_unit_test_setup(folders_of_the_database_are_made, scratch_empty),
		cmocka_unit_test_setup(what_was_given_away_is_synced, scratch_empty),
		cmocka_unit_test_setup(what_cannot_be_synced_is_an_error, scratch_empty),
	};

	return cmocka_run_group_tests_name("tree", tests, scratch_make, scratch_remove);
}
