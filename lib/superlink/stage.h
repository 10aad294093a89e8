/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage of the appliance's lifecycle, in /etc/one-appliance/status and /etc/motd. Their form is
 * that of one-apps (appliances/lib/functions.sh: _set_service_status, _set_motd), because its
 * net-99-report-ready reads the status.
 *
 * The status is a link to a file below /run, which ends with the boot: a success of an earlier boot
 * can never be read in this one. The lock is there as well, and only root can open it.
 */
#ifndef FL_STAGE_H
#define FL_STAGE_H

#include <stdbool.h>

#include "base/error.h"
#include "config/paths.h"

/* After a boot whose steps have all succeeded, and after one that failed or whose SuperLink did. */
#define FL_BOOT_SUCCESS "bootstrap_success"
#define FL_BOOT_FAILURE "bootstrap_failure"

/* Whether TEXT is one of {install,configure,bootstrap}_{started,success,failure}. */
bool fl_stage_valid(const char *text) FL_NONNULL(1);

/* The stage in this boot, a fresh string; "" if none has begun. */
char *fl_stage_read(const struct fl_paths *paths) FL_MUST_CHECK FL_NONNULL(1);

/*
 * Locks descriptor FD of the file paths->lock, open for reading and writing, for one run of
 * service. The shell that runs service keeps FD open, so the lock lasts as long as that run. 0, or
 * -1: 75 if another run holds the lock, 71 if FD is no such descriptor.
 */
int fl_stage_lock(int fd, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2);

/* Whether a run of service holds the lock; false if that cannot be found out. */
bool fl_stage_is_running(const struct fl_paths *paths) FL_NONNULL(1);

/*
 * Writes status and motd for the valid stage STAGE. bootstrap_success is step 12 and is logged; the
 * first one also leaves the mark that freezes the configuration (frozen.h). 0, or -1 with 71: if
 * the new status cannot be written, the old one is removed, as it may say success.
 */
int fl_stage_set(const struct fl_paths *paths, const char *stage, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3);

/*
 * Writes status and motd for the stage TO, if the stage is FROM and no run of service is under way,
 * which would write its own. 1 if they were written, 0 if not, or -1 with 71.
 */
int fl_stage_change(const struct fl_paths *paths, const char *from, const char *to,
		    struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

#endif
