/* SPDX-License-Identifier: Apache-2.0 */
#include "file/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

struct fl_file fl_file_text(const char *path, const char *text, mode_t mode)
{
	const uid_t owner = geteuid() == 0 ? 0 : (uid_t)-1;

	return (struct fl_file){ .path = path,
				 .content = text,
				 .length = strlen(text),
				 .mode = mode,
				 .uid = owner,
				 .gid = owner };
}

char *fl_file_read(const char *path, size_t limit, size_t *length)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	fl_auto_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	fl_auto_buf struct fl_buf text = { .limit = limit + 1 };
	struct stat info;

	if (fd < 0 || fstat(fd, &info) != 0)
		return NULL;
	if (!S_ISREG(info.st_mode)) {
		errno = EINVAL;
		return NULL;
	}
	if (fl_buf_read(&text, fd) != 0)
		return NULL;
	if (text.length > limit) {
		errno = EFBIG;
		return NULL;
	}
	if (length != NULL)
		*length = text.length;
	return fl_buf_take(&text);
}

bool fl_file_unknown(int errnum)
{
	return errnum != ENOENT && errnum != ENOTDIR && errnum != ELOOP && errnum != ENXIO &&
	       errnum != EINVAL && errnum != EFBIG;
}
