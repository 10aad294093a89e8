/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Immutability (spec section 11): after the first successful boot the configuration stands, and a
 * later context with other values is named, warned about and not used.
 */
#ifndef FL_FROZEN_H
#define FL_FROZEN_H

#include "config/findings.h"
#include "config/paths.h"
#include "config/settings.h"

/* The status that a boot leaves when all of its steps have succeeded. */
#define FL_BOOT_SUCCESS "bootstrap_success"

/*
 * Whether a bootstrap has succeeded with the present configuration, which stands since then:
 * *BOOTED. 0, or -1 with 71 where that cannot be found out.
 */
int fl_frozen_booted(const struct fl_paths *paths, bool *booted, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * Leaves the mark of a boot that has succeeded, if there is a configuration and no mark yet. 0, or
 * -1 with 71.
 */
int fl_frozen_mark(const struct fl_paths *paths, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Replaces SETTINGS, resolved from the present context, by those of superlink.json if a boot with
 * them has succeeded. Each variable that differs, and a superlink.json that is damaged or missing
 * (and is then made anew), becomes a warning. *STANDS: whether the configuration stands. 0, or -1
 * with 71 where that cannot be found out: it may stand, so nothing must be written.
 */
int fl_frozen_apply(struct fl_settings *settings, const struct fl_paths *paths,
		    struct fl_findings *findings, bool *stands, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5);

#endif
