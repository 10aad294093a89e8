/* SPDX-License-Identifier: Apache-2.0 */
#include "config/standing.h"

#include <string.h>

#include "base/buf.h"
#include "file/file.h"
#include "superlink/stage.h"

static void name_difference(enum fl_param_id id, const char *stands, const char *asked,
			    struct fl_findings *findings)
{
	fl_auto_buf struct fl_buf kept = FL_BUF_INIT;
	fl_auto_buf struct fl_buf ignored = FL_BUF_INIT;

	fl_buf_quote(&kept, stands, strlen(stands));
	fl_buf_quote(&ignored, asked, strlen(asked));
	fl_findings_add(
		findings, FL_WARNING,
		"%s: the context now says '%s', but the configuration stands since the first "
		"successful boot and '%s' is kept; to change it, deploy a new VM",
		fl_param(id)->name, fl_buf_text(&ignored), fl_buf_text(&kept));
}

/* The settings of superlink.json: 0, 1 if there are none, or -1 with 71. */
static int read_kept(struct fl_settings *kept, const struct fl_paths *paths,
		     struct fl_findings *findings, struct fl_error *err)
{
	if (fl_settings_read(kept, paths->json, err) == 0)
		return 0;
	if (err->errnum != 0 && fl_file_unknown(err->errnum)) {
		err->code = FL_EXIT_SYSTEM;
		return -1;
	}
	fl_findings_add(findings, FL_WARNING, "%s; it is made anew from the context", err->message);
	return 1;
}

int fl_standing_apply(struct fl_settings *settings, const struct fl_paths *paths,
		      struct fl_findings *findings, bool *stands, struct fl_error *err)
{
	fl_auto_settings struct fl_settings kept_settings = FL_SETTINGS_INIT;
	bool booted;
	int missing;

	*stands = false;
	if (fl_stage_booted(paths, &booted, err) != 0)
		return -1;
	if (!booted)
		return 0;
	missing = read_kept(&kept_settings, paths, findings, err);
	if (missing != 0)
		return missing < 0 ? -1 : 0;
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;
		const char *kept = fl_settings_get(&kept_settings, id);
		const char *asked = fl_settings_get(settings, id);

		if (strcmp(kept, asked) != 0)
			name_difference(id, kept, asked, findings);
	}
	/* The whole of it, origins included: the file must not change because only a prefix did. */
	for (size_t i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		struct fl_setting context = settings->of[i];

		settings->of[i] = kept_settings.of[i];
		kept_settings.of[i] = context;
	}
	*stands = true;
	return 0;
}
