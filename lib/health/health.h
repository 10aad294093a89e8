/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the SuperLink works (spec section 7): one look at all layers, in order. The first that
 * fails is the one reported; those behind it are not tried, as each rests on the one before.
 *
 *   container  it runs                                    Engine API
 *   fleet      SuperNodes are answered                    a gRPC call on the Fleet port
 *   control    `flwr run` is answered                     the same on the Control port
 *   database   the run database opens and can be written  the call SuperExec itself makes
 *   superexec  runs will be carried out                   its process, below the container's
 *
 * An open port proves nothing: Docker's userland proxy accepts before the program inside listens
 * (trap 1), and a SuperLink that cannot write its state answers on every port while its SuperExec
 * dies (traps 18, 21). Which layers apply, and how they are asked, depends on the Flower version
 * that the container was made from (flower.h).
 */
#ifndef FL_HEALTH_H
#define FL_HEALTH_H

#include "config/settings.h"
#include "docker/docker.h"
#include "health/diagnosis.h"
#include "health/proc.h"

#define FL_HEALTH_TRY (5 * FL_SEC) /* nanoseconds; the most that one look takes */

enum fl_layer_id {
	FL_LAYER_CONTAINER,
	FL_LAYER_FLEET,
	FL_LAYER_CONTROL,
	FL_LAYER_DATABASE,
	FL_LAYER_SUPEREXEC,
	FL_LAYER_COUNT,
};

enum fl_layer_state { FL_LAYER_UNTRIED, FL_LAYER_HOLDS, FL_LAYER_FAILS };

struct fl_layer {
	bool applies; /* to this Flower version and isolation */
	enum fl_layer_state state;
	char *detail; /* owned; NULL while untried */
	int64_t took; /* nanoseconds of the last look */
};

/* What was found. */
struct fl_health {
	struct fl_layer layers[FL_LAYER_COUNT];
	struct fl_docker_container container; /* of the last look that the Engine answered */
	bool inspected;                       /* the Engine answered the last look */
	bool lost;           /* by the Engine: it says that a process runs which is not there */
	bool refused;        /* the database answered, and not with status 0 */
	bool logged;         /* asking it left a line in the SuperLink's log */
	enum fl_cause cause; /* what the database's message gives away */
	enum fl_process superexec; /* as seen last */
};

#define FL_HEALTH_INIT             \
	{                          \
		.inspected = false \
	}

/* What to look at; everything is borrowed. */
struct fl_health_check {
	struct fl_http *http;
	struct fl_docker *docker;
	const struct fl_settings *settings;
	const char *proc;      /* FL_PROC */
	const char *state_dir; /* on the host, for advice */
	int64_t connect_ms;    /* most milliseconds for one connect, 0 for no limit of its own */
	int64_t call; /* most nanoseconds for a call on the Fleet or Control port, 0 likewise */
	struct fl_transfer *end; /* fl_end_ask()'s: an end abandons the look; may be NULL */
};

/* What is known of the Flower that runs (by the container's image), or else the configured one. */
const struct fl_flower *fl_health_flower(const struct fl_health *health,
					 const struct fl_health_check *check) FL_NONNULL(1, 2);

/* The layer's name as above. */
const char *fl_layer_name(enum fl_layer_id id);

/*
 * The container alone: asks the Engine, decides by its image which layers apply and, unless this is
 * the same run of it as before, forgets what was known of them. Returns whether it runs.
 */
bool fl_health_container(struct fl_health *health, const struct fl_health_check *check,
			 fl_time deadline) FL_MUST_CHECK FL_NONNULL(1, 2);

/* Notes that the container has ended (docker/end.h), without asking the Engine anything else. */
void fl_health_container_ended(struct fl_health *health, const struct fl_health_check *check,
			       int64_t exit_code) FL_NONNULL(1, 2);

/* Sets the state of layer ID and its detail. */
void fl_health_set(struct fl_health *health, enum fl_layer_id id, enum fl_layer_state state,
		   const char *format, ...) FL_PRINTF(4, 5) FL_NONNULL(1, 4);

/* Layer FIRST and all behind it become untried again. */
void fl_health_clear(struct fl_health *health, int first) FL_NONNULL(1);

/* The first layer that fails, or FL_LAYER_COUNT. */
enum fl_layer_id fl_health_failure(const struct fl_health *health) FL_NONNULL(1);

void fl_health_free(struct fl_health *health) FL_NONNULL(1);

#define fl_auto_health __attribute__((cleanup(fl_health_free)))

#endif
