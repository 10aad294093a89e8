/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lifecycle as one-apps keeps it: /etc/one-appliance/status, which net-99-report-ready reads,
 * and /etc/motd (one-apps, appliances/lib/functions.sh: _set_service_status, _set_motd).
 */
#ifndef FL_STAGE_H
#define FL_STAGE_H

#include <stdbool.h>

#include "base/error.h"
#include "config/paths.h"

/* Whether TEXT is one of {install,configure,bootstrap}_{started,success,failure}. */
bool fl_stage_valid(const char *text) FL_NONNULL(1);

/*
 * Takes the lock that one run of service holds: flock(2), exclusive, on descriptor FD, which the
 * caller's caller (the shell) keeps open, so the lock lives as long as that run. 0, or -1: 75 if
 * another run holds it, 71 if FD is no descriptor.
 */
int fl_stage_lock(int fd, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2);

/*
 * Writes status and motd for STAGE (a valid one). bootstrap_success is step 12 and logs its line;
 * the first one also leaves the mark after which the configuration stands. 0, or -1 with 71: where
 * the new status could not be written there is none then, as the old one may say success.
 */
int fl_stage_set(const struct fl_paths *paths, const char *stage, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

#endif
