/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for targets whose code opens files; it is removed when the target ends as it should. */
#ifndef FL_FUZZ_FOLDER_H
#define FL_FUZZ_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "fuzz.h"

static char folder[] = "/tmp/fl-fuzz.XXXXXX";

static int folder_remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info, (void)type, (void)ftw;
	return remove(path);
}

static void folder_remove(void)
{
	nftw(folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Makes it, and NAME in it, the first time. */
static inline void folder_make(const char *name)
{
	fl_auto_free char *path = NULL;
	static bool made;

	if (!made) {
		FUZZ_HOLDS(mkdtemp(folder) != NULL && atexit(folder_remove) == 0);
		made = true;
	}
	path = fl_xasprintf("%s/%s", folder, name);
	if (mkdir(path, 0700) != 0)
		FUZZ_HOLDS(errno == EEXIST);
}

/* The file NAME with LENGTH BYTES from OFFSET on, zeros before them; NULL takes the file away. */
static inline void folder_write(const char *name, size_t offset, const char *bytes, size_t length)
{
	fl_auto_free char *path = fl_xasprintf("%s/%s", folder, name);
	fl_auto_close int fd = -1;

	/* A new file: ext4 writes one that was emptied to the disk when it is closed. */
	unlink(path);
	if (bytes == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FUZZ_HOLDS(fd >= 0 && pwrite(fd, bytes, length, (off_t)offset) == (ssize_t)length);
}

#endif
