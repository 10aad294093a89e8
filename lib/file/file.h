/* SPDX-License-Identifier: Apache-2.0 */
/* A regular file: what it is to hold, and how one is read that somebody else may have laid. */
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
	uid_t uid; /* (uid_t)-1: as it comes */
	gid_t gid;
};

/*
 * A file of root's that holds TEXT, which is borrowed as PATH is. If somebody else runs the program
 * the file is his, as only root can give files away (chown(2)).
 */
struct fl_file fl_file_text(const char *path, const char *text, mode_t mode)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Reads the regular file PATH, at most LIMIT bytes, without following a link in the last component
 * and without waiting for a FIFO. A fresh string (a NUL behind it) and *LENGTH (may be NULL), or
 * NULL with errno: EFBIG if it is larger, EINVAL if it is no regular file.
 */
char *fl_file_read(const char *path, size_t limit, size_t *length) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Whether fl_file_read() or access(2) failed, with ERRNUM, without telling what is at the path: it
 * may hold the very thing that was looked for. False where nothing is there, or no regular file.
 */
bool fl_file_unknown(int errnum);

#endif
