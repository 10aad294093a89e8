/* SPDX-License-Identifier: Apache-2.0 */
/* What a look at the layers (health.h) means, for people and for programs. */
#ifndef FL_VERDICT_H
#define FL_VERDICT_H

#include "health/health.h"
#include "superlink/step.h"

/*
 * Fills ERR with CODE and "layer: what; cause; what to do" of the first layer that fails, and
 * returns -1. LOG gets the last lines of the container's log if there is one (2 s at most are
 * taken for asking).
 */
int fl_verdict_error(const struct fl_health *health, const struct fl_health_check *check,
		     enum fl_exit code, struct fl_buf *log, struct fl_error *err)
	FL_NONNULL(1, 2, 4, 5);

/*
 * Adds the known cause of a container that did not come up, and what to do, to ERR's message; LOG
 * gets the last lines of its log. A container or an Engine that cannot be asked adds nothing.
 */
void fl_verdict_add_cause(struct fl_docker *docker, const char *state_dir, struct fl_buf *log,
			  struct fl_error *err) FL_NONNULL(1, 2, 3, 4);

/* Logs the lines at FL_ERR, each as "container log: ...". */
void fl_verdict_show_log(const struct fl_buf *log) FL_NONNULL(1);

/*
 * Tells the end of a look or, with STEP, of a wait: each layer that applies at FL_DEBUG, with what
 * was found and how long that took; then that all of them hold, if STATUS is FL_EXIT_OK, or the
 * error above and the last lines of the container's log. Returns STATUS.
 */
enum fl_exit fl_verdict_tell(const struct fl_health *health, const struct fl_health_check *check,
			     enum fl_exit status, const struct fl_step *step) FL_NONNULL(1, 2);

/*
 * {"ready":false,"layers":[{"name":"container","ok":true,"detail":"..."},...]} of all layers that
 * apply, in order, ended by a line feed; "ok" and "detail" of those not tried are null. A fresh
 * string.
 */
char *fl_verdict_json(const struct fl_health *health) FL_MUST_CHECK FL_NONNULL(1);

/* The same object for a probe that has a single layer NAME. */
char *fl_verdict_json_one(const char *name, bool ok, const char *detail)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
