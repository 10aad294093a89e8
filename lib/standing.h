/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Immutability (spec section 11): after the first successful boot the configuration stands, and a
 * later context with other values is named, warned about and not used.
 */
#ifndef FL_STANDING_H
#define FL_STANDING_H

#include "findings.h"
#include "paths.h"
#include "settings.h"

/*
 * Replaces SETTINGS, resolved from the present context, by those of superlink.json if a boot with
 * them has succeeded. Each variable that differs, and a superlink.json that cannot be read (which
 * is then made anew), becomes a warning. Returns whether the configuration stands.
 */
bool fl_standing_apply(struct fl_settings *settings, const struct fl_paths *paths,
		       struct fl_findings *findings) FL_NONNULL(1, 2, 3);

#endif
