/* SPDX-License-Identifier: Apache-2.0 */
/* A list of errors and warnings. Checks collect them, so that all bad values are shown at once. */
#ifndef FL_FINDINGS_H
#define FL_FINDINGS_H

#include "base/log.h"

struct fl_findings {
	struct fl_finding *list; /* owned */
	size_t count;
	size_t errors; /* how many of them have level FL_ERR */
};

struct fl_finding {
	enum fl_level level;
	char *text; /* owned */
};

#define FL_FINDINGS_INIT                              \
	{                                             \
		.list = NULL, .count = 0, .errors = 0 \
	}

/* Adds one line of text. */
void fl_findings_add(struct fl_findings *findings, enum fl_level level, const char *format, ...)
	FL_PRINTF(3, 4) FL_NONNULL(1, 3);

/* Logs every line at its level, in the order they were added. */
void fl_findings_log(const struct fl_findings *findings) FL_NONNULL(1);

void fl_findings_free(struct fl_findings *findings) FL_NONNULL(1);

#define fl_auto_findings __attribute__((cleanup(fl_findings_free)))

#endif
