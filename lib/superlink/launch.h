/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes and starts the container (step 9). A container made from other settings must not go on
 * running, and one that ends at once must not count as started.
 */
#ifndef FL_LAUNCH_H
#define FL_LAUNCH_H

#include <stdbool.h>

#include "config/paths.h"
#include "config/settings.h"
#include "docker/docker.h"
#include "superlink/image.h"

/*
 * Makes sure that the container exists and is made from IMAGE and SETTINGS. One with the same
 * digest is kept, running or not. Any other one is removed and made again; state/ is not touched.
 * If BY_SYSTEMD, the unit starts and restarts the container, and is stopped before the removal
 * unless it is the unit that asks (PREPARE). *REPLACED says whether one was made. 0, or -1 with 69
 * or 75.
 */
int fl_launch_create(struct fl_docker *docker, const struct fl_paths *paths,
		     const struct fl_settings *settings, const struct fl_image *image,
		     bool by_systemd, bool prepare, bool *replaced, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 7, 8);

/*
 * Stops the container and, if BY_SYSTEMD, its unit; the next fl_launch_start() starts both. 0, or
 * -1 with 69 or 75.
 */
int fl_launch_stop(struct fl_docker *docker, bool by_systemd, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/*
 * Starts the container if it does not run, through its unit if BY_SYSTEMD, else through the Engine
 * API, and waits a moment to see that it goes on running. *STARTED is false if it ran already. 0,
 * or -1: 69 with the cause if the container ended or was refused, 75 if it did not start in time.
 */
int fl_launch_start(struct fl_docker *docker, bool by_systemd, bool *started, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3, 4);

#endif
