/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd, by systemctl(1), the only program that these tools run. It gets a small environment of
 * its own: one-contextd exports each context variable to the caller's, and one may be called
 * LD_PRELOAD.
 */
#ifndef FL_SYSTEMD_H
#define FL_SYSTEMD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/wait.h"

/* Whether this system was booted with systemd: /run/systemd/system is there (sd_booted(3)). */
bool fl_systemd_running(void);

/*
 * Runs `systemctl ARGUMENTS...` (ended by NULL, without the program's name), waits for its end and
 * adds what it writes to OUTPUT (may be NULL). 0 if it exits with 0, else -1: 69 with its last
 * line; 75 if DEADLINE passed and it was killed; 71 if it cannot be run or waited for.
 */
int fl_systemctl(const char *const *arguments, struct fl_buf *output, fl_time deadline,
		 struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 4);

/*
 * Whether UNIT runs, is about to run or is being stopped: it is neither inactive nor failed, or has
 * a job. True if systemctl fails or DEADLINE passes, as nobody knows then.
 */
bool fl_systemd_active(const char *unit, fl_time deadline) FL_MUST_CHECK FL_NONNULL(1);

/* The starts of docker.service that were seen during a wait; all zero at first. */
struct fl_docker_service {
	char invocation[33]; /* InvocationID of its last start, sd_id128_get_invocation(3) */
	int starts;          /* how many were seen */
};

/*
 * Checks whether Docker can still start. -1 with 69 and the reason if docker.service is not
 * installed, is masked, has failed or was started three times during SEEN's wait (with
 * StartLimitIntervalSec=0 it never counts as failed), or if docker.socket has failed. Else 0, also
 * if systemctl fails.
 */
int fl_systemd_check_docker(struct fl_docker_service *seen, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
