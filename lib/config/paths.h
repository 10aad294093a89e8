/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the appliance's files (spec section 2), so that --root can move them all. */
#ifndef FL_PATHS_H
#define FL_PATHS_H

#include <stdbool.h>

#include "base/macro.h"

/* Every member is an absolute path, owned by the struct. */
struct fl_paths {
	char *root;          /* "" for the host itself, else an absolute path without final slash */
	char *context;       /* run/one-context/one_env, see fl_paths_init() */
	char *config_dir;    /* opt/flower/config */
	char *env;           /* superlink.env in it */
	char *json;          /* superlink.json in it */
	char *booted;        /* mark in it: a boot with this configuration has succeeded */
	char *state_dir;     /* opt/flower/state, /app/state in the container */
	char *certs_dir;     /* opt/flower/certs */
	char *unit;          /* etc/systemd/system/flower-superlink.service */
	char *service_dir;   /* etc/one-appliance */
	char *status_link;   /* status in it: a symbolic link to `status` below */
	char *report;        /* config in it: the report for people */
	char *run_dir;       /* run/flower-superlink: what is true in this boot only */
	char *status;        /* status in it: the stage */
	char *lock;          /* lock in it: held while service runs */
	char *memory;        /* memory in it: what the regular health check saw before */
	char *told;          /* onegate in it: what OneGate was told last */
	char *motd;          /* etc/motd */
	char *configure_log; /* var/log/one-appliance/flower-configure.log */
	char *bootstrap_log; /* var/log/one-appliance/flower-bootstrap.log */
	char *journal;       /* run/systemd/journal/socket */
};

/*
 * Fills PATHS for ROOT (NULL or "/" for the host). A relative ROOT starts at the current folder; if
 * ROOT exists, its symbolic links are resolved. CONTEXT is the file of --context, or NULL for
 * run/one-context/one_env (on the host, var/run/one-context/one_env if only that exists).
 */
void fl_paths_init(struct fl_paths *paths, const char *root, const char *context) FL_NONNULL(1);

/* Whether the paths are the host's own: only then the programs call systemd. */
bool fl_paths_is_host(const struct fl_paths *paths) FL_NONNULL(1);

void fl_paths_free(struct fl_paths *paths) FL_NONNULL(1);

#define fl_auto_paths __attribute__((cleanup(fl_paths_free)))

#endif
