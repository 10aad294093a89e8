/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of the Docker Engine API that the appliance needs (docs.docker.com/reference/api/engine).
 *
 * The API version is negotiated, as Engine 20.10 knows at most 1.41 and Engine 29 at least 1.44:
 * the highest that both sides know, within FL_DOCKER_API_LEAST and FL_DOCKER_API_MOST.
 */
#ifndef FL_DOCKER_H
#define FL_DOCKER_H

#include <cjson/cJSON.h>
#include <sys/types.h>

#include "http.h"

#define FL_DOCKER_API_LEAST 40 /* minor number: 1.40, Engine 19.03 */
#define FL_DOCKER_API_MOST  51 /* 1.51, Engine 28.3: the newest these calls were checked against */

struct fl_docker; /* opaque: socket, negotiated version, connections */

/* An image that is there. */
struct fl_docker_image {
	char *id; /* "sha256:...", owned */
};

/* What inspect says of a container. */
struct fl_docker_container {
	bool exists;
	char *id;          /* owned, NULL if it does not exist */
	char *image;       /* Config.Image, the reference it was made from; owned */
	char *digest;      /* the label FL_CONTAINER_LABEL, NULL if it has none; owned */
	char *status;      /* State.Status: created, running, restarting, exited, dead, ...; owned */
	char *started_at;  /* State.StartedAt, RFC 3339; owned */
	char *error;       /* State.Error, "" if none; owned */
	bool running;
	bool restarting;
	bool oom_killed;
	pid_t pid;         /* State.Pid in the Engine's pid namespace, 0 if not running */
	int64_t exit_code;
	int64_t restart_count;
};

#define FL_CONTAINER_LABEL "org.opennebula.flower-superlink.digest"

/*
 * Makes a client of the Engine on SOCKET (a path of at most 107 bytes, unix(7): longer is an
 * error of code 64), sharing HTTP (borrowed). Nothing is sent yet. Freed by fl_docker_free().
 */
int fl_docker_new(struct fl_http *http, const char *socket, struct fl_docker **docker,
		  struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);
void fl_docker_free(struct fl_docker *docker);

/*
 * The socket that DOCKER_HOST names (unix://PATH), or /run/docker.sock. Below one-contextd, which
 * sets CONTEXT_FILE and exports every context variable, DOCKER_HOST is not trusted and not read.
 * Borrowed.
 */
const char *fl_docker_default_socket(void);

/*
 * One GET /_ping and the version's negotiation. -1 with 69 if it is not there or refuses, 75 if
 * DEADLINE passed, 69 also for an Engine that is too old or too new to talk to. After a success the
 * other calls may be made; they negotiate by themselves where that was not done.
 */
int fl_docker_ping(struct fl_docker *docker, fl_time deadline, struct fl_error *err) FL_MUST_CHECK
	FL_NONNULL(1, 3);

/* Text of the Engine's version ("26.1.5, API 1.45") after a ping, borrowed; "" before. */
const char *fl_docker_version(const struct fl_docker *docker) FL_NONNULL(1);

/* 1 and *ID (owned by the caller) if the image REFERENCE is there, 0 if not, -1 on error. */
int fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id,
		       fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/* Fills *CONTAINER, to be freed with fl_docker_container_free(); exists is false for a 404. */
int fl_docker_inspect(struct fl_docker *docker, const char *name,
		      struct fl_docker_container *container, fl_time deadline,
		      struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);
void fl_docker_container_free(struct fl_docker_container *container);

/* POST /containers/create with the JSON text BODY. */
int fl_docker_create(struct fl_docker *docker, const char *name, const char *body,
		     fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/* Removes a container, by force; one that is not there is fine. Volumes and bind mounts stay. */
int fl_docker_remove(struct fl_docker *docker, const char *name, fl_time deadline,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/* Starts a container; one that runs is fine. A taken port is named in the error. */
int fl_docker_start(struct fl_docker *docker, const char *name, fl_time deadline,
		    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/* Stops a container with SECONDS of grace; one that does not run is fine. */
int fl_docker_stop(struct fl_docker *docker, const char *name, int seconds, fl_time deadline,
		   struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 5);

/*
 * Appends the last LINES lines of the container's log to OUT: stdout and stderr in order, frames
 * (API: "Attach to a container", stream format) taken off, ANSI colours (ECMA-48 CSI sequences)
 * and other control characters but line feeds stripped. At most 64 KiB.
 */
int fl_docker_logs(struct fl_docker *docker, const char *name, int lines, struct fl_buf *out,
		   fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4, 6);

/* How a pull tells of itself: a short text of how far it is, for people. */
typedef void fl_docker_progress(void *data, const char *text);

/*
 * Pulls REPOSITORY:TAG. Fails when DEADLINE passes (75), when nothing moves for STALL nanoseconds
 * (75; no new bytes and no layer in a new state; lines that only say "Retrying" do not count), when
 * the Engine or the registry refuses (69), or when the stream carries an errorDetail although its
 * status is 200 (69). Ending the connection cancels the pull in the Engine.
 */
int fl_docker_pull(struct fl_docker *docker, const char *repository, const char *tag,
		   fl_time deadline, int64_t stall, fl_docker_progress *progress, void *data,
		   struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 8);

/*
 * The events of one container (GET /events, container actions start and die) from SINCE on: an
 * RFC 3339 moment as in started_at, or NULL for now. The stream never ends by itself.
 */
struct fl_docker_events; /* opaque */

enum fl_docker_event {
	FL_EVENT_NONE,   /* nothing happened until the given moment */
	FL_EVENT_START,
	FL_EVENT_DIE,
	FL_EVENT_LOST,   /* the stream ended: the Engine went away */
};

struct fl_docker_events *fl_docker_events_open(struct fl_docker *docker, const char *name,
					       const char *since) FL_MUST_CHECK FL_NONNULL(1, 2);
void fl_docker_events_close(struct fl_docker_events *events);

/* The next event, waiting for it until UNTIL. *EXIT_CODE (may be NULL) is set for FL_EVENT_DIE. */
enum fl_docker_event fl_docker_events_next(struct fl_docker_events *events, fl_time until,
					   int64_t *exit_code) FL_NONNULL(1);

static inline void fl_cleanup_docker(struct fl_docker **slot)
{
	fl_docker_free(*slot);
}

static inline void fl_cleanup_events(struct fl_docker_events **slot)
{
	fl_docker_events_close(*slot);
}

#define fl_auto_docker    __attribute__((cleanup(fl_cleanup_docker)))
#define fl_auto_container __attribute__((cleanup(fl_docker_container_free)))
#define fl_auto_events    __attribute__((cleanup(fl_cleanup_events)))

#endif
