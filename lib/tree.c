/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "mem.h"
#include "walk.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int fl_tree_make(const char *path, mode_t mode, struct fl_error *err)
{
	fl_auto_free char *part = fl_xstrdup(path);
	struct stat info;

	for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		/* The umask is 077, so the mode is given again; only to what was made here. */
		if (mkdir(part, 0755) == 0 && chmod(part, 0755) != 0)
			return fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder %s: mode", part);
		*slash = '/';
	}
	if (mkdir(path, mode) == 0) {
		if (chmod(path, mode) != 0)
			return fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder %s: mode", path);
		return 0;
	}
	if (errno != EEXIST)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder %s: make", path);
	if (stat(path, &info) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder %s", path);
	if (!S_ISDIR(info.st_mode))
		return fl_error_set(err, FL_EXIT_SYSTEM, ENOTDIR, "folder %s", path);
	return 0;
}

/* One walk over a tree: to mend it, or only to find the first thing that differs. */
struct walk {
	const struct fl_owner *owner;
	bool look_only;
	size_t changed;
};

static int failed(struct fl_error *err, const char *path, const char *what)
{
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: %s", path, what);
}

static int mend_entry(int folder, const char *name, const struct stat *info, const char *path,
		      void *data, struct fl_error *err)
{
	struct walk *walk = data;

	if (info->st_uid == walk->owner->uid && info->st_gid == walk->owner->gid)
		return 0;
	walk->changed++;
	if (walk->look_only)
		return 0;
	if (fchownat(folder, name, walk->owner->uid, walk->owner->gid, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return 0; /* SQLite's -wal and -shm come and go */
		fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s/%s: owner", path, name);
		if (err->errnum == EPERM)
			fl_error_hint(err, "run this as root");
		return -1;
	}
	return 0;
}

static int own_top(struct walk *walk, int fd, const char *path, struct fl_error *err)
{
	const struct fl_owner *owner = walk->owner;
	struct stat info;

	if (fstat(fd, &info) != 0)
		return failed(err, path, "look");
	if (info.st_uid != owner->uid || info.st_gid != owner->gid) {
		walk->changed++;
		if (!walk->look_only && fchown(fd, owner->uid, owner->gid) != 0) {
			failed(err, path, "owner");
			if (err->errnum == EPERM)
				fl_error_hint(err, "run this as root");
			return -1;
		}
	}
	if ((info.st_mode & 07777) != owner->mode) {
		walk->changed++;
		if (!walk->look_only && fchmod(fd, owner->mode) != 0)
			return failed(err, path, "mode");
	}
	return 0;
}

static int own(struct walk *walk, const char *path, struct fl_error *err)
{
	int fd = open(path, OPEN_DIR);

	if (fd < 0) {
		failed(err, path, "open");
		if (err->errnum == ELOOP || err->errnum == ENOTDIR)
			fl_error_hint(err, "it must be a real folder, not a link or a file");
		return -1;
	}
	if (own_top(walk, fd, path, err) != 0) {
		fl_cleanup_close(&fd);
		return -1;
	}
	return fl_walk(fd, path, mend_entry, walk, err);
}

int fl_tree_own(const char *path, const struct fl_owner *owner, size_t *changed,
		struct fl_error *err)
{
	struct walk walk = { .owner = owner };
	struct stat info;

	if (lstat(path, &info) != 0) {
		if (errno != ENOENT)
			return failed(err, path, "look");
		if (fl_tree_make(path, owner->mode, err) != 0)
			return -1;
		walk.changed++;
	}
	if (own(&walk, path, err) != 0)
		return -1;
	*changed += walk.changed;
	return 0;
}

bool fl_tree_differs(const char *path, const struct fl_owner *owner)
{
	struct walk walk = { .owner = owner, .look_only = true };
	struct fl_error err = FL_ERROR_INIT;

	return own(&walk, path, &err) != 0 || walk.changed > 0;
}

int fl_tree_open_below(const char *base, const char *relative)
{
	fl_auto_free char *rest = fl_xstrdup(relative);
	int folder = open(base, OPEN_DIR);
	char *name = rest;

	for (char *slash; folder >= 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		int above = folder;

		*slash = '\0';
		folder = openat(above, name, OPEN_DIR);
		fl_cleanup_close(&above);
	}
	return folder;
}

/* Makes the folder NAME in ABOVE if it is missing, and returns it open, or -1. */
static int make_one(int above, const char *name, const struct fl_owner *owner, size_t *changed)
{
	bool made = mkdirat(above, name, 0700) == 0;
	int folder;

	if (!made && errno != EEXIST)
		return -1;
	folder = openat(above, name, OPEN_DIR);
	if (folder < 0 || !made)
		return folder;
	*changed += 1;
	if (fchown(folder, owner->uid, owner->gid) == 0)
		return folder;
	fl_cleanup_close(&folder);
	return -1;
}

int fl_tree_make_below(const char *base, const char *relative, const struct fl_owner *owner,
		       size_t *changed, struct fl_error *err)
{
	fl_auto_free char *rest = fl_xstrdup(relative);
	fl_auto_close int folder = open(base, OPEN_DIR);
	char *name = rest;

	if (folder < 0)
		return failed(err, base, "open");
	for (char *slash; (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		int above = folder;

		*slash = '\0';
		folder = make_one(above, name, owner, changed);
		fl_cleanup_close(&above);
		if (folder < 0)
			return fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder %s/%s: part '%s'",
					    base, relative, name);
	}
	return 0;
}
