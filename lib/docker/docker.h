/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of the Docker Engine API that the appliance needs
 * (docs.docker.com/reference/api/engine), so that it does not depend on the docker command.
 *
 * Each call uses the highest API version that both sides know, from FL_DOCKER_API_LEAST to
 * FL_DOCKER_API_MOST: no single one is enough, as Engine 20.10 knows at most 1.41 and Engine 29 at
 * least 1.44. Pulling is in pull.h, the end of a container in end.h, its log in logs.h.
 *
 * An error names the socket and the request and quotes the Engine: "Docker Engine on
 * /run/docker.sock: POST /containers/create: 409: Conflict. ..."; the code is 75 if DEADLINE
 * passed, else 69.
 */
#ifndef FL_DOCKER_H
#define FL_DOCKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/http.h"

#define FL_DOCKER_API_LEAST 40 /* minor number: 1.40, Engine 19.03 */
#define FL_DOCKER_API_MOST  51 /* 1.51, Engine 28.3: the newest that these calls were tried with */

struct fl_docker; /* opaque: socket, negotiated version, connections */

/* What inspect says of a container. */
struct fl_docker_container {
	bool exists;
	char *id;         /* owned, NULL if it does not exist */
	char *image;      /* Config.Image, the reference it was made from; owned */
	char *digest;     /* the label FL_CONTAINER_LABEL, NULL if there is none; owned */
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
 * Makes a client of the Engine on SOCKET, a path. It borrows HTTP and sends nothing yet. The caller
 * frees it with fl_docker_free().
 */
struct fl_docker *fl_docker_new(struct fl_http *http, const char *socket)
	FL_MUST_CHECK FL_NONNULL(1, 2);
void fl_docker_free(struct fl_docker *docker);

/*
 * The socket that DOCKER_HOST names (unix://PATH), or /run/docker.sock; borrowed. If CONTEXT_FILE
 * is set, DOCKER_HOST is ignored: one-contextd sets CONTEXT_FILE and exports each context variable,
 * so DOCKER_HOST may be one of them.
 */
const char *fl_docker_default_socket(void);

/* The help of the option that names another socket. */
#define FL_DOCKER_SOCKET_HELP                                    \
	"socket of the Docker Engine (default: DOCKER_HOST if\n" \
	"it is unix://, else /run/docker.sock)"

/* The Engine's version, such as "26.1.5, API 1.45", borrowed; "" before the first call. */
const char *fl_docker_version(const struct fl_docker *docker) FL_NONNULL(1);

/* 1 and *ID, which the caller frees, if the image REFERENCE is there; 0 if it is not; or -1. */
int fl_docker_image_id(struct fl_docker *docker, const char *reference, char **id, fl_time deadline,
		       struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * Fills *CONTAINER, which the caller frees with fl_docker_container_free(). 0, also if there is no
 * such container (exists is then false), or -1.
 */
int fl_docker_inspect(struct fl_docker *docker, const char *name,
		      struct fl_docker_container *container, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);
void fl_docker_container_free(struct fl_docker_container *container);

#define FL_DOCKER_TAKEN (-2) /* 409: another container has the name */

/* Creates the container NAME from the JSON text BODY. 0, or -1 or FL_DOCKER_TAKEN with an error. */
int fl_docker_create(struct fl_docker *docker, const char *name, const char *body, fl_time deadline,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 5);

/*
 * Removes the container with this name or id, also a running one. Volumes and bind mounts stay. 0,
 * also if there is no such container, or -1.
 */
int fl_docker_remove(struct fl_docker *docker, const char *name, fl_time deadline,
		     struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/* Starts a container. 0, also if it runs, or -1; the error names a port that is in use. */
int fl_docker_start(struct fl_docker *docker, const char *name, fl_time deadline,
		    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

/* Stops a container within its own stop time-out. 0, also if it does not run, or -1. */
int fl_docker_stop(struct fl_docker *docker, const char *name, fl_time deadline,
		   struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 4);

static inline void fl_cleanup_docker(struct fl_docker **slot)
{
	fl_docker_free(*slot);
}

#define fl_auto_docker    __attribute__((cleanup(fl_cleanup_docker)))
#define fl_auto_container __attribute__((cleanup(fl_docker_container_free)))

#endif
