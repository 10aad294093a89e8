/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders that get a given owner, with everything in them. The container can write to them, and
 * chown -R would follow a symbolic link that it puts there (trap 6). Here each step goes through a
 * descriptor of the folder above, opened without following symbolic links.
 */
#ifndef FL_TREE_H
#define FL_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct fl_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode; /* of the top folder */
};

/*
 * Makes the folder PATH if it is missing, and gives it and everything below it to OWNER. PATH must
 * not be a symbolic link. A link below it changes its own owner and is not followed. Entries with
 * the right owner are not touched, and changes are synced. A device, and a file with a second name
 * (a hard link), which may be outside, keep their owner, with a warning. *CHANGED grows by the
 * number of entries made or changed. 0, or -1 with 71 and the path.
 */
int fl_tree_own(const char *path, const struct fl_owner *owner, size_t *changed,
		struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* Whether fl_tree_own() would change anything. It only reads. */
bool fl_tree_differs(const char *path, const struct fl_owner *owner) FL_NONNULL(1, 2);

/*
 * Opens the folder of the file RELATIVE below BASE; neither BASE nor a folder in RELATIVE may be a
 * symbolic link. Returns a descriptor N, which the caller closes, or -1 with errno. The path
 * "/proc/self/fd/N/NAME" then leads to the file NAME in this very folder (proc(5)).
 */
int fl_tree_open_below(const char *base, const char *relative) FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Makes the folders of the file RELATIVE below BASE that are missing, for OWNER and with mode 0700,
 * and syncs them. It follows no symbolic link. *CHANGED grows by their number. 0, or -1 with 71.
 */
int fl_tree_make_below(const char *base, const char *relative, const struct fl_owner *owner,
		       size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

#endif
