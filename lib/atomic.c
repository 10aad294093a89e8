/* SPDX-License-Identifier: Apache-2.0 */
#include "atomic.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "leftover.h"
#include "mem.h"

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

	if (lstat(file->path, &info) != 0 || !S_ISREG(info.st_mode))
		return FL_WRITTEN;
	old = fl_read_file(file->path, (size_t)info.st_size, &length);
	if (old == NULL || length != file->length || memcmp(old, file->content, length) != 0)
		return FL_WRITTEN;
	if (owner_differs(file, &info) || (info.st_mode & 07777) != file->mode)
		return FL_ATTRIBUTES;
	return FL_UNCHANGED;
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

	if (fd < 0 || give(fd, file) != 0)
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

/* Without this a power cut may take the new name back (fsync(2), NOTES). */
static int sync_folder(const char *path, struct fl_error *err)
{
	fl_auto_free char *folder = fl_xstrdup(path);
	char *slash = strrchr(folder, '/');
	fl_auto_close int fd = -1;

	if (slash == NULL)
		memcpy(folder, ".", 2);
	else
		slash[slash == folder] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: sync", folder);
	return 0;
}

/* Fills the temporary file and closes it: a full disk may show as late as in close(2). */
static const char *fill(int fd, const struct fl_file *file)
{
	const char *failed = NULL;
	int saved;

	/* A file system without locks is fine; one whose lock is taken is being swept. */
	if (!fl_leftover_claim(fd) && errno == EWOULDBLOCK)
		failed = "claim";
	else if (give(fd, file) != 0)
		failed = "owner and mode";
	else if (write_all(fd, file->content, file->length) != 0)
		failed = "write";
	else if (fsync(fd) != 0)
		failed = "sync";
	saved = errno;
	if (close(fd) != 0 && failed == NULL)
		return "close";
	errno = saved;
	return failed;
}

/* Makes the temporary file beside FILE, complete and synced; a fresh string, or NULL with ERR. */
static char *stage(const struct fl_file *file, struct fl_error *err)
{
	fl_auto_free char *temporary = fl_xasprintf("%s" FL_LEFTOVER_SUFFIX, file->path);
	const char *failed;
	struct stat info;
	int fd;

	/* A folder in the way would show at the rename, when other files are in place already. */
	if (lstat(file->path, &info) == 0 && S_ISDIR(info.st_mode)) {
		fl_error_set(err, FL_EXIT_SYSTEM, EISDIR, "%s", file->path);
		return NULL;
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: temporary file beside it",
			     file->path);
		return NULL;
	}
	failed = fill(fd, file);
	if (failed != NULL) {
		fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: %s", file->path, failed);
		unlink(temporary);
		return NULL;
	}
	return fl_steal(&temporary);
}

static int publish(const struct fl_file *file, const char *temporary, struct fl_error *err)
{
	if (rename(temporary, file->path) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: rename", file->path);
	return sync_folder(file->path, err);
}

/* Attributes first, names last: a name once changed cannot be taken back. */
static int apply(const struct fl_file *files, const enum fl_change *plans, char **temporaries,
		 size_t count, struct fl_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (plans[i] != FL_WRITTEN)
			continue;
		temporaries[i] = stage(&files[i], err);
		if (temporaries[i] == NULL)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_ATTRIBUTES && mend(&files[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (temporaries[i] != NULL && publish(&files[i], temporaries[i], err) != 0)
			return -1;
		free(fl_steal(&temporaries[i]));
	}
	return 0;
}

int fl_atomic_write_all(const struct fl_file *files, size_t count, enum fl_change *changes,
			struct fl_error *err)
{
	fl_auto_free char **temporaries = fl_xcalloc(count, sizeof(*temporaries));
	int result;

	for (size_t i = 0; i < count; i++) {
		fl_leftover_sweep(files[i].path);
		changes[i] = fl_atomic_plan(&files[i]);
	}
	result = apply(files, changes, temporaries, count, err);
	for (size_t i = 0; i < count; i++) {
		if (temporaries[i] != NULL)
			unlink(temporaries[i]); /* fails only where it was renamed already */
		free(temporaries[i]);
	}
	return result;
}

int fl_atomic_write(const struct fl_file *file, enum fl_change *change, struct fl_error *err)
{
	enum fl_change one;

	return fl_atomic_write_all(file, 1, change != NULL ? change : &one, err);
}
