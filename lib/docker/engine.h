/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of the Docker Engine's API: what the other modules of this folder are built on. Nobody
 * else includes it.
 */
#ifndef FL_ENGINE_H
#define FL_ENGINE_H

#include "docker/docker.h"

struct fl_docker {
	struct fl_http *http; /* borrowed */
	char *socket;         /* owned */
	int minor;            /* negotiated API version 1.MINOR, 0 before that */
	char version[96];     /* for fl_docker_version() */
};

struct fl_engine_call {
	const char *method;
	const char *path; /* from "/containers" on, quoted for a URL, with its query */
	const char *body; /* JSON text, or NULL */
	fl_time deadline;
	fl_http_body *on_body; /* as in struct fl_request */
	void *on_body_data;
};

/* Adds TEXT, quoted for a URL (RFC 3986, 2.1): all but unreserved characters and those in KEEP. */
void fl_engine_quote(struct fl_buf *url, const char *text, const char *keep) FL_NONNULL(1, 2, 3);

/* The path "/containers/NAME" with REST behind it; a fresh string. */
char *fl_engine_container(const char *name, const char *rest) FL_MUST_CHECK FL_NONNULL(1, 2);

#define FL_ENGINE_UNFIT (-2) /* too old or too new, or no Engine: waiting does not mend it */

/*
 * One GET /_ping and the version's negotiation. 0, or an error: FL_ENGINE_UNFIT with 69; -1 with 69
 * if it is not there or refuses, 75 if DEADLINE passed.
 */
int fl_engine_ping(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* fl_engine_ping(), if the version was not negotiated yet. */
int fl_engine_negotiate(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* Starts a call; the API version must have been negotiated. The caller ends the transfer. */
struct fl_transfer *fl_engine_send(struct fl_docker *docker, const struct fl_engine_call *call)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Negotiates, sends the call and waits for its answer. 0 and *TRANSFER (ended by the caller),
 * whatever the answer's status; -1 where there is none.
 */
int fl_engine_perform(struct fl_docker *docker, const struct fl_engine_call *call,
		      struct fl_transfer **transfer, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* Fills ERR from an answer that was not wanted, or from none, and returns -1. */
int fl_engine_refused(const struct fl_docker *docker, const struct fl_engine_call *call,
		      const struct fl_response *response, struct fl_error *err)
	FL_NONNULL(1, 2, 3, 4);

#endif
