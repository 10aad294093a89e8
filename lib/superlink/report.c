/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/report.h"

#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/folder.h"
#include "base/mem.h"
#include "file/atomic.h"

#define FOLDER_MODE 0755
#define REPORT_MODE 0644

static void section(struct fl_buf *text, const char *name)
{
	fl_buf_printf(text, "%s[%s]\n", text->length > 0 ? "\n" : "", name);
}

/* The value is quoted, because a line break in it would start a new entry. */
static void entry(struct fl_buf *text, const char *name, const char *value)
{
	fl_buf_printf(text, "%-13s = ", name);
	fl_buf_quote(text, value, strlen(value));
	fl_buf_putc(text, '\n');
}

char *fl_report_text(const struct fl_report *report, const struct fl_paths *paths,
		     const struct fl_settings *settings)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	struct fl_address control = fl_settings_control(settings,
							fl_flower_for(report->version, NULL));
	fl_auto_free char *where = fl_address_text(&control);

	section(&text, "Flower SuperLink");
	entry(&text, "endpoint", report->endpoint != NULL ? report->endpoint : "none: no address");
	entry(&text, "version", report->version);
	entry(&text, "role", report->role);
	entry(&text, "control_api", where);
	entry(&text, "isolation", fl_settings_get(settings, FL_PARAM_ISOLATION));
	entry(&text, "tls", "no, plain text");
	section(&text, "OneGate");
	entry(&text, "published", report->onegate);
	section(&text, "Paths");
	entry(&text, "configuration", paths->json);
	entry(&text, "environment", paths->env);
	entry(&text, "state", paths->state_dir);
	entry(&text, "certificates", paths->certs_dir);
	entry(&text, "unit", paths->unit);
	entry(&text, "configure_log", paths->configure_log);
	entry(&text, "bootstrap_log", paths->bootstrap_log);
	return fl_buf_take(&text);
}

int fl_report_write(const struct fl_report *report, const struct fl_paths *paths,
		    const struct fl_settings *settings, size_t *changed, struct fl_error *err)
{
	fl_auto_free char *text = fl_report_text(report, paths, settings);
	const struct fl_file file = fl_file_text(paths->report, text, REPORT_MODE);

	if (fl_folder_make(paths->service_dir, FOLDER_MODE, err) != 0)
		return -1;
	return fl_atomic_write(&file, changed, err);
}
