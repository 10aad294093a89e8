/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of the Docker Engine's API: its version, its path and its errors. The other modules of
 * this folder are built on it; nobody else includes it.
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
	const char *path; /* without the version, quoted for a URL, with its query */
	const char *body; /* JSON text, or NULL */
	fl_time deadline;
	fl_http_body *on_body; /* as in struct fl_request */
	void *on_body_data;
};

/* Adds TEXT, with all but unreserved characters and those in KEEP as %XX (RFC 3986, 2.1). */
void fl_engine_quote(struct fl_buf *url, const char *text, const char *keep) FL_NONNULL(1, 2, 3);

/* The path "/containers/NAME" with REST behind it; a fresh string. */
char *fl_engine_container(const char *name, const char *rest) FL_MUST_CHECK FL_NONNULL(1, 2);

#define FL_ENGINE_UNFIT (-2) /* too old, too new or no Engine: waiting does not help */

/*
 * Sends GET /_ping and negotiates the API version. 0, or an error: FL_ENGINE_UNFIT with 69; -1 with
 * 69 if the Engine is not there or refuses, with 75 if DEADLINE passed.
 */
int fl_engine_ping(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* fl_engine_ping() if the version is not negotiated yet. */
int fl_engine_negotiate(struct fl_docker *docker, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

/* Starts a call with the version that was negotiated before. The caller ends the transfer. */
struct fl_transfer *fl_engine_send(struct fl_docker *docker, const struct fl_engine_call *call)
	FL_MUST_CHECK FL_NONNULL(1, 2);

/*
 * Negotiates, sends the call and waits for its answer. 0 and *TRANSFER, which the caller ends, if
 * there is an answer of any status, else -1.
 */
int fl_engine_perform(struct fl_docker *docker, const struct fl_engine_call *call,
		      struct fl_transfer **transfer, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

/* Fills ERR from an answer with a bad status, or from none, and returns -1. */
int fl_engine_refused(const struct fl_docker *docker, const struct fl_engine_call *call,
		      const struct fl_response *response, struct fl_error *err)
	FL_NONNULL(1, 2, 3, 4);

#endif
