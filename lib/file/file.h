/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A regular file: what it is to contain, and how to read one that another user may have put there.
 * A plain open(2) would follow that user's symbolic link, or wait at a FIFO for ever.
 */
#ifndef FL_FILE_H
#define FL_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/macro.h"

struct fl_file {
	const char *path;
	const char *content;
	size_t length;
	mode_t mode;
	uid_t uid; /* (uid_t)-1: any; a new file gets the process's */
	gid_t gid; /* likewise */
};

/*
 * A file that belongs to root and contains TEXT; PATH and TEXT are borrowed. If another user runs
 * the program, the file is that user's, as only root can give files away (chown(2)).
 */
struct fl_file fl_file_text(const char *path, const char *text, mode_t mode)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Reads the regular file PATH, at most LIMIT bytes, without waiting for a FIFO. Returns a fresh
 * string, followed by a NUL, and its *LENGTH (may be NULL), or NULL with errno: EFBIG if the file
 * is larger, ELOOP if the last component is a symbolic link, EINVAL if it is no regular file.
 */
char *fl_file_read(const char *path, size_t limit, size_t *length) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Whether ERRNUM, the errno of fl_file_read() or access(2), leaves open what is at the path: the
 * file may be there all the same (EIO, EACCES). False if no file is there, or not a regular one.
 */
bool fl_file_unknown(int errnum);

#endif
