/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders that only root can write: they are made, and synced so that a power cut cannot take them
 * back. Folders that somebody else can write need file/tree.h.
 */
#ifndef FL_FOLDER_H
#define FL_FOLDER_H

#include <sys/types.h>

#include "base/error.h"

/* The folder that PATH is in: "/" and "." if PATH has no other. A fresh string. */
char *fl_folder_of(const char *path) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Makes the folder PATH with MODE and those above it (root's, mode 0755) if they are missing, and
 * syncs each into the one above. Folders above may be symbolic links (an administrator's choice).
 * 0, or -1 with 71.
 */
int fl_folder_make(const char *path, mode_t mode, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/*
 * Syncs the folder that PATH is in: without that a power cut may take a new name back (fsync(2),
 * NOTES). 0, or -1 with 71.
 */
int fl_folder_sync_above(const char *path, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
