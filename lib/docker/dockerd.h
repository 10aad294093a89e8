/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the Docker daemon (step 7). */
#ifndef FL_DOCKERD_H
#define FL_DOCKERD_H

#include <stdbool.h>

#include "docker/docker.h"

/*
 * Waits until the Engine on SOCKET answers. While nothing listens, it tries again after pauses of
 * 20 to 100 ms; an Engine that is starting holds the connection, and that is waited for. With
 * ASK_SYSTEMD a docker.service that has failed, is not installed or ends each time that it is
 * started ends it at once (trap 19). A DEADLINE that is over is one try. 0, or -1: 69 if the Engine
 * refuses or cannot come, 75 if DEADLINE passed; the error then names the last reason.
 */
int fl_dockerd_wait(struct fl_docker *docker, const char *socket, bool ask_systemd,
		    fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 5);

#endif
