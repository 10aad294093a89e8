/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling an image (Docker Engine API, "Create an image": POST /images/create).
 *
 * The answer is a stream of JSON lines. Its status is 200 also where the pull fails later: then a
 * line has an errorDetail. A registry that stalls in a layer is waited for by the Engine for ever,
 * without another line (both are trap 26; Engine 20.10.24), so the wait is bounded here.
 */
#ifndef FL_PULL_H
#define FL_PULL_H

#include "docker/docker.h"

/* How a pull tells of itself: a short text of how far it is, for people; only when it changed. */
typedef void fl_docker_progress(void *data, const char *text);

/*
 * Pulls REPOSITORY:TAG. Fails when DEADLINE passes (75), when nothing moves for STALL nanoseconds
 * (75; no new bytes and no layer in a new state; lines that only say "Retrying" do not count), when
 * the Engine or the registry refuses (69), or when the stream carries an errorDetail although its
 * status is 200 (69). Ending the connection cancels the pull in the Engine.
 */
int fl_docker_pull(struct fl_docker *docker, const char *repository, const char *tag,
		   fl_time deadline, int64_t stall, fl_docker_progress *progress, void *data,
		   struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 6, 8);

#endif
