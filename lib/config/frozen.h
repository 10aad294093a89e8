/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Immutability (spec section 11): the first successful boot fixes the configuration, so that a new
 * context cannot change a SuperLink that serves. Each difference becomes a warning and is not used.
 */
#ifndef FL_FROZEN_H
#define FL_FROZEN_H

#include "config/findings.h"
#include "config/paths.h"
#include "config/settings.h"

/*
 * Writes the mark of a successful boot, if there is a configuration and no mark yet. 0, or -1 with
 * 71.
 */
int fl_frozen_mark(const struct fl_paths *paths, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Replaces SETTINGS, resolved from the present context, by those of superlink.json if a boot with
 * them has succeeded: *STANDS. Each variable that differs becomes a warning, and so does a damaged
 * or missing superlink.json, which the caller then writes again. 0, or -1 with 71 if the mark or
 * the file cannot be read; the caller must then write nothing.
 */
int fl_frozen_apply(struct fl_settings *settings, const struct fl_paths *paths,
		    struct fl_findings *findings, bool *stands, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

#endif
