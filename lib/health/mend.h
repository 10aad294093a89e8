/* SPDX-License-Identifier: Apache-2.0 */
/* Which failure of a SuperLink that runs only a restart mends. */
#ifndef FL_MEND_H
#define FL_MEND_H

#include "config/settings.h"
#include "docker/docker.h"

/*
 * Whether the container runs and its SuperExec has died: nothing starts SuperExec again in that
 * container. False if the Engine does not answer within FL_HEALTH_TRY.
 */
bool fl_mend_needs_restart(struct fl_docker *docker, const struct fl_settings *settings)
	FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
