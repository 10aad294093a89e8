/* SPDX-License-Identifier: Apache-2.0 */
#include "config/frozen.h"

#include <string.h>

#include "base/buf.h"
#include "file/atomic.h"

/* *FOUND: whether PATH exists. 0, or -1 with 71. */
static int look_for(const char *path, bool *found, struct fl_error *err)
{
	*found = access(path, F_OK) == 0;
	if (*found || !fl_file_unknown(errno))
		return 0;
	return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s: stat", path);
}

int fl_frozen_mark(const struct fl_paths *paths, struct fl_error *err)
{
	bool marked, configured;

	if (look_for(paths->booted, &marked, err) != 0 ||
	    look_for(paths->json, &configured, err) != 0)
		return -1;
	if (marked || !configured)
		return 0;
	return fl_atomic_write_text(
		paths->booted,
		"A boot with superlink.json has succeeded: the configuration is fixed.\n", 0644,
		err);
}

static void warn_of_difference(enum fl_param_id id, const char *old, const char *asked,
			       struct fl_findings *findings)
{
	fl_auto_free char *kept = fl_quoted(old), *ignored = fl_quoted(asked);

	fl_findings_add(findings, FL_WARNING,
			"%s: the context now says '%s', but the first successful boot fixed the "
			"configuration, so '%s' is kept; to change it, deploy a new VM",
			fl_param(id)->name, ignored, kept);
}

int fl_frozen_apply(struct fl_settings *settings, const struct fl_paths *paths,
		    struct fl_findings *findings, bool *stands, struct fl_error *err)
{
	fl_auto_settings struct fl_settings kept_settings = FL_SETTINGS_INIT;
	struct fl_settings asked_settings;
	bool booted;

	*stands = false;
	if (look_for(paths->booted, &booted, err) != 0)
		return -1;
	if (!booted)
		return 0;
	switch (fl_settings_read(&kept_settings, paths->json, err)) {
	case FL_SETTINGS_READ:
		break;
	case FL_SETTINGS_UNKNOWN:
		err->code = FL_EXIT_SYSTEM;
		return -1;
	default:
		fl_findings_add(findings, FL_WARNING, "%s; it is written again from the context",
				err->message);
		return 0;
	}
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;
		const char *kept = fl_settings_get(&kept_settings, id);
		const char *asked = fl_settings_get(settings, id);

		if (strcmp(kept, asked) != 0)
			warn_of_difference(id, kept, asked, findings);
	}
	/* All of it, with the origins: superlink.json stays as it is if only a prefix changed. */
	asked_settings = *settings;
	*settings = kept_settings;
	kept_settings = asked_settings;
	*stands = true;
	return 0;
}
