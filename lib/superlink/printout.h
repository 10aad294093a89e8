/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `fl-configure --print=WHAT` prints: what a boot would use and what the manual and the image
 * are made from, without changing anything.
 */
#ifndef FL_PRINTOUT_H
#define FL_PRINTOUT_H

#include <stdbool.h>

#include "base/error.h"
#include "config/paths.h"

/* Whether NAME can be printed. */
bool fl_printout_known(const char *name) FL_NONNULL(1);

/*
 * Prints NAME (a known one) for the present configuration to OUT: docker-run, env, unit, json,
 * context, variables, user-inputs or mdoc. 0, or -1 with 78 if a context is needed and is missing
 * or invalid, 71 if OUT cannot be written.
 */
int fl_printout(const char *name, const struct fl_paths *paths, FILE *out, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

#endif
