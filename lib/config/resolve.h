/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the context to settings: each parameter's value, or its default, checked one by one and then
 * together. It stands apart from settings.h because later steps read superlink.json, and need
 * neither the checks nor their hints for that.
 */
#ifndef FL_RESOLVE_H
#define FL_RESOLVE_H

#include "config/findings.h"
#include "config/paths.h"
#include "config/settings.h"

/*
 * Fills SETTINGS from CONTEXT and the defaults and checks everything: each bad value, port clash,
 * unknown name or placeholder becomes a finding. SETTINGS may be used only if no error was found.
 */
void fl_resolve(struct fl_settings *settings, const struct fl_context *context,
		struct fl_findings *findings) FL_NONNULL(1, 2, 3);

/*
 * What the later steps use: superlink.json or, where it does not exist yet, what fl-configure would
 * make of CONTEXT (NULL: of an empty one), with a debug line that says so. 0, or -1 with 78.
 */
int fl_resolve_load(struct fl_settings *settings, const struct fl_paths *paths,
		    const struct fl_context *context, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 4);

#endif
