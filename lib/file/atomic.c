/* SPDX-License-Identifier: Apache-2.0 */
#include "file/atomic.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/mem.h"
#include "file/leftover.h"
#include "file/temporary.h"

enum fl_change fl_atomic_plan(const struct fl_file *file)
{
	fl_auto_free char *old = NULL;
	struct stat info;
	size_t length;

	/* Of a file of another length nothing is read: it may be of any size. */
	if (lstat(file->path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    info.st_size != (off_t)file->length)
		return FL_WRITTEN;
	old = fl_file_read(file->path, file->length, &length);
	if (old == NULL || length != file->length || memcmp(old, file->content, length) != 0)
		return FL_WRITTEN;
	if (!fl_file_owner_differs(file, &info) && (info.st_mode & 07777) == file->mode)
		return FL_UNCHANGED;
	/* What has a second name may be somebody else's: then the name gets a file of its own. */
	return info.st_nlink > 1 ? FL_WRITTEN : FL_ATTRIBUTES;
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
	if (fd < 0 || fl_file_give(fd, file) != 0 || fsync(fd) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: owner and mode", file->path);
	return 0;
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path);
}

static bool in_one_folder(const char *a, const char *b)
{
	size_t length = folder_length(a);

	return folder_length(b) == length && strncmp(a, b, length) == 0;
}

/* Files of one folder that come one after the other need one sync of it. */
static int sync_folders(const struct fl_file *files, const enum fl_change *plans, size_t count,
			struct fl_error *err)
{
	const char *synced = NULL;

	for (size_t i = 0; i < count; i++) {
		if (plans[i] != FL_WRITTEN ||
		    (synced != NULL && in_one_folder(synced, files[i].path)))
			continue;
		if (fl_folder_sync_above(files[i].path, err) != 0)
			return -1;
		synced = files[i].path;
	}
	return 0;
}

/* Attributes first, names last. */
static int apply(const struct fl_file *files, const enum fl_change *plans,
		 struct fl_temporary *temporaries, size_t count, struct fl_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_WRITTEN && fl_temporary_stage(&temporaries[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_ATTRIBUTES && mend(&files[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (plans[i] == FL_WRITTEN && fl_temporary_publish(&temporaries[i], err) != 0)
			return -1;
	}
	return sync_folders(files, plans, count, err);
}

int fl_atomic_write_all(const struct fl_file *files, size_t count, enum fl_change *changes,
			struct fl_error *err)
{
	struct fl_temporary *temporaries = fl_xcalloc(count, sizeof(*temporaries));
	int result;

	for (size_t i = 0; i < count; i++) {
		fl_leftover_sweep(files[i].path);
		changes[i] = fl_atomic_plan(&files[i]);
		temporaries[i] = fl_temporary_for(&files[i]);
	}
	result = apply(files, changes, temporaries, count, err);
	for (size_t i = 0; i < count; i++)
		fl_temporary_drop(&temporaries[i]);
	free(temporaries);
	return result;
}

int fl_atomic_write(const struct fl_file *file, enum fl_change *change, struct fl_error *err)
{
	enum fl_change one;

	return fl_atomic_write_all(file, 1, change != NULL ? change : &one, err);
}

int fl_atomic_write_text(const char *path, const char *text, mode_t mode, struct fl_error *err)
{
	const struct fl_file file = fl_file_text(path, text, mode);

	return fl_atomic_write(&file, NULL, err);
}
