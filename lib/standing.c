/* SPDX-License-Identifier: Apache-2.0 */
#include "standing.h"

#include <string.h>

#include "buf.h"
#include "stage.h"

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

bool fl_standing_apply(struct fl_settings *settings, const struct fl_paths *paths,
		       struct fl_findings *findings)
{
	fl_auto_settings struct fl_settings stands = FL_SETTINGS_INIT;
	struct fl_error err = FL_ERROR_INIT;

	if (!fl_stage_booted(paths))
		return false;
	if (fl_settings_read(&stands, paths->json, &err) != 0) {
		fl_findings_add(findings, FL_WARNING, "%s; it is made anew from the context",
				err.message);
		return false;
	}
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;
		const char *kept = fl_settings_get(&stands, id);
		const char *asked = fl_settings_get(settings, id);

		if (strcmp(kept, asked) != 0)
			name_difference(id, kept, asked, findings);
	}
	/* The whole of it, origins included: the file must not change because only a prefix did. */
	for (size_t i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		struct fl_setting context = settings->of[i];

		settings->of[i] = stands.of[i];
		stands.of[i] = context;
	}
	return true;
}
