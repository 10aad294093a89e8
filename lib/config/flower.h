/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between versions of Flower: one table, a row for each range (spec section 14;
 * measured on flwr 1.22 to 1.41). A new version of Flower needs a change in this table alone.
 */
#ifndef FL_FLOWER_H
#define FL_FLOWER_H

#include <stdbool.h>

#define FL_CONTAINER_UID 49999 /* user and group "app" of Flower's images */
#define FL_APPIO_PORT    9091  /* ServerAppIo, fixed inside and outside */

#include "base/macro.h"

/* The version in an image's tag, without a suffix such as "-py3.13-ubuntu24.04". */
struct fl_version {
	int major;
	int minor;
	int patch;
};

#define FL_FLOWER_OLDEST_MINOR 22 /* 1.22 is the oldest version that is supported */

/* How to find out whether an API port answers. */
enum fl_api_probe {
	FL_API_GRPC, /* a gRPC call over HTTP/2; any gRPC status counts */
	FL_API_HTTP, /* GET /health answers 200 */
};

/* Which call proves that the database opens and can be written. */
enum fl_database_probe {
	FL_DATABASE_APPIO,   /* /flwr.proto.ServerAppIo/ListAppsToLaunch on port 9091 */
	FL_DATABASE_CONTROL, /* /flwr.proto.Control/ListRuns on the Control port, last: it logs */
	FL_DATABASE_NONE, /* none: a server that cannot open it ends at once (layer "container") */
};

/* The arguments with which flower-superlink gets its addresses. */
enum fl_api_arguments {
	FL_ARGUMENTS_ADDRESSES,    /* --fleet-api-address and --control-api-address */
	FL_ARGUMENTS_CONTROL_HTTP, /* --fleet-api-address; --host, --port for the Control API */
	FL_ARGUMENTS_ONE_PORT,     /* --host and --port serve everything on the Fleet port */
};

struct fl_flower {
	int least_minor;  /* the first 1.x of the row */
	int most_minor;   /* the last one */
	bool storage_dir; /* --storage-dir exists; from 1.29 on the server refuses it */
	enum fl_api_arguments arguments;
	enum fl_api_probe fleet;
	enum fl_api_probe control;
	enum fl_database_probe database;
	bool appio_port; /* port 9091 is served inside and published */
	bool installs;   /* each run installs its app's dependencies from the internet (trap 38) */
};

/*
 * The tag of an image reference such as "127.0.0.1:5000/flwr/superlink:1.25.0", borrowed; "" if
 * it has none or a digest.
 */
const char *fl_flower_tag(const char *image) FL_NONNULL(1);

/* Parses the version at the start of TAG: "1.25.0", "1.25.0-py3.13", "1.25". False if none. */
bool fl_version_parse(const char *tag, struct fl_version *version) FL_MUST_CHECK FL_NONNULL(1, 2);

/* Less than 0 if A is older than B, 0 if both are equal, more than 0 if A is newer. */
int fl_version_compare(const struct fl_version *a, const struct fl_version *b) FL_NONNULL(1, 2);

/* Whether a version is older than the oldest one that is supported. */
bool fl_version_too_old(const struct fl_version *version) FL_NONNULL(1);

/*
 * The row for TAG, never NULL. A version that is newer than the table gets the newest row. A tag
 * that is no version, or one too old (which validation refuses), gets the row of 1.25. *TESTED
 * (may be NULL) is false for both.
 */
const struct fl_flower *fl_flower_for(const char *tag, bool *tested) FL_NONNULL(1);

#endif
