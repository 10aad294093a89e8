/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits until the SuperLink works (step 10). Nobody may be told that it is ready before it is, and
 * the boot should not lose time afterwards.
 *
 * Only a look at the layers (health.h) finds out that it works. The pause between two looks grows
 * with the time waited so far and stays below 50 ms, so ready is seen soon. Meanwhile the Engine
 * reports the container's end (docker/end.h), also in the middle of a call that hangs.
 */
#ifndef FL_WATCH_H
#define FL_WATCH_H

#include "health/health.h"

/*
 * Looks until all layers hold: FL_EXIT_OK. Else returns, with the layer that fails in HEALTH,
 *   69  if waiting longer cannot help: the container ended or restarted during the wait (or does so
 *       again and again), does not run and nothing will start it, SuperExec was there and has died,
 *       or the database refuses for a known cause; or DEADLINE has passed and the container has run
 *       and ended;
 *   75  if DEADLINE has passed otherwise. It also waits for an Engine that is not there yet and for
 *       a container that systemd starts.
 * Meanwhile it shows what it waits for. Its own `connect_ms`, `call` and `end` replace CHECK's.
 */
enum fl_exit fl_watch(struct fl_health *health, const struct fl_health_check *check,
		      fl_time deadline) FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
