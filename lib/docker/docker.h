/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of the Docker Engine API that the appliance needs
 * (docs.docker.com/reference/api/engine).
 *
 * The API version is negotiated, as Engine 20.10 knows at most 1.41 and Engine 29 at least 1.44:
 * the highest that both sides know, within FL_DOCKER_API_LEAST and FL_DOCKER_API_MOST. Pulling is
 * in pull.h, the end of a container in end.h, its log in logs.h.
 *
 * Errors name the socket and the request and carry the Engine's own words: "Docker Engine on
 * /run/docker.sock: POST /containers/create: 409: Conflict. ..."; the code is 75 where DEADLINE
 * passed, else 69.
 */
#ifndef FL_DOCKER_H
#define FL_DOCKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/http.h"

#define FL_DOCKER_API_LEAST 40 /* minor number: 1.40, Engine 19.03 */
#define FL_DOCKER_API_MOST  51 /* 1.51, Engine 28.3: the newest these calls were checked against */

struct fl_docker; /* opaque: socket, negotiated version, connections */

/* What inspect says of a container. */
struct fl_docker_container {
	bool exists;
	char *id;         /* owned, NULL if it does not exist */
	char *image;      /* Config.Image, the reference it was made from; owned */
	char *digest;     /* the label FL_CONTAINER_LABEL, NULL if it has none; owned */
	char *status;     /* State.Status: created, running, restarting, exited, dead, ...; owned */
	char *started_at; /* State.StartedAt, RFC 3339; owned */
	char *error;      /* State.Error, "" if none; owned */
	bool running;
	bool restarting;
	bool oom_killed;
	pid_t pid; /* State.Pid in the Engine's pid namespace, 0 if not running */
	int64_t exit_code;
	int64_t restart_count;
};

#define FL_CONTAINER_LABEL "org.opennebula.flower-superlink.digest"

/*
 * Makes a client of the Engine on SOCKET, a path, sharing HTTP (borrowed). Nothing is sent yet.
 * Freed by fl_docker_free().
 */
struct fl_docker *fl_docker_new(struct fl_http *http, const char *socket)
	FL_MUST_CHECK FL_NONNULL(1, 2);
void fl_docker_free(struct fl_docker *docker);

/*
 * The socket that DOCKER_HOST names (unix://PATH), or /run/docker.sock. Below one-contextd, which
 * sets CONTEXT_FILE and exports every context variable, DOCKER_HOST is not trusted and not read.
 * Borrowed.
 */
const char *fl_docker_default_socket(void);

/* What --help says of the option that names another one. */
#define FL_DOCKER_SOCKET_HELP                                       \
	"socket of the Docker Engine (default: DOCKER_HOST where\n" \
	"it is unix://, else /run/docker.sock)"

/* Text of the Engine's version ("26.1.5, API 1.45") after a call, borrowed; "" before. */
const char *fl_docker_version(const struct fl_docker *docker) FL_NONNULL(1);

/* 1 and *ID (owned by the caller) if the image REFERENCE is there, 0 if not, -1 on error. */
int fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id, fl_time deadline,
		       struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/* Fills *CONTAINER, to be freed with fl_docker_container_free(); exists is false for a 404. */
int fl_docker_inspect(struct fl_docker *docker, const char *name,
		      struct fl_docker_container *container, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);
void fl_docker_container_free(struct fl_docker_container *container);

#define FL_DOCKER_TAKEN (-2) /* the name is that of another container */

/* POST /containers/create with the JSON text BODY. 0, or -1 or FL_DOCKER_TAKEN with an error. */
int fl_docker_create(struct fl_docker *docker, const char *name, const char *body, fl_time deadline,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * Removes a container, named or by its id, by force; one that is not there is fine. Volumes and
 * bind mounts stay.
 */
int fl_docker_remove(struct fl_docker *docker, const char *name, fl_time deadline,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/* Starts a container; one that runs is fine. The error names a port that is taken. */
int fl_docker_start(struct fl_docker *docker, const char *name, fl_time deadline,
		    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

static inline void fl_cleanup_docker(struct fl_docker **slot)
{
	fl_docker_free(*slot);
}

#define fl_auto_docker    __attribute__((cleanup(fl_cleanup_docker)))
#define fl_auto_container __attribute__((cleanup(fl_docker_container_free)))

#endif
