/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is written whole or not at all, also across a power cut. */
#ifndef FL_ATOMIC_H
#define FL_ATOMIC_H

#include "base/error.h"
#include "file/file.h"

/* What would be or was done. */
enum fl_change {
	FL_UNCHANGED,
	FL_ATTRIBUTES, /* owner or mode were mended; no modification time changed */
	FL_WRITTEN,
};

/*
 * Brings FILE about: same content, owner and mode: nothing is touched; only owner or mode differ:
 * they are mended in place; else a temporary file in the same folder (exclusive, unpredictable
 * name) gets owner, mode and content, is synced, closed and renamed over the old one, and the
 * folder is synced. A symbolic link at PATH is replaced, never followed; so is a file whose owner
 * or mode differ if it has a second name, which keeps both. The folder must exist.
 * Returns 0 and *CHANGE (may be NULL), or -1 with 71: the old file then stands untouched and no
 * temporary file stays behind.
 */
int fl_atomic_write(const struct fl_file *file, enum fl_change *change, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* Writes root's file PATH with TEXT and MODE (fl_file_text()). 0, or -1 with 71. */
int fl_atomic_write_text(const char *path, const char *text, mode_t mode, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/*
 * The same for COUNT files that belong together: every temporary file is complete and synced before
 * the first name changes, so a full disk leaves all the old files. The names then change in the
 * order of FILES: a file that others are read with comes last. CHANGES has COUNT members.
 */
int fl_atomic_write_all(const struct fl_file *files, size_t count, enum fl_change *changes,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4);

/* What fl_atomic_write() would do; reads only. An unreadable file counts as FL_WRITTEN. */
enum fl_change fl_atomic_plan(const struct fl_file *file) FL_NONNULL(1);

#endif
