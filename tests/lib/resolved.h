/* SPDX-License-Identifier: Apache-2.0 */
/* Makes settings from the text of a context, for tests that need settings. */
#ifndef FL_TESTS_RESOLVED_H
#define FL_TESTS_RESOLVED_H

#include <string.h>

#include "config/resolve.h"

/* Resolves TEXT into SETTINGS and FINDINGS; the test fails if TEXT cannot be parsed. */
static inline void resolve_with(struct fl_settings *settings, const char *text,
				struct fl_findings *findings)
{
	fl_auto_context struct fl_context *context = NULL;
	struct fl_error err = FL_ERROR_INIT;

	assert_int_equal(fl_context_parse("test", text, strlen(text), &context, &err), 0);
	fl_resolve(settings, context, findings);
}

/* The same for a valid context. */
static inline void resolve(struct fl_settings *settings, const char *text)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	resolve_with(settings, text, &findings);
	assert_int_equal(findings.errors, 0);
}

/* Whether one of the findings of LEVEL holds TEXT. */
static inline bool found(const struct fl_findings *findings, enum fl_level level, const char *text)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].level == level &&
		    strstr(findings->list[i].text, text) != NULL)
			return true;
	}
	return false;
}

#endif
