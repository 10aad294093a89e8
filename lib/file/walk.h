/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over everything below a folder that somebody else may change meanwhile. Each step goes
 * through a descriptor of the folder above and follows no symbolic link. How deep folders stand in
 * each other costs neither descriptors nor stack.
 */
#ifndef FL_WALK_H
#define FL_WALK_H

#include <sys/stat.h>

#include "base/error.h"

/*
 * Called for each entry: NAME in the open folder FOLDER, whose path is PATH, with lstat(2)'s INFO.
 * 0, or -1 with ERR to end the walk.
 */
typedef int fl_walk_visit(int folder, const char *name, const struct stat *info, const char *path,
			  void *data, struct fl_error *err);

/*
 * Visits everything below the open folder TOP, which is closed in any case; PATH is its path, for
 * messages. A folder is visited before what is in it. What vanishes meanwhile, or becomes a link,
 * is passed over. 0, or -1 with the visit's error or 71.
 */
int fl_walk(int top, const char *path, fl_walk_visit *visit, void *data, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(2, 3, 5);

#endif
