/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong or odd although each value is valid by itself. */
#ifndef FL_REVIEW_H
#define FL_REVIEW_H

#include "config/findings.h"
#include "config/settings.h"
#include "context/context.h"

/*
 * Adds to FINDINGS: ports that clash, a Control API that is open to everybody, fewer clients
 * available than needed, an untested Flower version, TLS that was asked for (an error, as it is not
 * there yet), placeholders of later phases, and unknown names with the nearest known one.
 */
void fl_review(const struct fl_settings *settings, const struct fl_context *context,
	       struct fl_findings *findings) FL_NONNULL(1, 2, 3);

#endif
