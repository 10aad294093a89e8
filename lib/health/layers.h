/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services of a container that runs: the layers fleet, control, database and superexec of
 * health.h, each asked as the Flower version wants it.
 */
#ifndef FL_LAYERS_H
#define FL_LAYERS_H

#include "health/health.h"

/*
 * Asks them in order, up to the first that fails; the container must have been found running.
 * Returns whether all hold. A database that is asked through the Control port is not asked again
 * once it held, as each such call leaves a line in the log.
 */
bool fl_layers_look(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * The container, and then its services: one look at everything. Returns whether the
 * SuperLink is ready.
 */
bool fl_layers_try(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Looks for SuperExec alone, below the container's main process: 0 and health->superexec, with its
 * id in *PID (may be NULL), or -1 as fl_proc_find().
 */
int fl_layers_superexec(struct fl_health *health, const struct fl_health_check *check, pid_t *pid,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

#endif
