/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for the Docker daemon (step 7): at boot it may still be starting, or never start.
 */
#ifndef FL_DOCKERD_H
#define FL_DOCKERD_H

#include <stdbool.h>

#include "docker/docker.h"

/*
 * Waits until the Engine on SOCKET answers. While nothing listens, it tries again after pauses of
 * 20 to 100 ms; if an Engine that is starting accepts the connection, it waits for the answer. With
 * ASK_SYSTEMD it gives up at once if docker.service has failed, is not installed or ends after each
 * start (trap 19). If DEADLINE has passed, it tries once. 0, or -1: 69 if the Engine refuses or
 * cannot start, 75 with the last reason if DEADLINE passed.
 */
int fl_dockerd_wait(struct fl_docker *docker, const char *socket, bool ask_systemd,
		    fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 5);

#endif
