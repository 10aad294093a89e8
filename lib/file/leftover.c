/* SPDX-License-Identifier: Apache-2.0 */
#include "file/leftover.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/folder.h"

/* The letters by which glibc's mkostemp(3) replaces the Xs. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool fl_leftover_claim(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static bool is_temporary(const char *entry, const char *name)
{
	size_t length = strlen(name);
	size_t fixed = strcspn(FL_LEFTOVER_SUFFIX, "X");
	const char *rest = entry + length;

	return strncmp(entry, name, length) == 0 &&
	       strlen(rest) == sizeof(FL_LEFTOVER_SUFFIX) - 1 &&
	       strncmp(rest, FL_LEFTOVER_SUFFIX, fixed) == 0 &&
	       strspn(rest + fixed, letters) == strlen(rest + fixed);
}

static void remove_unclaimed(int folder, const char *entry)
{
	fl_auto_close int fd = openat(folder, entry,
				      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;

	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && fl_leftover_claim(fd))
		unlinkat(folder, entry, 0);
}

void fl_leftover_sweep(const char *path)
{
	fl_auto_free char *folder = fl_folder_of(path);
	fl_auto_closedir DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (is_temporary(entry->d_name, basename(path)))
			remove_unclaimed(dirfd(dir), entry->d_name);
	}
}
