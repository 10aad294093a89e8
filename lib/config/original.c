/* SPDX-License-Identifier: Apache-2.0 */
#include "config/original.h"

#include <string.h>

#include "base/buf.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/param.h"

#define ONE_ENV  "one_env"
#define ORIGINAL "context.sh.local"

/* The path of the original beside PATH; a fresh string, or NULL if PATH is not one_env's. */
static char *beside(const char *path)
{
	fl_auto_free char *folder = fl_folder_of(path);

	return strcmp(basename(path), ONE_ENV) == 0 ? fl_xasprintf("%s/" ORIGINAL, folder) : NULL;
}

void fl_original_compare(const char *path, const struct fl_context *context,
			 struct fl_findings *findings)
{
	fl_auto_context struct fl_context *original = NULL;
	fl_auto_buf struct fl_buf names = FL_BUF_INIT;
	fl_auto_free char *file = beside(path);
	struct fl_error err = FL_ERROR_INIT;

	if (file == NULL || access(file, F_OK) != 0)
		return;
	if (fl_context_read(file, &original, &err) != 0) {
		fl_log(FL_DEBUG, "%s", err.message);
		return;
	}
	for (unsigned i = 0; i < FL_PARAM_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;

		if (fl_param_lookup(id, original, NULL) == NULL ||
		    fl_param_lookup(id, context, NULL) != NULL)
			continue;
		fl_buf_printf(&names, "%s%s", names.length > 0 ? ", " : "", fl_param(id)->name);
	}
	if (names.length > 0)
		fl_findings_add(findings, FL_ERR,
				"%s: missing in %s, although %s has them; a value with a line such "
				"as 9abc= cuts it short; give that value in base64, in one line",
				fl_buf_text(&names), path, file);
}
