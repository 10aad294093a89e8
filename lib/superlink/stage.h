/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage of the appliance's lifecycle, in /etc/one-appliance/status and /etc/motd. Their form is
 * that of one-apps (appliances/lib/functions.sh: _set_service_status, _set_motd), because its
 * net-99-report-ready reads the status.
 */
#ifndef FL_STAGE_H
#define FL_STAGE_H

#include <stdbool.h>

#include "base/error.h"
#include "config/paths.h"

/* Whether TEXT is one of {install,configure,bootstrap}_{started,success,failure}. */
bool fl_stage_valid(const char *text) FL_NONNULL(1);

/*
 * Locks descriptor FD for one run of service, by an exclusive flock(2). The shell that runs service
 * keeps FD open, so the lock lasts as long as that run. 0, or -1: 75 if another run holds the lock,
 * 71 if FD is no descriptor.
 */
int fl_stage_lock(int fd, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2);

/*
 * Writes status and motd for the valid stage STAGE. bootstrap_success is step 12 and is logged; the
 * first one also leaves the mark that freezes the configuration (frozen.h). 0, or -1 with 71: if
 * the new status cannot be written, the old one is removed, as it may say success.
 */
int fl_stage_set(const struct fl_paths *paths, const char *stage, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

#endif
