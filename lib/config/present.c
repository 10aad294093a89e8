/* SPDX-License-Identifier: Apache-2.0 */
#include "config/present.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/frozen.h"
#include "config/original.h"
#include "config/resolve.h"

int fl_present_read(struct fl_present *present, const struct fl_paths *paths, struct fl_error *err)
{
	if (fl_context_read(paths->context, &present->context, err) != 0)
		return -1;
	for (size_t i = 0; i < fl_context_skipped(present->context); i++)
		fl_log(FL_DEBUG, "%s:%zu: is no variable, skipped", paths->context,
		       fl_context_skipped_line(present->context, i));
	return 0;
}

int fl_present_validate(struct fl_present *present, const struct fl_paths *paths,
			struct fl_error *err)
{
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;

	fl_resolve(&present->settings, present->context, &findings);
	fl_original_compare(paths->context, present->context, &findings);
	if (findings.errors == 0 &&
	    fl_frozen_apply(&present->settings, paths, &findings, &present->stands, err) != 0)
		return -1;
	fl_findings_log(&findings);
	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		const struct fl_setting *setting = &present->settings.of[i];
		fl_auto_free char *shown = fl_quoted(setting->value);

		fl_log(FL_DEBUG, "%s=%s (%s)", fl_param((enum fl_param_id)i)->name, shown,
		       fl_origin_text(setting->origin));
	}
	if (findings.errors == 0)
		return 0;
	fl_error_set(err, FL_EXIT_CONFIG, 0, "%zu error%s in %s, nothing written", findings.errors,
		     findings.errors == 1 ? "" : "s", paths->context);
	return fl_error_hint(err, "correct the VM's context");
}

void fl_present_free(struct fl_present *present)
{
	fl_context_free(present->context);
	present->context = NULL;
	fl_settings_free(&present->settings);
}
