/* SPDX-License-Identifier: Apache-2.0 */
#include "health/judge.h"

#include <string.h>

/* The container's run that the look found, "" if the Engine did not answer or there is none. */
static const char *run_of(const struct fl_health *health)
{
	return health->inspected && health->container.exists ? health->container.started_at : "";
}

/* Whether the run of the look is the one that was ready, as far as the Engine says. */
static bool was_ready(const struct fl_health *health, const struct fl_memory *memory)
{
	const char *run = run_of(health);

	if (memory->ready[0] == '\0')
		return false;
	return !health->inspected || strcmp(run, memory->ready) == 0;
}

/*
 * Whether SuperExec has died: it is a zombie, or it is gone although this run was ready, or it has
 * not come within the time-out. The database holds, as SuperExec is looked for only then.
 */
static bool is_dead(const struct fl_health *health, const struct fl_memory *memory, bool timed_out)
{
	if (!health->inspected || health->layers[FL_LAYER_SUPEREXEC].state != FL_LAYER_FAILS)
		return false;
	return health->superexec == FL_PROCESS_ZOMBIE ||
	       (health->superexec == FL_PROCESS_ABSENT && (timed_out || was_ready(health, memory)));
}

static bool is_certain(const struct fl_health *health)
{
	if (health->inspected && health->layers[FL_LAYER_CONTAINER].state == FL_LAYER_FAILS)
		return true;
	/* A locked database kills SuperExec after 5 s, and a server without a free file does. */
	return health->closed_port || fl_diagnosis_is_final(health->cause) ||
	       (health->inspected && health->superexec == FL_PROCESS_ZOMBIE);
}

/* Whether the container runs and something in it only does not answer. */
static bool is_silent(const struct fl_health *health)
{
	return health->inspected && health->layers[FL_LAYER_CONTAINER].state == FL_LAYER_HOLDS &&
	       !health->refused && !fl_diagnosis_is_final(health->cause);
}

enum fl_standing fl_judge(const struct fl_health *health, bool ready, int64_t timeout,
			  fl_time began, fl_time now, struct fl_memory *memory, bool *restart)
{
	const char *run = run_of(health);
	int64_t failing;
	bool dead;

	*restart = false;
	if (ready) {
		if (run[0] != '\0')
			fl_memory_set(&memory->ready, run);
		fl_memory_set(&memory->failing, "");
		memory->since = 0;
		return FL_STANDING_READY;
	}
	if (memory->since == 0 || (run[0] != '\0' && strcmp(run, memory->failing) != 0)) {
		fl_memory_set(&memory->failing, run);
		memory->since = began;
	}
	failing = now - memory->since;
	dead = is_dead(health, memory, failing >= timeout);
	*restart = dead || (health->lost && failing >= timeout) ||
		   (is_silent(health) && failing >= timeout + FL_JUDGE_RESTART);
	if (was_ready(health, memory) && !dead && !is_certain(health) && failing < timeout)
		return FL_STANDING_SILENT;
	return FL_STANDING_NOT_READY;
}
