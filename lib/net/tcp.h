/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain TCP connect, as `nc -z` makes it. It proves that something accepts and nothing more:
 * Docker's userland proxy accepts on a published port long before the program inside listens, and
 * resets then (trap 1).
 */
#ifndef FL_TCP_H
#define FL_TCP_H

#include "base/address.h"
#include "base/error.h"
#include "base/wait.h"

/*
 * Connects to ADDRESS and closes at once; each address of a name is tried in turn until DEADLINE.
 * 0, or -1 with 75 if the deadline passed, else 69.
 */
int fl_tcp_probe(const struct fl_address *address, fl_time deadline, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 3);

#endif
