/* SPDX-License-Identifier: Apache-2.0 */
/* Making and starting the container (step 9). */
#ifndef FL_LAUNCH_H
#define FL_LAUNCH_H

#include <stdbool.h>

#include "config/paths.h"
#include "config/settings.h"
#include "docker/docker.h"
#include "superlink/image.h"

/* Who starts the container. */
enum fl_launcher {
	FL_LAUNCH_ENGINE,  /* the Engine API: below --root, or where systemd is not running */
	FL_LAUNCH_SYSTEMD, /* the unit */
};

/*
 * Makes sure that the container is there and made from IMAGE and SETTINGS: one with the same
 * digest is kept, running or not; another one is removed (after the unit was stopped, if STOP_UNIT
 * says so) and made anew. state/ is not touched. *REPLACED says which. 0, or -1 with 69 or 75.
 */
int fl_launch_create(struct fl_docker *docker, const struct fl_paths *paths,
		     const struct fl_settings *settings, const struct fl_image *image,
		     bool stop_unit, bool *replaced, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 6, 7);

/*
 * Starts it if it does not run, and returns when it runs and did not end at once. *STARTED is false
 * if it ran already. 0, or -1: 69 with the cause if it ended or was refused, 75 if it did not come.
 */
int fl_launch_start(struct fl_docker *docker, enum fl_launcher launcher, bool *started,
		    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 3, 4);

#endif
