/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd journal, by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram of
 * NAME=value lines on a unix socket. A line that is too long is cut, as the protocol would want a
 * sealed memory file for it.
 */
#ifndef FL_JOURNAL_H
#define FL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/* A connected socket, which the caller closes, or -1 if there is no journal. */
int fl_journal_open(const char *path) FL_NONNULL(1);

/*
 * Sends one line with SYSLOG_IDENTIFIER=IDENTIFIER and PRIORITY (syslog(3)). 0, or -1 with errno.
 * It waits a second or two if the journal's queue is full, and then drops the line, because a hung
 * journal must not hang the boot.
 */
int fl_journal_send(int fd, const char *identifier, int priority, const char *line)
	FL_NONNULL(2, 4);

/* Whether stderr already ends in the journal: JOURNAL_STREAM (systemd.exec(5)) names its file. */
bool fl_journal_is_stderr(void);

#endif
