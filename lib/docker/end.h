/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a container, known as soon as it happens (Docker Engine API, "Wait for a container":
 * POST /containers/NAME/wait). Without it each wait would have to repeat an inspect.
 */
#ifndef FL_END_H
#define FL_END_H

#include "docker/docker.h"

/*
 * Asks the Engine to answer when the container NAME, which an inspect has just found running, does
 * not run any more. The caller ends the transfer. It goes on while any transfer of the same fl_http
 * is run, and the end of the container then ends that fl_http_run() as well.
 */
struct fl_transfer *fl_end_ask(struct fl_docker *docker, const char *name)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * The exit code, 0 to 255, or -1 if no end is known: the container runs, the Engine has gone, a
 * proxy in front of its socket refused the call, or END is NULL.
 */
int64_t fl_end_code(const struct fl_transfer *end);

/* Waits for the end until UNTIL (0: without waiting). Returns fl_end_code(). END may be NULL. */
int64_t fl_end_await(struct fl_docker *docker, struct fl_transfer *end, fl_time until)
	FL_NONNULL(1);

#endif
