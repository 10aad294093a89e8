/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps true what others are told about the SuperLink: OneGate's attributes, the status and motd.
 * The regular health check does this every few seconds, and the unit does it when the SuperLink has
 * ended (one-appliance/flower-superlink-health.timer, superlink/unit.h).
 *
 *   it is ready      FL_READY=YES with its endpoint; after a boot that failed, that boot has
 *                    succeeded now: status, motd and READY=YES
 *   it is not        FL_READY=NO and READY=NO; a boot that succeeded counts as failed now
 *   it is silent     nothing, until it has been silent for FL_HEALTH_TIMEOUT (health/judge.h)
 *
 * READY is OpenNebula's own attribute and is told only if the context has REPORT_READY=YES. The
 * contextualization sets it at the end of a boot; here it is set if that was prevented, or after it
 * was taken back. While a run of service is under way, what was told can only be taken back.
 */
#ifndef FL_READINESS_H
#define FL_READINESS_H

#include <stdbool.h>

#include "base/error.h"
#include "config/paths.h"

/*
 * Looks once through the Engine's SOCKET and tells OneGate (for 4 s at most; what is not delivered
 * is told by the next call), status and motd what has changed. Notes Flower's version after success
 * (superlink/database.h) and restarts the unit, if BY_SYSTEMD, when a restart can mend the
 * SuperLink. Writes a line only if something has changed. FL_EXIT_OK: it is ready, or nothing is
 * configured yet; FL_EXIT_NO: it is not; 71 or 78: that cannot be found out.
 */
enum fl_exit fl_readiness_report(const struct fl_paths *paths, const char *socket, bool by_systemd)
	FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
