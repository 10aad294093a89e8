/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd, by systemctl(1): the only program that these tools run. It gets a small environment of
 * its own and nothing of the caller's, which below one-contextd holds every context variable.
 */
#ifndef FL_SYSTEMD_H
#define FL_SYSTEMD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/wait.h"

/* Whether systemd is this system's PID 1: /run/systemd/system is there (sd_booted(3)). */
bool fl_systemd_running(void);

/*
 * Runs `systemctl ARGUMENTS...` (ended by NULL, without the program's name) and waits for its end,
 * adding what it writes to OUTPUT (may be NULL). 0 if it exits with 0, else -1: 69 with its last
 * line, 75 if DEADLINE passed, 71 if it cannot be run or waited for. It is then killed.
 */
int fl_systemctl(const char *const *arguments, struct fl_buf *output, fl_time deadline,
		 struct fl_error *err) FL_MUST_CHECK FL_NONNULL(1, 4);

/* What was seen of docker.service since a wait began; all zero at first. */
struct fl_docker_service {
	char invocation[33]; /* InvocationID of its last start, sd_id128_get_invocation(3) */
	int starts;          /* different ones seen */
};

/*
 * Whether waiting for Docker is vain: docker.service is not installed, masked, has failed, or was
 * started three times in SEEN's wait (with StartLimitIntervalSec=0 it never counts as failed), or
 * docker.socket has failed.
 * Returns -1 with 69 and the reason then, else 0 (also when systemctl itself cannot tell).
 */
int fl_systemd_check_docker(struct fl_docker_service *seen, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
