/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people in /etc/one-appliance/config: what this appliance offers and where things
 * are. The file and its form ("[Section]", "name = value") are those of one-apps' appliances
 * (ONE_SERVICE_REPORT in appliances/service.sh). Here it holds no secret, so everybody may read it.
 */
#ifndef FL_REPORT_H
#define FL_REPORT_H

#include "config/paths.h"
#include "config/settings.h"

struct fl_report {
	const char *endpoint; /* "HOST:PORT" of the Fleet API, NULL if no address was found */
	const char *version;  /* of the Flower that runs */
	const char *role;
	const char *onegate; /* one line: what was published, or why not */
};

/* The file's text; a fresh string. */
char *fl_report_text(const struct fl_report *report, const struct fl_paths *paths,
		     const struct fl_settings *settings) FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * Writes the file with mode 0644 if it differs, and then counts it in *CHANGED (may be NULL). Makes
 * its folder if it is missing. 0, or -1 with 71, and then the old file is unchanged.
 */
int fl_report_write(const struct fl_report *report, const struct fl_paths *paths,
		    const struct fl_settings *settings, size_t *changed, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

#endif
