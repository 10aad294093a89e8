/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Immutability (spec section 11): after the first successful boot the configuration stands, and a
 * later context with other values is named, warned about and not used.
 */
#ifndef FL_STANDING_H
#define FL_STANDING_H

#include "config/findings.h"
#include "config/paths.h"
#include "config/settings.h"

/*
 * Replaces SETTINGS, resolved from the present context, by those of superlink.json if a boot with
 * them has succeeded. Each variable that differs, and a superlink.json that is damaged or missing
 * (and is then made anew), becomes a warning. *STANDS: whether the configuration stands. 0, or -1
 * with 71 where that cannot be found out: it may stand, so nothing must be written.
 */
int fl_standing_apply(struct fl_settings *settings, const struct fl_paths *paths,
		      struct fl_findings *findings, bool *stands, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

#endif
