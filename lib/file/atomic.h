/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is written whole or not at all, also across a power cut. A plain write that is
 * interrupted would leave half a file (trap 11).
 */
#ifndef FL_ATOMIC_H
#define FL_ATOMIC_H

#include <stdbool.h>

#include "base/error.h"
#include "file/file.h"

/*
 * Writes FILE, unless its content, owner and mode are right already. A temporary file in the same
 * folder (exclusive, unpredictable name) gets owner, mode and content, is synced and renamed over
 * the old file, and the folder is synced. A symbolic link at the path is replaced, not followed.
 * The folder must exist. Returns 0 and counts the file in *CHANGED (may be NULL) if it was written,
 * or -1 with 71. After -1 no temporary file is left, and the old file is unchanged, unless only the
 * sync of the folder failed.
 */
int fl_atomic_write(const struct fl_file *file, size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* Writes TEXT to root's file PATH with MODE (fl_file_text()). 0, or -1 with 71. */
int fl_atomic_write_text(const char *path, const char *text, mode_t mode, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/*
 * Writes COUNT files that belong together. All temporary files are complete and synced before the
 * first file is replaced, so a full disk leaves all the old files. The files are replaced in the
 * order of FILES. CHANGED is not NULL; the rest is as for fl_atomic_write().
 */
int fl_atomic_write_all(const struct fl_file *files, size_t count, size_t *changed,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4);

/* Whether fl_atomic_write() would write FILE. It only reads. */
bool fl_atomic_differs(const struct fl_file *file) FL_NONNULL(1);

#endif
