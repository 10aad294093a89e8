/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary files that a power cut or a killed run left beside the files they were to replace. */
#ifndef FL_LEFTOVER_H
#define FL_LEFTOVER_H

#include <stdbool.h>

#include "base/macro.h"

/* What follows a file's name in that of its temporary file: a template for mkostemp(3). */
#define FL_LEFTOVER_SUFFIX ".fl-XXXXXX"

/*
 * Marks the open temporary file FD as one that a living process writes: an exclusive flock(2),
 * which ends with the process. Returns false with errno if it cannot be had.
 */
bool fl_leftover_claim(int fd) FL_MUST_CHECK;

/*
 * Removes the temporary files of PATH that no living process claims. What cannot be looked at or
 * removed stays: this is tidying, and never a reason to fail.
 */
void fl_leftover_sweep(const char *path) FL_NONNULL(1);

#endif
