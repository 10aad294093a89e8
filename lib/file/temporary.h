/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The temporary file that takes another one's place: complete, synced and claimed (leftover.h), so
 * that no other run sweeps it away, until it has its final name. Only atomic.c uses this.
 */
#ifndef FL_TEMPORARY_H
#define FL_TEMPORARY_H

#include <stdbool.h>

#include "base/error.h"
#include "file/file.h"

struct fl_temporary {
	const struct fl_file *file; /* whose place it takes; borrowed */
	char *name; /* owned; made up before any file is, as lack of memory ends the process */
	int claim;  /* open as long as it is there */
	bool there; /* it has that name */
};

/*
 * One for FILE, in the same folder, that is not made yet. The caller drops it; FILE must live until
 * then.
 */
struct fl_temporary fl_temporary_for(const struct fl_file *file) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Makes it, with the owner, mode and content of its file, and syncs it. 0, or -1 with 71, and
 * nothing stays behind.
 */
int fl_temporary_stage(struct fl_temporary *temporary, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Gives it its final name, and syncs the folder. 0, or -1 with 71. */
int fl_temporary_publish(struct fl_temporary *temporary, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Removes it if it has no final name yet, ends the claim and frees the name. */
void fl_temporary_drop(struct fl_temporary *temporary) FL_NONNULL(1);

#endif
