/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a check of one value cannot see: values that clash, and names that do nothing. */
#ifndef FL_REVIEW_H
#define FL_REVIEW_H

#include "config/findings.h"
#include "config/settings.h"
#include "context/context.h"

/*
 * Adds to FINDINGS: ports that clash, a Control API that is open to everybody, fewer clients
 * available than needed, an untested Flower version, a context that asks for TLS (an error, as
 * there is none yet), placeholders of later phases, and unknown names with the nearest known one.
 */
void fl_review(const struct fl_settings *settings, const struct fl_context *context,
	       struct fl_findings *findings) FL_NONNULL(1, 2, 3);

#endif
