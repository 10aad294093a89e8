/* SPDX-License-Identifier: Apache-2.0 */
/* A single question to any host: does something accept there, does a gRPC server answer. */
#ifndef FL_PROBE_H
#define FL_PROBE_H

#include <stdbool.h>

#include "base/address.h"
#include "base/error.h"
#include "base/wait.h"

enum fl_probe {
	/*
	 * A plain connect, as `nc -z` makes it, to each address of a name in turn. It proves that
	 * something accepts and nothing more: Docker's userland proxy accepts on a published port
	 * long before the program inside listens, and resets then (trap 1).
	 */
	FL_PROBE_TCP,
	FL_PROBE_GRPC, /* one gRPC call; any status counts */
};

/*
 * Asks ADDRESS once, for TRY nanoseconds at most; with REPEAT again and again, with short pauses,
 * until it answers or DEADLINE has passed. 0, or -1 with the reason of the last try that DEADLINE
 * did not cut short, if there was one: 75 if that passed its time, else 69.
 */
int fl_probe(enum fl_probe kind, const struct fl_address *address, bool repeat, int64_t try,
	     fl_time deadline, struct fl_error *err) FL_MUST_CHECK FL_NONNULL(2, 6);

#endif
