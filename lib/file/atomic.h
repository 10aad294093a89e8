/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is written whole or not at all, also across a power cut. */
#ifndef FL_ATOMIC_H
#define FL_ATOMIC_H

#include <stdbool.h>

#include "base/error.h"
#include "file/file.h"

/*
 * Brings FILE about. If content, owner and mode are right already, nothing is touched. Else a
 * temporary file in the same folder (exclusive, unpredictable name) gets owner, mode and content,
 * is synced and renamed over the old one, and the folder is synced. A symbolic link at PATH is
 * replaced, never followed. The folder must exist. Returns 0 and counts the file in *CHANGED (may
 * be NULL) if it was written, or -1 with 71: the old file then stands untouched and no temporary
 * file stays behind.
 */
int fl_atomic_write(const struct fl_file *file, size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* Writes root's file PATH with TEXT and MODE (fl_file_text()). 0, or -1 with 71. */
int fl_atomic_write_text(const char *path, const char *text, mode_t mode, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/*
 * The same for COUNT files that belong together: every temporary file is complete and synced before
 * the first file is replaced, so a full disk leaves all the old files. Then they are replaced, in
 * the order of FILES.
 */
int fl_atomic_write_all(const struct fl_file *files, size_t count, size_t *changed,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4);

/* Whether fl_atomic_write() would write FILE; reads only. */
bool fl_atomic_differs(const struct fl_file *file) FL_NONNULL(1);

#endif
