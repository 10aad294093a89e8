/* SPDX-License-Identifier: Apache-2.0 */
#include "config/findings.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/mem.h"

void fl_findings_add(struct fl_findings *findings, enum fl_level level, const char *format, ...)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	va_list args;

	va_start(args, format);
	fl_buf_vprintf(&text, format, args);
	va_end(args);
	findings->list = fl_xgrow(findings->list, findings->count, sizeof(*findings->list));
	findings->list[findings->count].level = level;
	findings->list[findings->count].text = fl_buf_take(&text);
	findings->count++;
	if (level == FL_ERR)
		findings->errors++;
}

void fl_findings_log(const struct fl_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		fl_log(findings->list[i].level, "%s", findings->list[i].text);
}

void fl_findings_free(struct fl_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		fl_cleanup_free(&findings->list[i].text);
	fl_cleanup_free(&findings->list);
	*findings = (struct fl_findings)FL_FINDINGS_INIT;
}
