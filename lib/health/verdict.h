/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells what a look at the layers (health.h) found, to people as messages and to programs as JSON.
 * A message has the cause and the end of the container's log, so nobody has to search for them.
 */
#ifndef FL_VERDICT_H
#define FL_VERDICT_H

#include "health/health.h"
#include "superlink/step.h"

/*
 * Fills ERR with CODE and "layer: what; cause; what to do" of the first layer that fails, and
 * returns -1. LOG gets the last lines of the container's log if there is one; the Engine is asked
 * for them for 2 s at most.
 */
int fl_verdict_error(const struct fl_health *health, const struct fl_health_check *check,
		     enum fl_exit code, struct fl_buf *log, struct fl_error *err)
	FL_NONNULL(1, 2, 4, 5);

/*
 * Adds to ERR's message why the container did not come up, if the cause is known, and what to do.
 * LOG gets the last lines of its log. Adds nothing if the Engine does not answer.
 */
void fl_verdict_add_cause(struct fl_docker *docker, const char *state_dir, struct fl_buf *log,
			  struct fl_error *err) FL_NONNULL(1, 2, 3, 4);

/* Logs the lines at FL_ERR, each as "container log: ...". */
void fl_verdict_show_log(const struct fl_buf *log) FL_NONNULL(1);

/*
 * Logs the result of a look or, with STEP, of a wait, and returns STATUS. Each layer that applies
 * goes to FL_DEBUG, with what was found and how long that took. Then come the error above and the
 * last lines of the container's log; or, with STEP, that all layers hold if STATUS is FL_EXIT_OK.
 */
enum fl_exit fl_verdict_tell(const struct fl_health *health, const struct fl_health_check *check,
			     enum fl_exit status, const struct fl_step *step) FL_NONNULL(1, 2);

/*
 * {"ready":false,"layers":[{"name":"container","ok":true,"detail":"..."},...]} with all layers that
 * apply, in order, and a line feed. If a layer was not tried, its "ok" and "detail" are null; if it
 * is unknown, "ok" alone. A fresh string.
 */
char *fl_verdict_json(const struct fl_health *health) FL_MUST_CHECK FL_NONNULL(1);

/* The same object with a single layer NAME, for a probe. */
char *fl_verdict_json_one(const char *name, bool ok, const char *detail)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
