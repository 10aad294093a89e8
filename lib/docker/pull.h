/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling an image (Docker Engine API, "Create an image": POST /images/create). Without limits of
 * its own a pull could hang a boot, or fail and look like a success.
 *
 * The answer is a stream of JSON lines. Its status is 200 even if the pull fails later: then a line
 * has an errorDetail. If a registry stalls in a layer, the Engine waits for ever and sends no other
 * line (both are trap 26; Engine 20.10.24).
 */
#ifndef FL_PULL_H
#define FL_PULL_H

#include "docker/docker.h"

/* Shows how far a pull is: TEXT is for people, and is given only after it has changed. */
typedef void fl_docker_progress(void *data, const char *text);

/*
 * Pulls REPOSITORY:TAG. 0, or -1: 75 if DEADLINE passed, or if for STALL nanoseconds no bytes came
 * and no layer reached a new state ("Retrying" is none); 69 if the Engine or the registry refused,
 * also if the refusal is an errorDetail. A pull that fails is also cancelled in the Engine, as its
 * connection is closed.
 */
int fl_docker_pull(struct fl_docker *docker, const char *repository, const char *tag,
		   fl_time deadline, int64_t stall, fl_docker_progress *progress, void *data,
		   struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 6, 8);

#endif
