/* SPDX-License-Identifier: Apache-2.0 */
#include "base/folder.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

char *fl_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return fl_xstrdup(".");
	return fl_xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int fl_folder_sync_above(const char *path, struct fl_error *err)
{
	fl_auto_free char *folder = fl_folder_of(path);
	fl_auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: sync", folder);
	return 0;
}

/*
 * With its mode from the first moment: a run that was killed between mkdir(2) and chmod(2) would
 * leave it with what the umask of 077 lets through, and the next one takes a folder as it is.
 */
static bool make_folder(const char *path, mode_t mode)
{
	mode_t mask = umask(0);
	int result = mkdir(path, mode);

	umask(mask); /* never fails, and leaves errno alone */
	return result == 0;
}

int fl_folder_make(const char *path, mode_t mode, struct fl_error *err)
{
	fl_auto_free char *part = fl_xstrdup(path);
	int above = 0; /* why the first of the folders above could not be made */
	struct stat info;

	for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (make_folder(part, 0755)) {
			if (fl_folder_sync_above(part, err) != 0)
				return -1;
		} else if (errno != EEXIST && above == 0) {
			above = errno;
		}
		*slash = '/';
	}
	if (make_folder(path, mode))
		return fl_folder_sync_above(path, err);
	if (errno != EEXIST)
		return fl_error_set(err, FL_EXIT_SYSTEM,
				    errno == ENOENT && above != 0 ? above : errno,
				    "folder %s: make", path);
	if (stat(path, &info) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "folder %s", path);
	if (!S_ISDIR(info.st_mode))
		return fl_error_set(err, FL_EXIT_SYSTEM, ENOTDIR, "folder %s", path);
	return 0;
}
