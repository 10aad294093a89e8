/* SPDX-License-Identifier: Apache-2.0 */
#include "file/temporary.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/mem.h"
#include "file/leftover.h"

#define CLAIM_TRIES 100 /* sweeps of other runs that one file may meet before it is claimed */

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

static const char *fill(int fd, const struct fl_file *file)
{
	/* chown(2) clears set-id bits, and a wider mode must never meet the wrong owner. */
	if (fchown(fd, file->uid, file->gid) != 0 || fchmod(fd, file->mode) != 0)
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

struct fl_temporary fl_temporary_for(const struct fl_file *file)
{
	return (struct fl_temporary){ .file = file,
				      .name = fl_xasprintf("%s" FL_LEFTOVER_SUFFIX, file->path),
				      .claim = -1 };
}

int fl_temporary_stage(struct fl_temporary *temporary, struct fl_error *err)
{
	const struct fl_file *file = temporary->file;
	fl_auto_close int claim = -1;
	const char *failed;
	int fd, saved;

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

int fl_temporary_publish(struct fl_temporary *temporary, struct fl_error *err)
{
	const char *path = temporary->file->path;

	if (rename(temporary->name, path) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: rename", path);
	temporary->there = false;
	return fl_folder_sync_above(path, err);
}

void fl_temporary_drop(struct fl_temporary *temporary)
{
	if (temporary->there)
		unlink(temporary->name);
	fl_cleanup_close(&temporary->claim);
	fl_cleanup_free(&temporary->name);
	*temporary = (struct fl_temporary){ .claim = -1 };
}
