/* SPDX-License-Identifier: Apache-2.0 */
#include "file/atomic.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/mem.h"
#include "file/leftover.h"

#define CLAIM_TRIES 100 /* how often other runs may remove a temporary file before its claim */

/*
 * The temporary file that will replace a file. This process claims it (leftover.h) until it has its
 * final name, so that no other run removes it.
 */
struct temporary {
	char *name; /* owned; allocated before a file is made, as lack of memory ends the process */
	int fd;     /* open as long as it has that name, else -1 */
};

static bool owner_differs(const struct fl_file *file, const struct stat *info)
{
	return (file->uid != (uid_t)-1 && file->uid != info->st_uid) ||
	       (file->gid != (gid_t)-1 && file->gid != info->st_gid);
}

bool fl_atomic_differs(const struct fl_file *file)
{
	fl_auto_free char *old = NULL;
	struct stat info;
	size_t length;

	/* A file of another length is not read, as it may be of any size. No link is followed. */
	if (lstat(file->path, &info) != 0 || info.st_size != (off_t)file->length ||
	    owner_differs(file, &info) || (info.st_mode & 07777) != file->mode)
		return true;
	old = fl_file_read(file->path, file->length, &length);
	return old == NULL || length != file->length || memcmp(old, file->content, length) != 0;
}

/* Claims FD. False if another run claims or has removed it. Some file systems have no locks. */
static bool claim(int fd)
{
	struct stat info;

	if (!fl_leftover_claim(fd) && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

/* Makes a temporary file and claims it; tries again if another run has removed it in between. */
static int make_temporary(char *name)
{
	char *const tail = name + strlen(name) - strlen(FL_LEFTOVER_SUFFIX);

	for (int tries = 0; tries < CLAIM_TRIES; tries++) {
		int fd = mkostemp(name, O_CLOEXEC);

		if (fd < 0 || claim(fd))
			return fd;
		unlink(name);
		fl_cleanup_close(&fd);
		memcpy(tail, FL_LEFTOVER_SUFFIX, sizeof(FL_LEFTOVER_SUFFIX));
	}
	errno = EBUSY;
	return -1;
}

static int write_bytes(int fd, const char *bytes, size_t length)
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

/* Returns what failed, with errno, or NULL. After fsync(2), close(2) has no error to report. */
static const char *fill(int fd, const struct fl_file *file)
{
	/* Owner before mode: chown(2) clears set-id bits, and only the owner may get the mode. */
	if (fchown(fd, file->uid, file->gid) != 0 || fchmod(fd, file->mode) != 0)
		return "set owner and mode";
	if (write_bytes(fd, file->content, file->length) != 0)
		return "write";
	return fsync(fd) != 0 ? "sync" : NULL;
}

static int stage(struct temporary *temporary, const struct fl_file *file, struct fl_error *err)
{
	const char *failed;

	temporary->fd = make_temporary(temporary->name);
	failed = temporary->fd < 0 ? "make temporary file" : fill(temporary->fd, file);
	if (failed != NULL)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: %s", file->path, failed);
	return 0;
}

static int publish(struct temporary *temporary, const struct fl_file *file, struct fl_error *err)
{
	if (rename(temporary->name, file->path) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: rename", file->path);
	fl_cleanup_close(&temporary->fd);
	temporary->fd = -1;
	return fl_folder_sync_above(file->path, err);
}

static void drop(struct temporary *temporary)
{
	if (temporary->fd >= 0)
		unlink(temporary->name);
	fl_cleanup_close(&temporary->fd);
	free(temporary->name);
}

int fl_atomic_write_all(const struct fl_file *files, size_t count, size_t *changed,
			struct fl_error *err)
{
	struct temporary *temporaries = fl_xcalloc(count, sizeof(*temporaries));
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		fl_leftover_sweep(files[i].path);
		temporaries[i].name = fl_xasprintf("%s" FL_LEFTOVER_SUFFIX, files[i].path);
		temporaries[i].fd = -1;
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		if (fl_atomic_differs(&files[i]))
			result = stage(&temporaries[i], &files[i], err);
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		if (temporaries[i].fd < 0)
			continue;
		result = publish(&temporaries[i], &files[i], err);
		*changed += result == 0;
	}
	for (size_t i = 0; i < count; i++)
		drop(&temporaries[i]);
	free(temporaries);
	return result;
}

int fl_atomic_write(const struct fl_file *file, size_t *changed, struct fl_error *err)
{
	size_t uncounted = 0;

	return fl_atomic_write_all(file, 1, changed != NULL ? changed : &uncounted, err);
}

int fl_atomic_write_text(const char *path, const char *text, mode_t mode, struct fl_error *err)
{
	const struct fl_file file = fl_file_text(path, text, mode);

	return fl_atomic_write(&file, NULL, err);
}
