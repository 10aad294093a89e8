/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over everything below a folder that another user may change meanwhile. nftw(3) goes by
 * paths, in which that user can plant a symbolic link; here each step goes through a descriptor of
 * the folder above and follows none. A deeper tree needs neither more descriptors nor more stack.
 */
#ifndef FL_WALK_H
#define FL_WALK_H

#include <sys/stat.h>

#include "base/error.h"

/*
 * Called for each entry: NAME in the open folder FOLDER, whose path is PATH, with lstat(2)'s INFO.
 * Returns 0, or -1 with ERR to end the walk.
 */
typedef int fl_walk_visit(int folder, const char *name, const struct stat *info, const char *path,
			  void *data, struct fl_error *err);

/*
 * Visits everything below the open folder TOP and closes TOP, also after a failure. PATH is its
 * path, for messages. A folder is visited before its entries. An entry that is removed meanwhile,
 * or a folder that becomes a link, is skipped. 0, or -1 with the visit's error or 71.
 */
int fl_walk(int top, const char *path, fl_walk_visit *visit, void *data, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(2, 3, 5);

#endif
