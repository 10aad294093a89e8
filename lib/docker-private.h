/* SPDX-License-Identifier: Apache-2.0 */
/* What docker.c shares with pull.c, events.c and logs.c: one call of the Engine's API. */
#ifndef FL_DOCKER_PRIVATE_H
#define FL_DOCKER_PRIVATE_H

#include "docker.h"

struct fl_docker {
	struct fl_http *http; /* borrowed */
	char *socket;         /* owned */
	int minor;            /* negotiated API version 1.MINOR, 0 before that */
	char version[96];     /* for fl_docker_version() */
};

struct fl_docker_call {
	const char *method;
	const char *path;      /* from "/containers" on, quoted for a URL, with its query */
	const char *body;      /* JSON text, or NULL */
	fl_time deadline;
	fl_http_body *on_body; /* as in struct fl_request */
	void *on_body_data;
};

/* Adds TEXT, quoted for a URL (RFC 3986, 2.1): all but unreserved characters and those in KEEP. */
void fl_docker_quote(struct fl_buf *url, const char *text, const char *keep) FL_NONNULL(1, 2, 3);

/* Negotiates if that was not done yet. */
int fl_docker_negotiate(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* Starts a call; the API version must have been negotiated. The caller ends the transfer. */
struct fl_transfer *fl_docker_send(struct fl_docker *docker, const struct fl_docker_call *call)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Negotiates, sends the call and waits for its answer. 0 and *TRANSFER (ended by the caller),
 * whatever the answer's status; -1 where there is none.
 */
int fl_docker_perform(struct fl_docker *docker, const struct fl_docker_call *call,
		      struct fl_transfer **transfer, struct fl_error *err) FL_MUST_CHECK
	FL_NONNULL(1, 2, 3, 4);

/*
 * Fills ERR from an answer that was not wanted, or from none, and returns -1. BODY is the answer's
 * body where on_body took it, else NULL.
 */
int fl_docker_refused(const struct fl_docker *docker, const struct fl_docker_call *call,
		      const struct fl_response *response, const char *body, struct fl_error *err)
	FL_NONNULL(1, 2, 3, 5);

#endif
