/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one_env was made from: one-contextd's own copy of the context, context.sh.local beside it.
 *
 * one_env can be cut short, without an error: where a line of a value begins with a digit and is
 * NAME=... to grep(1), as the last line of a key in base64 may be, the `${!v}` of one-apps'
 * context-linux/src/etc/one-context.d/loc-16-gen-env (7.2.1) ends its loop. A VM would then boot
 * with defaults, which stand for ever.
 */
#ifndef FL_ORIGINAL_H
#define FL_ORIGINAL_H

#include "config/findings.h"
#include "context/context.h"

/*
 * Adds an error to FINDINGS if parameters that the original beside PATH gives a value are unset in
 * CONTEXT, which was read from PATH. Without an original, or with one that cannot be read, or
 * where PATH is not called one_env, there is nothing to compare.
 */
void fl_original_compare(const char *path, const struct fl_context *context,
			 struct fl_findings *findings) FL_NONNULL(1, 2, 3);

#endif
