/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between versions of Flower: one table, a row for each range (spec section 14;
 * measured on flwr 1.22 to 1.41).
 */
#ifndef FL_FLOWER_H
#define FL_FLOWER_H

#include <stdbool.h>

#define FL_CONTAINER_UID 49999 /* user and group "app" of Flower's images */
#define FL_APPIO_PORT    9091  /* ServerAppIo, fixed inside and outside */

#include "base/macro.h"

/* A version as its image's tag names it, without the tag's suffix ("1.25.0-py3.13-ubuntu24.04"). */
struct fl_version {
	int major;
	int minor;
	int patch;
};

#define FL_FLOWER_OLDEST_MINOR 22 /* 1.22 is the oldest version that is supported */

/* How an API port is asked whether it answers. */
enum fl_api_probe {
	FL_API_GRPC, /* a gRPC call over HTTP/2; any gRPC status counts */
	FL_API_HTTP, /* GET /health answers 200 */
};

/* Which call proves that the database opens and can be written. */
enum fl_database_probe {
	FL_DATABASE_APPIO,   /* /flwr.proto.ServerAppIo/ListAppsToLaunch on port 9091 */
	FL_DATABASE_CONTROL, /* /flwr.proto.Control/ListRuns on the Control port, last as it logs */
	FL_DATABASE_NONE,    /* the server ends at start when it cannot use it: see "container" */
};

/* How the addresses are given to flower-superlink. */
enum fl_api_arguments {
	FL_ARGUMENTS_ADDRESSES,    /* --fleet-api-address and --control-api-address */
	FL_ARGUMENTS_CONTROL_HTTP, /* --fleet-api-address; --host, --port for the Control API */
	FL_ARGUMENTS_ONE_PORT,     /* --host and --port serve everything on the Fleet port */
};

struct fl_flower {
	int least_minor; /* of 1.x, both included */
	int most_minor;
	bool storage_dir; /* --storage-dir exists; from 1.29 on the server refuses it */
	enum fl_api_arguments arguments;
	enum fl_api_probe fleet;
	enum fl_api_probe control;
	enum fl_database_probe database;
	bool appio_port; /* port 9091 is served inside and published */
};

/*
 * The tag of an image reference such as "127.0.0.1:5000/flwr/superlink:1.25.0", borrowed; "" where
 * it has none, or is a digest.
 */
const char *fl_flower_tag(const char *image) FL_NONNULL(1);

/* Parses the version at the start of TAG: "1.25.0", "1.25.0-py3.13", "1.25". False if none is. */
bool fl_version_parse(const char *tag, struct fl_version *version) FL_MUST_CHECK FL_NONNULL(1, 2);

/* Less than 0, 0 or more as A is older than, equal to or newer than B. */
int fl_version_compare(const struct fl_version *a, const struct fl_version *b) FL_NONNULL(1, 2);

/* Whether a version is older than the oldest one that is supported. */
bool fl_version_too_old(const struct fl_version *version) FL_NONNULL(1);

/*
 * The row for TAG, never NULL. A newer version than the table's gets the newest row, a tag that is
 * no version (or one too old, which validation has refused) the row of 1.25; *TESTED (may be NULL)
 * is false for both.
 */
const struct fl_flower *fl_flower_for(const char *tag, bool *tested) FL_NONNULL(1);

#endif
