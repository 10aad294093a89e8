/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether something accepts connections at an address of any host, or a gRPC server answers there.
 * A monitor on another machine can use it, without a container or a configuration.
 */
#ifndef FL_PROBE_H
#define FL_PROBE_H

#include <stdbool.h>

#include "base/address.h"
#include "base/error.h"
#include "base/wait.h"

#define FL_PROBE_TRY (5 * FL_SEC) /* nanoseconds; for one try unless somebody says otherwise */

enum fl_probe {
	/*
	 * A plain connect, like `nc -z`, to each address of a name in turn. It proves only that
	 * something accepts: Docker's userland proxy accepts on a published port long before the
	 * program inside listens, and then resets the connection (trap 1).
	 */
	FL_PROBE_TCP,
	FL_PROBE_GRPC, /* one gRPC call; any status counts */
};

/*
 * Asks ADDRESS once, for TRY nanoseconds at most; with REPEAT again and again, with short pauses,
 * until it answers or DEADLINE has passed. 0, or -1: 75 if the try timed out, else 69. If DEADLINE
 * cut the last try short, the error is that of the try before it, if there was one.
 */
int fl_probe(enum fl_probe kind, const struct fl_address *address, bool repeat, int64_t try,
	     fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2, 6);

#endif
