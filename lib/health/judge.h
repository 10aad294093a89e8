/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one look at a SuperLink (health.h) means after those before it (memory.h): whether it is
 * ready, and whether a restart can mend it.
 *
 * Some failures are certain: the container does not run, nobody listens on its ports, SuperExec has
 * died, the database refuses for a cause that does not pass. Silence is not: a SuperLink that is
 * busy, or a machine under load, answers late. So a run that was ready stays so until it has been
 * silent for a whole time-out. A run that was never ready is not ready.
 */
#ifndef FL_JUDGE_H
#define FL_JUDGE_H

#include "health/health.h"
#include "health/memory.h"

/*
 * Silence for this much longer than the time-out, in nanoseconds, is mended by a restart. On a slow
 * machine a restart only makes the SuperLink begin again.
 */
#define FL_JUDGE_RESTART (300 * FL_SEC)

enum fl_standing {
	FL_STANDING_READY,
	FL_STANDING_SILENT, /* it was ready in this run, and may be busy only */
	FL_STANDING_NOT_READY,
};

/*
 * Judges the look HEALTH, which lasted from BEGAN to NOW; READY says whether it found that the
 * SuperLink works. TIMEOUT is FL_HEALTH_TIMEOUT in nanoseconds. Updates MEMORY, all but `said`.
 * *RESTART: whether a restart can mend it, which is never so if the Engine did not answer.
 */
enum fl_standing fl_judge(const struct fl_health *health, bool ready, int64_t timeout,
			  fl_time began, fl_time now, struct fl_memory *memory, bool *restart)
	FL_NONNULL(1, 6, 7);

#endif
