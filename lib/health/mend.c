/* SPDX-License-Identifier: Apache-2.0 */
#include "health/mend.h"

#include "health/layers.h"

bool fl_mend_needs_restart(struct fl_docker *docker, const struct fl_settings *settings)
{
	const struct fl_health_check check = { .docker = docker,
					       .settings = settings,
					       .proc = FL_PROC };
	fl_auto_health struct fl_health health = FL_HEALTH_INIT;
	struct fl_error ignored = FL_ERROR_INIT;

	return fl_health_container(&health, &check, fl_now() + FL_HEALTH_TRY) &&
	       health.layers[FL_LAYER_SUPEREXEC].applies &&
	       fl_layers_superexec(&health, &check, NULL, &ignored) == 0 &&
	       health.superexec == FL_PROCESS_ZOMBIE;
}
