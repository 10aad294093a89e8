/* SPDX-License-Identifier: Apache-2.0 */
#include "config/resolve.h"

#include "base/log.h"
#include "config/paramcheck.h"
#include "config/review.h"

void fl_resolve(struct fl_settings *settings, const struct fl_context *context,
		struct fl_findings *findings)
{
	struct fl_error err = FL_ERROR_INIT;
	enum fl_origin origin;

	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;
		const char *value = fl_param_lookup(id, context, &origin);

		if (value != NULL && fl_param_check(id, value, &err) != 0) {
			fl_findings_add(findings, FL_ERR, "%s%s",
					origin == FL_ORIGIN_ONEAPP ? "ONEAPP_" : "", err.message);
			value = NULL;
		}
		fl_settings_set(settings, id, value != NULL ? value : fl_param(id)->fallback,
				value != NULL ? origin : FL_ORIGIN_DEFAULT);
	}
	fl_review(settings, context, findings);
}

int fl_resolve_load(struct fl_settings *settings, const struct fl_paths *paths,
		    const struct fl_context *context, struct fl_error *err)
{
	fl_auto_context struct fl_context *empty = NULL;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	enum fl_settings_state state;

	state = fl_settings_require(settings, paths->json, err);
	if (state != FL_SETTINGS_ABSENT)
		return state == FL_SETTINGS_READ ? 0 : -1;
	if (context == NULL && fl_context_parse("nothing", "", 0, &empty, err) != 0)
		return -1;
	fl_log(FL_DEBUG, "%s does not exist yet; using the context alone", paths->json);
	fl_resolve(settings, context != NULL ? context : empty, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.list[i].level == FL_ERR)
			return fl_error_set(err, FL_EXIT_CONFIG, 0, "%s", findings.list[i].text);
	}
	return 0;
}
