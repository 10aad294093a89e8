/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting until the SuperLink works (step 10).
 *
 * Nothing but a look at the layers (health.h) says that it does; the pauses between two looks are
 * short while it starts and grow with the time that has been waited, so the lateness stays below a
 * hundredth of the wait and 50 ms. The Engine tells of the end of the container at the same time
 * (docker/end.h), so it is known at once, also in the middle of a hanging call.
 */
#ifndef FL_WATCH_H
#define FL_WATCH_H

#include "health/health.h"

/*
 * Looks until all layers hold: FL_EXIT_OK. Or else, with the failing layer in HEALTH,
 *   69  waiting longer cannot help: the container ended or restarted while it was watched (or does
 *       so again and again), SuperExec was there and has died, or the database refuses for a known
 *       cause; or DEADLINE has passed and the container, which has run, is still ended;
 *   75  DEADLINE has passed otherwise. An Engine that is not there yet and a container that has
 *       not been started yet are waited for.
 * Meanwhile it shows what it waits for. CHECK's end is not used.
 */
enum fl_exit fl_watch(struct fl_health *health, const struct fl_health_check *check,
		      fl_time deadline) FL_MUST_CHECK FL_NONNULL(1, 2);

#endif
