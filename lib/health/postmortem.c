/* SPDX-License-Identifier: Apache-2.0 */
#include "health/postmortem.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "docker/logs.h"
#include "health/diagnosis.h"
#include "superlink/container.h"

#define ASK_LIMIT (5 * FL_SEC) /* for both questions */

void fl_postmortem(struct fl_docker *docker, const struct fl_paths *paths, struct fl_buf *log,
		   struct fl_error *err)
{
	fl_auto_container struct fl_docker_container container = { .exists = false };
	fl_auto_buf struct fl_buf why = FL_BUF_INIT;
	struct fl_error ignored = FL_ERROR_INIT;
	fl_time deadline = fl_now() + ASK_LIMIT;
	enum fl_cause cause = FL_CAUSE_NONE;

	if (fl_docker_logs(docker, FL_CONTAINER_NAME, FL_POSTMORTEM_SEARCHED, log, deadline,
			   &ignored) == 0)
		cause = fl_diagnosis_of_log(fl_buf_text(log));
	if (cause == FL_CAUSE_NONE &&
	    fl_docker_inspect(docker, FL_CONTAINER_NAME, &container, deadline, &ignored) == 0)
		cause = fl_diagnosis_of_exit(container.exit_code, container.oom_killed);
	fl_diagnosis_explain(cause, paths->state_dir, &why);
	if (why.length > 0)
		fl_error_hint(err, "%s", fl_buf_text(&why));
	fl_logs_keep_last(log, FL_POSTMORTEM_LINES);
}

void fl_postmortem_log(const struct fl_buf *log)
{
	fl_auto_free char *text = fl_xstrdup(fl_buf_text(log));
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		fl_log(FL_ERR, "container log: %s", line);
}
