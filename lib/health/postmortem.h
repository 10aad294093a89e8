/* SPDX-License-Identifier: Apache-2.0 */
/* What a container that failed left behind: the end of its log and the cause that it names. */
#ifndef FL_POSTMORTEM_H
#define FL_POSTMORTEM_H

#include "config/paths.h"
#include "docker/docker.h"

#define FL_POSTMORTEM_LINES    10  /* of the log that are shown */
#define FL_POSTMORTEM_SEARCHED 100 /* in which a cause is looked for: a traceback is long */

/*
 * Reads the container's log, leaves its last FL_POSTMORTEM_LINES lines in LOG, and adds the known
 * cause that it or the exit status names, with what to do, to ERR's message. A container or an
 * Engine that cannot be asked adds nothing.
 */
void fl_postmortem(struct fl_docker *docker, const struct fl_paths *paths, struct fl_buf *log,
		   struct fl_error *err) FL_NONNULL(1, 2, 3, 4);

/* Logs the lines at FL_ERR, each as "container log: ...". */
void fl_postmortem_log(const struct fl_buf *log) FL_NONNULL(1);

#endif
