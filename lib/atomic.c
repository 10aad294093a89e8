/* SPDX-License-Identifier: Apache-2.0 */
#include "atomic.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "leftover.h"
#include "mem.h"
#include "tree.h"

#define CLAIM_TRIES 100 /* sweeps of other runs that one file may meet before it is claimed */

char *fl_read_file(const char *path, size_t limit, size_t *length)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	fl_auto_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	fl_auto_free char *text = NULL;
	struct stat info;
	size_t have = 0;

	if (fd < 0 || fstat(fd, &info) != 0)
		return NULL;
	if (!S_ISREG(info.st_mode)) {
		errno = EINVAL;
		return NULL;
	}
	if (info.st_size > (off_t)limit) {
		errno = EFBIG;
		return NULL;
	}
	text = fl_xcalloc((size_t)info.st_size + 1, 1);
	while (have < (size_t)info.st_size) {
		ssize_t got = read(fd, text + have, (size_t)info.st_size - have);

		if (got < 0 && errno != EINTR)
			return NULL;
		if (got == 0)
			break; /* it shrank while it was read */
		have += got > 0 ? (size_t)got : 0;
	}
	text[have] = '\0';
	if (length != NULL)
		*length = have;
	return fl_steal(&text);
}

bool fl_file_unknown(int errnum)
{
	return errnum != ENOENT && errnum != ENOTDIR && errnum != ELOOP && errnum != ENXIO &&
	       errnum != EINVAL && errnum != EFBIG;
}

static bool owner_differs(const struct fl_file *file, const struct stat *info)
{
	return (file->uid != (uid_t)-1 && file->uid != info->st_uid) ||
	       (file->gid != (gid_t)-1 && file->gid != info->st_gid);
}

enum fl_change fl_atomic_plan(const struct fl_file *file)
{
	fl_auto_free char *old = NULL;
	struct stat info;
	size_t length;

	/* Of a file of another length nothing is read: it may be of any size. */
	if (lstat(file->path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    info.st_size != (off_t)file->length)
		return FL_WRITTEN;
	old = fl_read_file(file->path, file->length, &length);
	if (old == NULL || length != file->length || memcmp(old, file->content, length) != 0)
		return FL_WRITTEN;
	if (!owner_differs(file, &info) && (info.st_mode & 07777) == file->mode)
		return FL_UNCHANGED;
	/* What has a second name may be somebody else's: then the name gets a file of its own. */
	return info.st_nlink > 1 ? FL_WRITTEN : FL_ATTRIBUTES;
}

/* Owner before mode: chown(2) clears set-id bits, and a wider mode never meets the wrong owner. */
static int give(int fd, const struct fl_file *file)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return -1;
	if (owner_differs(file, &info) && fchown(fd, file->uid, file->gid) != 0)
		return -1;
	return fchmod(fd, file->mode);
}

static int mend(const struct fl_file *file, struct fl_error *err)
{
	fl_auto_close int fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;

	/* In somebody else's folder the name may stand for another file since it was planned. */
	if (fd >= 0 && fstat(fd, &info) == 0 && (!S_ISREG(info.st_mode) || info.st_nlink > 1)) {
		errno = ESTALE;
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: it was replaced", file->path);
	}
	if (fd < 0 || give(fd, file) != 0 || fsync(fd) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: owner and mode", file->path);
	return 0;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t put = write(fd, bytes, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

/* A temporary file: claimed, so that no other run sweeps it away, until it has its last name. */
struct temporary {
	char *name; /* owned; made up before any file is, as lack of memory ends the process */
	int claim;  /* open as long as it is there */
	bool there; /* it has that name */
	bool kept;  /* the file that it replaced has that name now */
	bool fresh; /* it has its last name, and replaced none */
};

static const char *fill(int fd, const struct fl_file *file)
{
	if (give(fd, file) != 0)
		return "owner and mode";
	if (write_all(fd, file->content, file->length) != 0)
		return "write";
	return fsync(fd) != 0 ? "sync" : NULL;
}

/* Whether FD is claimed and still has its name. A file system without locks is fine. */
static bool is_ours(int fd)
{
	struct stat info;

	if (!fl_leftover_claim(fd) && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

/* Opens a fresh one; a sweep of another run between its making and its claim costs a new try. */
static int make_temporary(char *name)
{
	char *const tail = name + strlen(name) - strlen(FL_LEFTOVER_SUFFIX);

	for (int tries = 0; tries < CLAIM_TRIES; tries++) {
		int fd = mkostemp(name, O_CLOEXEC);

		if (fd < 0 || is_ours(fd))
			return fd;
		unlink(name);
		fl_cleanup_close(&fd);
		memcpy(tail, FL_LEFTOVER_SUFFIX, sizeof(FL_LEFTOVER_SUFFIX));
	}
	errno = EBUSY;
	return -1;
}

/* Makes the temporary file beside FILE, complete and synced. */
static int stage(const struct fl_file *file, struct temporary *temporary, struct fl_error *err)
{
	fl_auto_close int claim = -1;
	const char *failed;
	struct stat info;
	int fd, saved;

	/* A folder in the way would show at the rename, when other files are in place already. */
	if (lstat(file->path, &info) == 0 && S_ISDIR(info.st_mode))
		return fl_error_set(err, FL_EXIT_SYSTEM, EISDIR, "%s", file->path);
	fd = make_temporary(temporary->name);
	if (fd < 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: temporary file beside it",
				    file->path);
	/* The lock belongs to both descriptors (flock(2)), and ends with the second one. */
	claim = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	failed = claim < 0 ? "claim" : fill(fd, file);
	saved = errno;
	/* A full disk may show as late as in close(2). */
	if (close(fd) != 0 && failed == NULL) {
		failed = "close";
		saved = errno;
	}
	if (failed != NULL) {
		unlink(temporary->name);
		return fl_error_set(err, FL_EXIT_SYSTEM, saved, "%s: %s", file->path, failed);
	}
	temporary->claim = fl_steal_fd(&claim);
	temporary->there = true;
	return 0;
}

/* Gives it its last name. With KEEP the old file takes the temporary one, for the way back. */
static int publish(const struct fl_file *file, struct temporary *temporary, bool keep)
{
	if (keep &&
	    renameat2(AT_FDCWD, temporary->name, AT_FDCWD, file->path, RENAME_EXCHANGE) == 0) {
		temporary->kept = true;
		return 0;
	}
	/* Anything else: a file system that cannot exchange names. There is no way back then. */
	temporary->fresh = keep && errno == ENOENT;
	if (rename(temporary->name, file->path) == 0) {
		temporary->there = false;
		return 0;
	}
	temporary->fresh = false;
	return -1;
}

static void take_back(const struct fl_file *file, struct temporary *temporary)
{
	if (temporary->kept && rename(temporary->name, file->path) == 0)
		temporary->there = false;
	else if (temporary->fresh)
		unlink(file->path);
}

static void drop(struct temporary *temporary)
{
	if (temporary->there)
		unlink(temporary->name);
	fl_cleanup_close(&temporary->claim);
	temporary->there = false;
	temporary->claim = -1;
}

/* All of them have their last names, or none has. */
static int publish_all(const struct fl_file *files, struct temporary *temporaries, size_t count,
		       struct fl_error *err)
{
	size_t last = count;

	for (size_t i = 0; i < count; i++) {
		if (temporaries[i].there)
			last = i;
	}
	for (size_t i = 0; i < count; i++) {
		if (!temporaries[i].there || publish(&files[i], &temporaries[i], i < last) == 0)
			continue;
		fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: rename", files[i].path);
		while (i-- > 0)
			take_back(&files[i], &temporaries[i]);
		return -1;
	}
	return 0;
}

/* Attributes first, names last. */
static int apply(const struct fl_file *files, const enum fl_change *plans,
		 struct temporary *temporaries, size_t count, struct fl_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_WRITTEN && stage(&files[i], &temporaries[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_ATTRIBUTES && mend(&files[i], err) != 0)
			return -1;
	}
	if (publish_all(files, temporaries, count, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		drop(&temporaries[i]);
	/* After all names: what cannot be synced is new as a whole. */
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_WRITTEN && fl_tree_sync_above(files[i].path, err) != 0)
			return -1;
	}
	return 0;
}

int fl_atomic_write_all(const struct fl_file *files, size_t count, enum fl_change *changes,
			struct fl_error *err)
{
	struct temporary *temporaries = fl_xcalloc(count, sizeof(*temporaries));
	int result;

	for (size_t i = 0; i < count; i++) {
		fl_leftover_sweep(files[i].path);
		changes[i] = fl_atomic_plan(&files[i]);
		temporaries[i].name = fl_xasprintf("%s" FL_LEFTOVER_SUFFIX, files[i].path);
		temporaries[i].claim = -1;
	}
	result = apply(files, changes, temporaries, count, err);
	for (size_t i = 0; i < count; i++) {
		drop(&temporaries[i]);
		fl_cleanup_free(&temporaries[i].name);
	}
	free(temporaries);
	return result;
}

int fl_atomic_write(const struct fl_file *file, enum fl_change *change, struct fl_error *err)
{
	enum fl_change one;

	return fl_atomic_write_all(file, 1, change != NULL ? change : &one, err);
}
