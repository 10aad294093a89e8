/* SPDX-License-Identifier: Apache-2.0 */
/* The starts and ends of one container as they happen (Docker Engine API, GET /events). */
#ifndef FL_EVENTS_H
#define FL_EVENTS_H

#include "docker/docker.h"

struct fl_docker_events; /* opaque: the stream and what came in */

enum fl_docker_event {
	FL_EVENT_NONE, /* nothing happened until the given moment */
	FL_EVENT_START,
	FL_EVENT_DIE,
	FL_EVENT_LOST, /* the stream ended: the Engine went away, or refused it */
};

/*
 * Opens the stream for the container NAME, its actions start and die, from SINCE on: an RFC 3339
 * moment as in started_at, or NULL for now. The start that belongs to started_at comes first then,
 * as the Engine logs it just after it took that time. The stream never ends by itself; it makes
 * progress whenever anything is run on the same fl_http, and fl_http_run() returns when something
 * came in. Never NULL: a stream that could not be opened gives FL_EVENT_LOST.
 */
struct fl_docker_events *fl_docker_events_open(struct fl_docker *docker, const char *name,
					       const char *since) FL_MUST_CHECK FL_NONNULL(1, 2);

/* Ends and frees it; NULL is fine. */
void fl_docker_events_close(struct fl_docker_events *events);

/*
 * The next event, waiting for it until UNTIL (0: only what has come in). *EXIT_CODE (may be NULL)
 * is set for FL_EVENT_DIE: 0 to 255, or -1 if the Engine did not say.
 */
enum fl_docker_event fl_docker_events_next(struct fl_docker_events *events, fl_time until,
					   int64_t *exit_code) FL_NONNULL(1);

static inline void fl_cleanup_events(struct fl_docker_events **slot)
{
	fl_docker_events_close(*slot);
}

#define fl_auto_events __attribute__((cleanup(fl_cleanup_events)))

#endif
