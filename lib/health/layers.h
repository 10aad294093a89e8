/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers fleet, control, database and superexec of health.h: the services in a container that
 * runs. Each Flower version wants to be asked in its own way; only this module knows how.
 */
#ifndef FL_LAYERS_H
#define FL_LAYERS_H

#include "health/health.h"

/*
 * Asks the layers in order, up to the first that fails. fl_health_container() must have returned
 * true. Returns whether all hold. If the database is asked through the Control port
 * and has held once, it is not asked again, because each such call leaves a line in the log.
 */
bool fl_layers_look(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/* Looks at the container and then at its services, once. Returns whether the SuperLink works. */
bool fl_layers_try(struct fl_health *health, const struct fl_health_check *check, fl_time deadline)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Looks for SuperExec alone, below the container's main process; among all processes if the Engine
 * did not answer, as the container may have been restarted. 0 and health->superexec, with its id in
 * *PID (may be NULL), or -1 like fl_proc_find().
 */
int fl_layers_superexec(struct fl_health *health, const struct fl_health_check *check, pid_t *pid,
			struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

#endif
