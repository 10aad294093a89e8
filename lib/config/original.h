/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares one_env with what it was made from: one-contextd's context.sh.local beside it.
 *
 * one-apps can cut one_env short without an error: if a line of a value begins with a digit and
 * looks like NAME=... to grep(1), as the last line of a key in base64 may, the `${!v}` of its
 * context-linux/src/etc/one-context.d/loc-16-gen-env (7.2.1) ends the loop. The VM would then boot
 * with defaults, and could not change them later.
 */
#ifndef FL_ORIGINAL_H
#define FL_ORIGINAL_H

#include "config/findings.h"
#include "context/context.h"

/*
 * Adds an error to FINDINGS if parameters with a value in the original beside PATH are unset in
 * CONTEXT, which was read from PATH. Does nothing if the original is missing or cannot be read, or
 * if PATH is not called one_env.
 */
void fl_original_compare(const char *path, const struct fl_context *context,
			 struct fl_findings *findings) FL_NONNULL(1, 2, 3);

#endif
