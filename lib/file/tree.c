/* SPDX-License-Identifier: Apache-2.0 */
#include "file/tree.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "file/walk.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* One walk over a tree, to correct it, or only to see whether anything differs. */
struct walk {
	const struct fl_owner *owner;
	bool look_only;
	size_t changed;
	size_t kept;           /* entries that keep a wrong owner */
	struct fl_error first; /* names the first of them, and says why */
};

static int failed(struct fl_error *err, const char *path, const char *what)
{
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: %s", path, what);
}

/* If even root is refused, the file system refuses, and the hint would not help. */
static int advise(struct fl_error *err)
{
	if (err->errnum == EPERM && geteuid() != 0)
		fl_error_hint(err, "run this as root");
	return -1;
}

/*
 * A file with a second name keeps its owner, because the other name may be outside the tree. A
 * device does so, because its owner may use the machine's hardware.
 */
static bool keeps_owner(const struct stat *info)
{
	return (!S_ISDIR(info->st_mode) && info->st_nlink > 1) || S_ISCHR(info->st_mode) ||
	       S_ISBLK(info->st_mode);
}

static bool is_right(const struct walk *walk, const struct stat *info)
{
	return info->st_uid == walk->owner->uid && info->st_gid == walk->owner->gid;
}

static void keep(struct walk *walk, const struct stat *info, const char *path, const char *name)
{
	if (walk->kept++ > 0)
		return;
	if (S_ISCHR(info->st_mode) || S_ISBLK(info->st_mode))
		fl_error_set(&walk->first, FL_EXIT_SYSTEM, 0, "%s/%s keeps its owner: a device",
			     path, name);
	else
		fl_error_set(&walk->first, FL_EXIT_SYSTEM, 0,
			     "%s/%s keeps its owner: it has %ju names, and one may be elsewhere",
			     path, name, (uintmax_t)info->st_nlink);
}

static int mend_entry(int folder, const char *name, const struct stat *seen, const char *path,
		      void *data, struct fl_error *err)
{
	struct walk *walk = data;
	fl_auto_close int entry = -1;
	struct stat info;

	if (is_right(walk, seen))
		return 0;
	if (walk->look_only) {
		walk->changed += !keeps_owner(seen);
		return 0;
	}
	/* The name may stand for another file by now: check the very file that is given away. */
	entry = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (entry < 0 && errno == ENOENT)
		return 0; /* SQLite removes its -wal and -shm files */
	if (entry < 0 || fstat(entry, &info) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s/%s: stat", path, name);
	if (is_right(walk, &info))
		return 0;
	if (keeps_owner(&info)) {
		keep(walk, &info, path, name);
		return 0;
	}
	walk->changed++;
	if (fchownat(entry, "", walk->owner->uid, walk->owner->gid, AT_EMPTY_PATH) == 0)
		return 0;
	fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s/%s: owner", path, name);
	return advise(err);
}

static int own_top(struct walk *walk, int fd, const char *path, struct fl_error *err)
{
	const struct fl_owner *owner = walk->owner;
	struct stat info;

	if (fstat(fd, &info) != 0)
		return failed(err, path, "stat");
	if (info.st_uid != owner->uid || info.st_gid != owner->gid) {
		walk->changed++;
		if (!walk->look_only && fchown(fd, owner->uid, owner->gid) != 0) {
			failed(err, path, "owner");
			return advise(err);
		}
	}
	if ((info.st_mode & 07777) != owner->mode) {
		walk->changed++;
		if (!walk->look_only && fchmod(fd, owner->mode) != 0)
			return failed(err, path, "mode");
	}
	if (walk->changed > 0 && !walk->look_only && fsync(fd) != 0)
		return failed(err, path, "sync");
	return 0;
}

/* One call for all entries: to sync each one it would have to be opened, and it is not trusted. */
static int sync_entries(const char *path, struct fl_error *err)
{
	fl_auto_close int fd = open(path, OPEN_DIR);

	return fd < 0 || syncfs(fd) != 0 ? failed(err, path, "sync") : 0;
}

static int own(struct walk *walk, const char *path, struct fl_error *err)
{
	int fd = open(path, OPEN_DIR);
	size_t before;

	if (fd < 0) {
		failed(err, path, "open");
		if (err->errnum == ENOTDIR)
			fl_error_hint(err, "it must be a real folder, not a link or a file");
		return -1;
	}
	if (own_top(walk, fd, path, err) != 0) {
		fl_cleanup_close(&fd);
		return -1;
	}
	before = walk->changed;
	if (fl_walk(fd, path, mend_entry, walk, err) != 0)
		return -1;
	return walk->changed > before && !walk->look_only ? sync_entries(path, err) : 0;
}

int fl_tree_own(const char *path, const struct fl_owner *owner, size_t *changed,
		struct fl_error *err)
{
	struct walk walk = { .owner = owner };
	struct stat info;

	if (lstat(path, &info) != 0) {
		if (errno != ENOENT)
			return failed(err, path, "stat");
		if (fl_folder_make(path, owner->mode, err) != 0)
			return -1;
		walk.changed++;
	}
	if (own(&walk, path, err) != 0)
		return -1;
	if (walk.kept == 1)
		fl_log(FL_WARNING, "%s", walk.first.message);
	else if (walk.kept > 1)
		fl_log(FL_WARNING, "%s; so do %zu more below %s", walk.first.message, walk.kept - 1,
		       path);
	*changed += walk.changed;
	return 0;
}

bool fl_tree_differs(const char *path, const struct fl_owner *owner)
{
	struct walk walk = { .owner = owner, .look_only = true };
	struct fl_error err = FL_ERROR_INIT;

	return own(&walk, path, &err) != 0 || walk.changed > 0;
}

/*
 * Opens the folder NAME in ABOVE. If it is missing and OWNER is not NULL, makes it for OWNER and
 * syncs it. -1 with errno.
 */
static int open_one(int above, const char *name, const struct fl_owner *owner, size_t *changed)
{
	bool made = owner != NULL && mkdirat(above, name, 0700) == 0;
	int folder;

	if (owner != NULL && !made && errno != EEXIST)
		return -1;
	folder = openat(above, name, OPEN_DIR);
	if (folder < 0 || !made)
		return folder;
	*changed += 1;
	if (fchown(folder, owner->uid, owner->gid) == 0 && fsync(folder) == 0 && fsync(above) == 0)
		return folder;
	fl_cleanup_close(&folder);
	return -1;
}

/* Opens the folder of the file RELATIVE below BASE in the same way. */
static int open_below(const char *base, const char *relative, const struct fl_owner *owner,
		      size_t *changed)
{
	fl_auto_free char *rest = fl_xstrdup(relative);
	int folder = open(base, OPEN_DIR);
	char *name = rest;

	for (char *slash; folder >= 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		int above = folder;

		*slash = '\0';
		folder = open_one(above, name, owner, changed);
		fl_cleanup_close(&above);
	}
	return folder;
}

int fl_tree_open_below(const char *base, const char *relative)
{
	return open_below(base, relative, NULL, NULL);
}

int fl_tree_make_below(const char *base, const char *relative, const struct fl_owner *owner,
		       size_t *changed, struct fl_error *err)
{
	fl_auto_close int folder = open_below(base, relative, owner, changed);

	return folder < 0 ? fl_error_set(err, FL_EXIT_SYSTEM, errno, "make folders of %s/%s", base,
					 relative)
			  : 0;
}
