/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary files that a power cut or a killed run has left beside the files they should replace.
 * Nobody else would remove them, and each power cut could add one (trap 11).
 */
#ifndef FL_LEFTOVER_H
#define FL_LEFTOVER_H

#include <stdbool.h>

#include "base/macro.h"

/* A temporary file is named like its file, with this behind it: a template for mkostemp(3). */
#define FL_LEFTOVER_SUFFIX ".fl-XXXXXX"

/*
 * Marks the open temporary file FD as one that a living process writes, by an exclusive flock(2),
 * which ends with the process. Returns false with errno: EWOULDBLOCK if another process has it.
 */
bool fl_leftover_claim(int fd) FL_MUST_CHECK;

/*
 * Removes the temporary files of PATH that no living process claims. A file that cannot be opened
 * or removed stays, without an error, as it does no harm.
 */
void fl_leftover_sweep(const char *path) FL_NONNULL(1);

#endif
