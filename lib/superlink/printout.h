/* SPDX-License-Identifier: Apache-2.0 */
/* What `fl-configure --print=WHAT` prints. */
#ifndef FL_PRINTOUT_H
#define FL_PRINTOUT_H

#include <stdbool.h>

#include "base/error.h"
#include "config/paths.h"

/* Whether WHAT can be printed. */
bool fl_printout_known(const char *what) FL_NONNULL(1);

/* Whether WHAT (a known one) can be, or always is, JSON. */
bool fl_printout_has_json(const char *what) FL_NONNULL(1);

/*
 * Prints WHAT (a known one) for the present configuration to OUT: docker-run, env, unit, json,
 * context, variables (with JSON as one object), user-inputs or mdoc. 0, or -1 with 78 if a context
 * is needed and is missing or invalid, 71 if OUT cannot be written.
 */
int fl_printout(const char *what, bool json, const struct fl_paths *paths, FILE *out,
		struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4, 5);

#endif
