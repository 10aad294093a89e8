/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a container, heard of as it happens (Docker Engine API, "Wait for a container": POST
 * /containers/NAME/wait), where an inspect would have to be repeated.
 */
#ifndef FL_END_H
#define FL_END_H

#include "docker/docker.h"

/*
 * Asks the Engine to answer when the container NAME, which an inspect has just found running, does
 * not run any more. The caller ends the transfer, which moves whenever anything runs on the same
 * fl_http; the end of the container ends fl_http_run() for another transfer, too.
 */
struct fl_transfer *fl_end_ask(struct fl_docker *docker, const char *name)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * The exit code, 0 to 255, or -1 as long as nothing is known of an end. An Engine that goes away,
 * or whose socket's proxy refuses the question, leaves it at that. END may be NULL: -1.
 */
int64_t fl_end_code(const struct fl_transfer *end);

/* Waits until UNTIL for the end (0: what has come by now), and gives its code. END may be NULL. */
int64_t fl_end_await(struct fl_docker *docker, struct fl_transfer *end, fl_time until)
	FL_NONNULL(1);

#endif
