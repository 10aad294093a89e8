/* SPDX-License-Identifier: Apache-2.0 */
#include "file/atomic.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "file/leftover.h"
#include "file/temporary.h"

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

	/* Of a file of another length nothing is read: it may be of any size. */
	if (lstat(file->path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    info.st_size != (off_t)file->length || owner_differs(file, &info) ||
	    (info.st_mode & 07777) != file->mode)
		return true;
	old = fl_file_read(file->path, file->length, &length);
	return old == NULL || length != file->length || memcmp(old, file->content, length) != 0;
}

int fl_atomic_write_all(const struct fl_file *files, size_t count, size_t *changed,
			struct fl_error *err)
{
	struct fl_temporary *temporaries = fl_xcalloc(count, sizeof(*temporaries));
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		fl_leftover_sweep(files[i].path);
		temporaries[i] = fl_temporary_for(&files[i]);
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		if (fl_atomic_differs(&files[i]))
			result = fl_temporary_stage(&temporaries[i], err);
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!temporaries[i].there)
			continue;
		result = fl_temporary_publish(&temporaries[i], err);
		*changed += result == 0;
	}
	for (size_t i = 0; i < count; i++)
		fl_temporary_drop(&temporaries[i]);
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
