/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders with a given owner. What the container can write is never trusted: every step goes
 * through a descriptor of the folder above, opened without following symbolic links, so a link
 * planted at any moment leads nowhere (trap 6).
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
 * Makes PATH if it is missing and gives it and everything below it to OWNER; a symbolic link below
 * it changes its own owner and is not followed, PATH itself must be a real folder. What is right
 * already is not touched, what was changed is synced. A device, and a file that has a second name
 * (a hard link), which may be outside, keeps its owner, with a warning. *CHANGED counts what was
 * made or changed. 0, or -1 with 71 and the path.
 */
int fl_tree_own(const char *path, const struct fl_owner *owner, size_t *changed,
		struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* Whether fl_tree_own() would change anything; reads only. */
bool fl_tree_differs(const char *path, const struct fl_owner *owner) FL_NONNULL(1, 2);

/*
 * Opens the folder that holds the file RELATIVE below BASE, following no symbolic link in either.
 * A descriptor that the caller closes, or -1 with errno. "/proc/self/fd/N/NAME" is then a path of
 * the file that no link can lead astray (proc(5)).
 */
int fl_tree_open_below(const char *base, const char *relative) FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Makes the folders of the relative path RELATIVE below BASE, the last component (a file's name)
 * excepted, each as OWNER's with mode 0700 if it is missing, and syncs what it made; no symbolic
 * link is followed.
 */
int fl_tree_make_below(const char *base, const char *relative, const struct fl_owner *owner,
		       size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

#endif
