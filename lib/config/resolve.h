/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes settings from the context: takes each parameter's value or default, checks them one by one
 * and then together. This is not in settings.h, because later steps only read superlink.json.
 */
#ifndef FL_RESOLVE_H
#define FL_RESOLVE_H

#include "config/findings.h"
#include "config/paths.h"
#include "config/settings.h"

/*
 * Fills SETTINGS from CONTEXT and the defaults and checks everything: each bad value, port clash,
 * unknown name or placeholder becomes a finding. If one is an error, do not use SETTINGS.
 */
void fl_resolve(struct fl_settings *settings, const struct fl_context *context,
		struct fl_findings *findings) FL_NONNULL(1, 2, 3);

/*
 * Reads the settings for a later step: superlink.json or, if there is none yet, what fl-configure
 * would make of CONTEXT (NULL: of an empty one); a debug line says so. 0, or -1 with 78.
 */
int fl_resolve_load(struct fl_settings *settings, const struct fl_paths *paths,
		    const struct fl_context *context, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

#endif
