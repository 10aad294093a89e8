/* SPDX-License-Identifier: Apache-2.0 */
#include "file/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

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
